const REPLACEMENT = 0xfffd;
const BYTE_ORDER_MARK = 0xfeff;
const UTF8_LABELS = new Set(['utf-8', 'utf8', 'unicode-1-1-utf-8']);
/** What the first octet begins with, by the octets that follow. */
const MARKS = [0, 0xc0, 0xe0, 0xf0] as const;

interface Decoded {
  readonly code: number;
  /** How many octets it took. */
  readonly size: number;
}

/** Text to UTF-8. */
export class TextEncoder {
  get encoding(): 'utf-8' {
    return 'utf-8';
  }

  encode(value: unknown = ''): Uint8Array {
    const octets: number[] = [];
    for (const character of String(value).toWellFormed()) pushOctets(octets, character.codePointAt(0) ?? 0);
    return Uint8Array.from(octets);
  }
}

/** UTF-8 to text; a RangeError for any other encoding, which the guest has no tables for. */
export class TextDecoder {
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;

  constructor(label: unknown = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    if (!UTF8_LABELS.has(String(label).trim().toLowerCase())) {
      throw new RangeError(`TextDecoder knows "utf-8" alone here, not ${JSON.stringify(String(label))}`);
    }
    this.fatal = options.fatal === true;
    this.ignoreBOM = options.ignoreBOM === true;
  }

  get encoding(): 'utf-8' {
    return 'utf-8';
  }

  /** `options.stream` is not known: octets are decoded whole. */
  decode(input?: ArrayBuffer | ArrayBufferView): string {
    const octets = octetsOf(input);
    let text = '';
    for (let index = 0; index < octets.length;) {
      const { code, size } = decodeAt(octets, index);
      if (code < 0 && this.fatal) throw new TypeError('the octets are no UTF-8');
      if (code !== BYTE_ORDER_MARK || index > 0 || this.ignoreBOM) {
        text += String.fromCodePoint(code < 0 ? REPLACEMENT : code);
      }
      index += size;
    }
    return text;
  }
}

function pushOctets(octets: number[], code: number): void {
  const more = [0x80, 0x800, 0x1_0000].filter((least) => code >= least).length;
  octets.push((MARKS[more] ?? 0) | (code >> (6 * more)));
  for (let rest = more - 1; rest >= 0; rest--) octets.push(0x80 | ((code >> (6 * rest)) & 0x3f));
}

function octetsOf(input: ArrayBuffer | ArrayBufferView | undefined): Uint8Array {
  if (input === undefined) return new Uint8Array();
  if (!ArrayBuffer.isView(input)) return new Uint8Array(input);
  return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
}

/** How many octets follow the first. */
function followers(first: number): number {
  if (first < 0xe0) return 1;
  return first < 0xf0 ? 2 : 3;
}

/** A code of -1 stands for the longest beginning of a character that never ends. */
function decodeAt(octets: Uint8Array, index: number): Decoded {
  const first = octets[index] ?? 0;
  if (first < 0x80) return { code: first, size: 1 };
  if (first < 0xc2 || first > 0xf4) return { code: -1, size: 1 };
  const more = followers(first);
  let code = first & (0x3f >> more);
  for (let at = 1; at <= more; at++) {
    const next = octets[index + at] ?? 0;
    if ((next & 0xc0) !== 0x80 || !canFollow(first, at, next)) return { code: -1, size: at };
    code = (code << 6) | (next & 0x3f);
  }
  return { code, size: more + 1 };
}

/** Forms that are too long, surrogates, and what lies behind U+10FFFF end at their second octet. */
function canFollow(first: number, at: number, next: number): boolean {
  if (at > 1) return true;
  if (first === 0xe0) return next >= 0xa0;
  if (first === 0xed) return next <= 0x9f;
  if (first === 0xf0) return next >= 0x90;
  return first !== 0xf4 || next <= 0x8f;
}
