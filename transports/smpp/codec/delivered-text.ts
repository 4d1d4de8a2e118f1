import { MAX_SHORT_MESSAGE } from './limits.ts';
import { isKnownTag } from './named-tlvs.ts';
import type { Tlv } from './pdu.ts';
import { TAG } from './tags.ts';
import { oddLength, readTlvs, type TlvFault } from './tlv-stream.ts';

/** The end of what an SMSC delivers. */
export interface Delivered {
  readonly shortMessage: Buffer;
  readonly tlvs: readonly Tlv[];
  /** What was wrong and could be borne, for people. */
  readonly mended: readonly string[];
}

/** The text is not known: the message cannot be kept. */
export interface Lost {
  readonly lost: TlvFault;
}

/** What sm_length says and how many octets a character has: some SMSCs count characters. */
export interface SmLength {
  readonly smLength: number;
  readonly wide: boolean;
}

/** Octets that a text may have beyond sm_length: four may be a TLV. */
const MOST_FEWER = [1, 2, 3] as const;
/** NULs that may be in front of TLVs; to the end of the PDU there may be more. */
const MOST_FILLING = 32;
const PAYLOAD_TAG = Buffer.from([TAG.MESSAGE_PAYLOAD >> 8, TAG.MESSAGE_PAYLOAD & 0xff]);

/**
 * Reads text and TLVs of a deliver_sm from behind sm_length on. An SMSC cannot be asked to write better, so a wrong
 * sm_length or a broken TLV costs no message whose text is known. Null when the text is cut off.
 */
export function readDelivered(octets: Buffer, { smLength, wide }: SmLength): Delivered | Lost | null {
  if (smLength > octets.length) return smLength === octets.length + 1 ? shorter(octets, smLength) : null;
  const shortMessage = octets.subarray(0, smLength);
  if (smLength === octets.length) return { shortMessage, tlvs: [], mended: [] };
  const { tlvs, rest, fault } = readTlvs(octets.subarray(smLength));
  if (fault === null && tlvs.length > 0)
    return { shortMessage, tlvs, mended: [...fillingNote(rest), ...lengthNote(tlvs)] };
  const shifted = behindFilling(octets, { smLength, wide }) ?? elsewhere(octets, { smLength, wide });
  if (shifted !== null) return shifted;
  return { shortMessage, ...keepTlvs({ tlvs, rest, fault }, smLength > 0) };
}

/** Reads TLVs of which the last ones may be broken; the fault when the broken one is the text. */
export function keepTlvs(
  { tlvs, rest, fault }: { tlvs: readonly Tlv[]; rest: Buffer; fault: TlvFault | null },
  hasText: boolean,
): { tlvs: readonly Tlv[]; mended: readonly string[] } | Lost {
  if (fault === null) return { tlvs, mended: [...fillingNote(rest), ...lengthNote(tlvs)] };
  if (!hasText && rest.subarray(0, 2).equals(PAYLOAD_TAG)) return { lost: fault };
  return { tlvs, mended: [...lengthNote(tlvs), `${fault.message}: ${rest.toString('hex')}`] };
}

function shorter(octets: Buffer, smLength: number): Delivered {
  return { shortMessage: octets, tlvs: [], mended: [`sm_length ${smLength} instead of ${octets.length}`] };
}

/** NULs behind the text, and then TLVs to the end or nothing. */
function behindFilling(octets: Buffer, { smLength, wide }: SmLength): Delivered | null {
  for (let start = smLength + 1; octets[start - 1] === 0 && start <= smLength + MOST_FILLING; start += 1) {
    const read = wholeFrom(octets, start);
    if (read === null) continue;
    // Half a character cannot be the end of a text: the zero is its other half.
    const end = wide && smLength % 2 === 1 ? smLength + 1 : smLength;
    if (read.tlvs.length === 0)
      return deliver(octets, end, { tlvs: [], rest: octets.subarray(end), note: [] });
    return deliver(octets, end, { ...read, note: fillingNote(octets.subarray(end, start)) });
  }
  return null;
}

/** Where TLVs can be read whole when sm_length is taken for wrong: one too many, some too few, or characters. */
function elsewhere(octets: Buffer, { smLength, wide }: SmLength): Delivered | null {
  const isText = (start: number): boolean =>
    wide ? smLength % 2 === 1 && start % 2 === 0 : octets.subarray(smLength, start).every(isPrinted);
  const fewer = MOST_FEWER.map((few) => smLength + few).filter(isText);
  for (const start of [smLength - 1, ...fewer, ...(wide ? [smLength * 2] : [])]) {
    const read = start < 0 || start > MAX_SHORT_MESSAGE ? null : wholeFrom(octets, start);
    if (read !== null)
      return deliver(octets, start, { ...read, note: [`sm_length ${smLength} instead of ${start}`] });
  }
  return null;
}

/** In all alphabets that texts have: what is below may be half a TLV. */
function isPrinted(octet: number): boolean {
  return octet >= 0x20 || octet === 0x0a || octet === 0x0d;
}

interface Whole {
  readonly tlvs: readonly Tlv[];
  readonly rest: Buffer;
}

function deliver(
  octets: Buffer,
  end: number,
  { tlvs, rest, note }: Whole & { note: readonly string[] },
): Delivered {
  const mended = [...note, ...fillingNote(rest), ...lengthNote(tlvs)];
  return { shortMessage: octets.subarray(0, end), tlvs, mended };
}

/** Nothing, or TLVs that somebody knows, to the end. */
function wholeFrom(octets: Buffer, start: number): Whole | null {
  if (start > octets.length) return null;
  const { tlvs, rest, fault } = readTlvs(octets.subarray(start));
  return fault === null && tlvs.every(({ tag }) => isKnownTag(tag)) ? { tlvs, rest } : null;
}

function fillingNote(filling: Buffer): string[] {
  return filling.length === 0 ? [] : [`${filling.length} NUL behind the last field`];
}

function lengthNote(tlvs: readonly Tlv[]): string[] {
  const fault = oddLength(tlvs);
  return fault === null ? [] : [fault.message];
}
