/** Fields of a query or a form, in octets: their character set stands in one of them. Of several of a name the first counts. */
export class FormFields {
  readonly #fields = new Map<string, Buffer>();

  /** `text` as in application/x-www-form-urlencoded, without "?". */
  constructor(text: string) {
    for (const pair of text.split('&')) {
      const equals = pair.indexOf('=');
      const name = octetsOf(equals < 0 ? pair : pair.slice(0, equals)).toString();
      if (name !== '' && !this.#fields.has(name))
        this.#fields.set(name, octetsOf(equals < 0 ? '' : pair.slice(equals + 1)));
    }
  }

  /** By any of its names; null when there is none. */
  octets(...names: readonly string[]): Buffer | null {
    for (const name of names) {
      const found = this.#fields.get(name);
      if (found !== undefined) return found;
    }
    return null;
  }

  text(...names: readonly string[]): string | null {
    return this.octets(...names)?.toString() ?? null;
  }
}

/** A "%" that no two hexadecimal digits follow stands for itself. */
function octetsOf(text: string): Buffer {
  const parts = text.replaceAll('+', ' ').split(/(%[0-9a-f]{2})/i);
  return Buffer.concat(
    parts.map((part, n) => (n % 2 === 1 ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part))),
  );
}

/** In the character set of that name; null when nobody knows it. */
export function decodeOctets(octets: Buffer, charset: string): string | null {
  const label = /^(?:ucs-?2|utf-?16|iso-10646-ucs-2)$/i.test(charset) ? 'utf-16be' : charset;
  try {
    return new TextDecoder(label).decode(octets);
  } catch {
    return null;
  }
}
