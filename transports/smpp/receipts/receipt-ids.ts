import type { IdReading, IdSpelling } from '../../sending/receipts/id-spelling.ts';

/** How receipts spell the ids of responses: alike, or as numbers in the other base. */
export const RECEIPT_BASES = ['same', 'decimal', 'hexadecimal'] as const;
export type ReceiptBase = (typeof RECEIPT_BASES)[number];

/** One way to read a receipt's id. Certain: "1e" and "30"; "256" may be "100", or itself. */
interface Reading extends IdReading {
  readonly base: ReceiptBase;
}

/** So many messages in a row that only an uncertain reading finds prove it, too. */
const PROOF = 3;

/**
 * Which id of a response a receipt means (spec smpp §5.51). Some SMSCs write one of the two in hexadecimal; which is
 * learned from the messages that are found.
 */
export class ReceiptIds implements IdSpelling {
  #base: ReceiptBase | null;
  readonly #hints: Record<ReceiptBase, number> = { same: 0, decimal: 0, hexadecimal: 0 };

  /** `base` null: it has to be learned. */
  constructor(base: ReceiptBase | null = null) {
    this.#base = base;
  }

  get isKnown(): boolean {
    return this.#base !== null;
  }

  plain(id: string): string {
    return plainId(id);
  }

  /** By what has been learned of this SMSC. */
  preferred(receiptId: string): Reading {
    const plain = plainId(receiptId);
    const same: Reading = { id: plain, base: 'same', certain: true };
    if (this.#base === null || this.#base === 'same') return same;
    return { ...(read(plain, this.#base) ?? same), certain: true };
  }

  /** The readings that nothing speaks for until there is a message of that id. */
  others(receiptId: string): Reading[] {
    const plain = plainId(receiptId);
    const { id } = this.preferred(receiptId);
    const readings = RECEIPT_BASES.map((base) => read(plain, base));
    return readings.filter((reading) => reading !== null && reading.id !== id) as Reading[];
  }

  /** There is a message of this id. True when that is news about how the SMSC spells ids. */
  confirm({ base, certain }: IdReading): boolean {
    if (base === (this.#base ?? 'same')) {
      this.#forgetHints();
      return false;
    }
    const known = RECEIPT_BASES.find((one) => one === base);
    if (known === undefined) return false;
    this.#hints[known] += 1;
    if (!certain && this.#hints[known] < PROOF) return false;
    this.learn(known);
    return true;
  }

  learn(base: string): void {
    const known = RECEIPT_BASES.find((one) => one === base);
    if (known === undefined) return;
    this.#base = known;
    this.#forgetHints();
  }

  #forgetHints(): void {
    for (const base of RECEIPT_BASES) this.#hints[base] = 0;
  }
}

/** SMSCs spell an id differently in response and receipt: case, leading zeros, a prefix 0x, quotes and blanks. */
function plainId(id: string): string {
  const plain = id
    .toLowerCase()
    .replaceAll(/[\s"']/g, '')
    .replace(/^0x(?=[\da-f]+$)|^0+/, '')
    .replace(/^0+/, '');
  return plain === '' ? '0' : plain;
}

/** Ids may be longer than any machine's integers. */
function read(plain: string, base: ReceiptBase): Reading | null {
  if (base === 'same') return { id: plain, base, certain: /[^\d]/.test(plain) };
  if (base === 'decimal') {
    if (!/^\d+$/.test(plain)) return null;
    const id = BigInt(plain).toString(16);
    return { id, base, certain: /[a-f]/.test(id) };
  }
  if (!/^[\da-f]+$/.test(plain)) return null;
  return { id: BigInt(`0x${plain}`).toString(), base, certain: /[a-f]/.test(plain) };
}
