/** User data headers (3GPP TS 23.040 section 9.2.3.24): information elements in front of the text. */

/** esm_class bit that announces a header in front of short_message (section 5.2.12). */
export const ESM_CLASS_UDHI = 0x40;

const CONCATENATED_8_BIT = 0x00;
const CONCATENATED_16_BIT = 0x08;

/** Which part of which long message. */
export interface Concatenation {
  readonly reference: number;
  readonly total: number;
  /** 1 to total. */
  readonly part: number;
  /** Where the reference came from: two kinds of reference never mean the same message. */
  readonly kind: 'udh8' | 'udh16' | 'sar';
}

export interface UserData {
  readonly concatenation: Concatenation | null;
  /** What follows the header. */
  readonly text: Buffer;
}

/** Header with an 8-bit reference, followed by the part's text. */
export function joinHeader(concatenation: Omit<Concatenation, 'kind'>, text: Buffer): Buffer {
  const { reference, total, part } = concatenation;
  const header = Buffer.from([5, CONCATENATED_8_BIT, 3, reference & 0xff, total, part]);
  return Buffer.concat([header, text]);
}

/** Reads a header wherever its elements stand. A header that is cut off is taken for text, so that nothing is lost. */
export function splitHeader(octets: Buffer): UserData {
  const length = octets[0];
  if (length === undefined || length + 1 > octets.length) return { concatenation: null, text: octets };
  return {
    concatenation: findConcatenation(octets.subarray(1, length + 1)),
    text: octets.subarray(length + 1),
  };
}

function findConcatenation(header: Buffer): Concatenation | null {
  let found: Concatenation | null = null;
  for (let offset = 0; offset + 2 <= header.length;) {
    const id = header.readUInt8(offset);
    const length = header.readUInt8(offset + 1);
    const value = header.subarray(offset + 2, offset + 2 + length);
    found ??= readConcatenation(id, value);
    offset += 2 + length;
  }
  return found;
}

function readConcatenation(id: number, value: Buffer): Concatenation | null {
  if (id === CONCATENATED_8_BIT && value.length === 3) {
    return validConcatenation('udh8', value.readUInt8(0), value.subarray(1));
  }
  if (id === CONCATENATED_16_BIT && value.length === 4) {
    return validConcatenation('udh16', value.readUInt16BE(0), value.subarray(2));
  }
  return null;
}

function validConcatenation(
  kind: Concatenation['kind'],
  reference: number,
  counts: Buffer,
): Concatenation | null {
  return createConcatenation(kind, reference, { total: counts.readUInt8(0), part: counts.readUInt8(1) });
}

/** Null where the numbers make no sense: the receiver shall then ignore the element (TS 23.040 section 9.2.3.24.1). */
export function createConcatenation(
  kind: Concatenation['kind'],
  reference: number,
  counts: { total: number; part: number },
): Concatenation | null {
  const { total, part } = counts;
  return part < 1 || part > total ? null : { kind, reference, total, part };
}
