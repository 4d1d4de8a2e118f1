/**
 * Arrays as Postgres' binary parameters. Its text form of an array needs quotes and backslashes around everything in a
 * message's JSON, which costs several times as much as all else in writing a row.
 * Layout: dimensions, has-nulls flag, element type; length and lower bound; then each element's length and bytes.
 */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
/** UTF-8 needs at most so many bytes for one UTF-16 code unit. */
const MAX_BYTES_PER_UNIT = 3;
const NULL = -1;

/** `pg_type.oid` */
const OID = { json: 114, text: 25, float8: 701 } as const;

/** For `$1::text[]` or `$1::json[]`. The character NUL, which Postgres cannot store in texts, becomes U+FFFD. */
export function encodeTextArray(type: 'text' | 'json', values: readonly (string | null)[]): Buffer {
  let bound = HEADER_BYTES;
  for (const value of values)
    bound += LENGTH_BYTES + (value === null ? 0 : value.length * MAX_BYTES_PER_UNIT);
  const buffer = Buffer.allocUnsafe(bound);
  let offset = writeHeader(buffer, OID[type], values.length);
  for (const value of values) {
    if (value === null) {
      offset = buffer.writeInt32BE(NULL, offset);
    } else {
      const bytes = buffer.write(withoutNul(value), offset + LENGTH_BYTES);
      offset = buffer.writeInt32BE(bytes, offset) + bytes;
    }
  }
  return buffer.subarray(0, offset);
}

/** For `$1::float8[]`. */
export function encodeNumberArray(values: readonly number[]): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (LENGTH_BYTES + 8));
  let offset = writeHeader(buffer, OID.float8, values.length);
  for (const value of values) {
    offset = buffer.writeInt32BE(8, offset);
    offset = buffer.writeDoubleBE(value, offset);
  }
  return buffer;
}

function writeHeader(buffer: Buffer, oid: number, length: number): number {
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(length, 12);
  return buffer.writeInt32BE(1, 16);
}

/** The text as Postgres can store it. */
export function withoutNul(text: string): string {
  return text.includes('\u0000') ? text.replaceAll('\u0000', '\uFFFD') : text;
}
