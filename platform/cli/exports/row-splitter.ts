const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/** The rows that have come in full. */
export interface WholeRows {
  readonly bytes: Buffer;
  /** The last of them; null when there is none yet. */
  readonly last: Buffer | null;
  readonly count: number;
}

/** Cuts a stream of bytes at the ends of rows: of lines, and of CSV outside of quotation marks. */
export class RowSplitter {
  readonly #format: 'csv' | 'ndjson';
  /** The beginning of a row that has not ended. */
  #rest: Buffer = Buffer.alloc(0);
  #quoted = false;

  constructor(format: 'csv' | 'ndjson') {
    this.#format = format;
  }

  push(chunk: Uint8Array): WholeRows {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const ends = this.#ends(bytes, this.#rest.length);
    const end = ends.at(-1) ?? 0;
    this.#rest = bytes.subarray(end);
    const last = ends.length === 0 ? null : bytes.subarray(ends.at(-2) ?? 0, end);
    return { bytes: bytes.subarray(0, end), last, count: ends.length };
  }

  /** Whether nothing is left that has begun. */
  get isWhole(): boolean {
    return this.#rest.length === 0;
  }

  #ends(bytes: Buffer, from: number): number[] {
    const ends: number[] = [];
    for (let at = from; at < bytes.length; at++) {
      if (bytes[at] === QUOTE && this.#format === 'csv') this.#quoted = !this.#quoted;
      else if (bytes[at] === LINE_FEED && !this.#quoted) ends.push(at + 1);
    }
    return ends;
  }
}
