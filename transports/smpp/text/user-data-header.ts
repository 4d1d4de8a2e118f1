/** User data headers (3GPP TS 23.040 section 9.2.3.24): information elements in front of the text. */
import { NO_SHIFT, type Shift } from '@vumi/core/text';

/** esm_class bit that announces a header in front of short_message (section 5.2.12). */
export const ESM_CLASS_UDHI = 0x40;

const ELEMENT = {
  CONCATENATED_8_BIT: 0x00,
  PORTS_8_BIT: 0x04,
  PORTS_16_BIT: 0x05,
  CONCATENATED_16_BIT: 0x08,
  SINGLE_SHIFT: 0x24,
  LOCKING_SHIFT: 0x25,
} as const;

/** The elements that are written anew from what they say. */
const TOLD_ELEMENTS: ReadonlySet<number> = new Set([
  ELEMENT.CONCATENATED_8_BIT,
  ELEMENT.PORTS_16_BIT,
  ELEMENT.CONCATENATED_16_BIT,
  ELEMENT.SINGLE_SHIFT,
  ELEMENT.LOCKING_SHIFT,
]);

/** Which part of which long message. */
export interface Concatenation {
  readonly reference: number;
  readonly total: number;
  /** 1 to total. */
  readonly part: number;
  /** Where the reference came from: two kinds of reference never mean the same message. */
  readonly kind: 'udh8' | 'udh16' | 'sar';
}

/** Which applications of phone and network talk to each other, in place of people. */
export interface Ports {
  readonly destination: number;
  readonly source: number;
}

/** What a header says; of an element that comes twice the first counts. */
export interface UserDataHeader {
  readonly concatenation: Concatenation | null;
  readonly ports: (Ports & { readonly bits: 8 | 16 }) | null;
  readonly shift: Shift;
  /** The elements as they came, without the octet that tells their length; empty when there is no header. */
  readonly elements: Buffer;
}

export interface UserData extends UserDataHeader {
  /** What follows the header. */
  readonly text: Buffer;
}

const NOTHING = Buffer.alloc(0);
export const NO_HEADER: UserDataHeader = {
  concatenation: null,
  ports: null,
  shift: NO_SHIFT,
  elements: NOTHING,
};

/** Octets of the whole header: what a text of packed septets is aligned to. */
export function headerLength({ elements }: UserDataHeader): number {
  return elements.length === 0 ? 0 : elements.length + 1;
}

/** Header with an 8-bit reference, followed by the part's text. */
export function joinHeader(concatenation: Omit<Concatenation, 'kind'>, text: Buffer): Buffer {
  return Buffer.concat([createHeader([concatenationElement({ ...concatenation, kind: 'udh8' })]), text]);
}

/** The header of these elements; nothing when there are none. */
export function createHeader(elements: readonly Buffer[]): Buffer {
  if (elements.length === 0) return NOTHING;
  const octets = Buffer.concat(elements);
  return Buffer.concat([Buffer.from([octets.length]), octets]);
}

export function concatenationElement({ kind, reference, total, part }: Concatenation): Buffer {
  return kind === 'udh16'
    ? element(ELEMENT.CONCATENATED_16_BIT, [(reference >> 8) & 0xff, reference & 0xff, total, part])
    : element(ELEMENT.CONCATENATED_8_BIT, [reference & 0xff, total, part]);
}

export function portsElement({ destination, source }: Ports): Buffer {
  const octets = [destination >> 8, destination & 0xff, source >> 8, source & 0xff];
  return element(ELEMENT.PORTS_16_BIT, octets);
}

export function shiftElements({ locking, single }: Shift): Buffer[] {
  return [
    ...(single === 0 ? [] : [element(ELEMENT.SINGLE_SHIFT, [single])]),
    ...(locking === 0 ? [] : [element(ELEMENT.LOCKING_SHIFT, [locking])]),
  ];
}

function element(id: number, octets: readonly number[]): Buffer {
  return Buffer.from([id, octets.length, ...octets]);
}

/** Reads a header wherever its elements stand. A header that is cut off is taken for text, so that nothing is lost. */
export function splitHeader(octets: Buffer): UserData {
  const length = octets[0];
  if (length === undefined || length + 1 > octets.length) return { ...NO_HEADER, text: octets };
  return { ...readElements(octets.subarray(1, length + 1)), text: octets.subarray(length + 1) };
}

type Values = ReadonlyMap<number, Buffer>;

/** Reads the elements of a header, without the octet that tells their length. */
export function readElements(elements: Buffer): UserDataHeader {
  const values = new Map<number, Buffer>();
  let concatenation: Concatenation | null = null;
  for (let offset = 0; offset + 2 <= elements.length;) {
    const id = elements.readUInt8(offset);
    const length = elements.readUInt8(offset + 1);
    const value = elements.subarray(offset + 2, offset + 2 + length);
    concatenation ??= readConcatenation(id, value);
    if (value.length === length && !values.has(id)) values.set(id, value);
    offset += 2 + length;
  }
  return { concatenation, ports: readPorts(values), shift: readShift(values), elements };
}

/** The elements that no field of `UserDataHeader` tells: neither place, nor ports of sixteen bits, nor alphabet. */
export function otherElements(elements: Buffer): Buffer {
  return elementsBut(TOLD_ELEMENTS, elements);
}

/** Whether a header has elements that speak of the text of its own part. */
export function speaksOfItsPart(elements: Buffer): boolean {
  return elementsBut(new Set([...TOLD_ELEMENTS, ELEMENT.PORTS_8_BIT]), elements).length > 0;
}

function elementsBut(known: ReadonlySet<number>, elements: Buffer): Buffer {
  const others: Buffer[] = [];
  for (let offset = 0; offset + 2 <= elements.length;) {
    const end = offset + 2 + elements.readUInt8(offset + 1);
    if (!known.has(elements.readUInt8(offset))) others.push(elements.subarray(offset, end));
    offset = end;
  }
  return Buffer.concat(others);
}

function readPorts(values: Values): UserDataHeader['ports'] {
  const long = values.get(ELEMENT.PORTS_16_BIT);
  if (long?.length === 4)
    return { destination: long.readUInt16BE(0), source: long.readUInt16BE(2), bits: 16 };
  const short = values.get(ELEMENT.PORTS_8_BIT);
  return short?.length === 2
    ? { destination: short.readUInt8(0), source: short.readUInt8(1), bits: 8 }
    : null;
}

function readShift(values: Values): Shift {
  const single = values.get(ELEMENT.SINGLE_SHIFT);
  const locking = values.get(ELEMENT.LOCKING_SHIFT);
  if (single?.length !== 1 && locking?.length !== 1) return NO_SHIFT;
  return { locking: locking?.[0] ?? 0, single: single?.[0] ?? 0 };
}

function readConcatenation(id: number, value: Buffer): Concatenation | null {
  if (id === ELEMENT.CONCATENATED_8_BIT && value.length === 3) {
    return validConcatenation('udh8', value.readUInt8(0), value.subarray(1));
  }
  if (id === ELEMENT.CONCATENATED_16_BIT && value.length === 4) {
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
