/** What Node calls each way of writing octets as a text. */
const ENCODINGS = {
  ascii: 'ascii',
  base64: 'base64',
  base64url: 'base64',
  binary: 'latin1',
  hex: 'hex',
  latin1: 'latin1',
  ucs2: 'utf16le',
  'ucs-2': 'utf16le',
  utf16le: 'utf16le',
  'utf-16le': 'utf16le',
  utf8: 'utf8',
  'utf-8': 'utf8',
} as const satisfies Record<string, BufferEncoding>;

type EncodingName = keyof typeof ENCODINGS;

function isEncoding(name: string): name is EncodingName {
  return Object.hasOwn(ENCODINGS, name);
}

/** Null for a name that Node does not know either. */
function encodingOf(given: unknown): EncodingName | null {
  const name = typeof given === 'string' ? given.toLowerCase() : '';
  return isEncoding(name) ? name : null;
}

function typeError(what: string, types: string, value: unknown): TypeError {
  const received = typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 50);
  return new TypeError(
    `The "${what}" argument must be of type string or an instance of ${types}. Received ${received}`,
  );
}

function octetsOfText(text: string, given: unknown): Uint8Array {
  const encoding = encodingOf(given) ?? 'utf8';
  if (encoding === 'hex' && text.length % 2 === 1)
    throw new TypeError(
      `The argument 'encoding' is invalid for data of length ${text.length}. Received 'hex'`,
    );
  return Buffer.from(text, ENCODINGS[encoding]);
}

/** The octets of a text or of a view of memory, as `update` takes them. */
export function octetsOf(data: unknown, encoding: unknown, what: string = 'data'): Uint8Array {
  if (typeof data === 'string') return octetsOfText(data, encoding);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw typeError(what, 'Buffer, TypedArray, or DataView', data);
}

/** The octets of a key, which may be a whole memory, too. */
export function octetsOfKey(key: unknown): Uint8Array {
  return key instanceof ArrayBuffer ? new Uint8Array(key) : octetsOf(key, 'utf8', 'key');
}

/** A Buffer, or a text where an encoding is named. */
export function written(octets: Uint8Array, given: unknown): Buffer | string {
  const buffer = Buffer.from(octets);
  const encoding = encodingOf(given);
  if (encoding === null) return buffer;
  const text = buffer.toString(ENCODINGS[encoding]);
  if (encoding !== 'base64url') return text;
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
