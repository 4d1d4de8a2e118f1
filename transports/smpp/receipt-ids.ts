/** Base of the ids in receipts, where the responses spell the same ids in the other one. */
type OtherBase = 'decimal' | 'hexadecimal';

/** Another reading of a receipt's id. */
export interface Reading {
  /** The id of a response, plain. */
  readonly id: string;
  readonly base: OtherBase;
}

/**
 * Which id of a response a receipt means (spec smpp §5.51). Some SMSCs write one of the two in hexadecimal. That is
 * learned from ids that leave no doubt: "1e" of a response and "30" of a receipt; "256" may be "100", or itself.
 */
export class ReceiptIds {
  #base: OtherBase | null = null;

  /** The plain id of the response, by what has been learned of this SMSC. */
  responseId(receiptId: string): string {
    const plain = plainId(receiptId);
    if (this.#base === null) return plain;
    return (this.#base === 'decimal' ? toHexadecimal(plain) : toDecimal(plain)) ?? plain;
  }

  /** A reading that no chance explains when there is a message of that id, or null. */
  otherReading(receiptId: string): Reading | null {
    const plain = plainId(receiptId);
    const id = toHexadecimal(plain);
    const reading: Reading | null =
      id === null ? readHexadecimal(plain) : /[a-f]/.test(id) ? { id, base: 'decimal' } : null;
    return reading?.base === this.#base ? null : reading;
  }

  learn({ base }: Reading): void {
    this.#base = base;
  }
}

/** SMSCs spell an id differently in response and receipt: case and leading zeros. */
export function plainId(id: string): string {
  const plain = id.toLowerCase().replace(/^0+/, '');
  return plain === '' ? '0' : plain;
}

function readHexadecimal(plain: string): Reading | null {
  const id = toDecimal(plain);
  return id === null ? null : { id, base: 'hexadecimal' };
}

function toHexadecimal(plain: string): string | null {
  return /^\d+$/.test(plain) ? BigInt(plain).toString(16) : null;
}

function toDecimal(plain: string): string | null {
  return /^[\da-f]+$/.test(plain) ? BigInt(`0x${plain}`).toString() : null;
}
