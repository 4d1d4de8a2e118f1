import { FIXED_LENGTHS, tlvName } from './named-tlvs.ts';
import type { Tlv } from './pdu.ts';
import { STATUS } from './statuses.ts';

/** Why octets are no optional parameters. */
export interface TlvFault {
  /** The command_status for it (section 3.3). */
  readonly status: number;
  readonly message: string;
}

export interface TlvStream {
  readonly tlvs: readonly Tlv[];
  /** What comes behind the last of them; empty when all was read. */
  readonly rest: Buffer;
  /** Null when nothing is wrong but zeros behind the last of them, which are filling. */
  readonly fault: TlvFault | null;
}

/** Reads optional parameters to the end of the octets, or as far as they can be read (section 3.2.4). */
export function readTlvs(octets: Buffer): TlvStream {
  const tlvs: Tlv[] = [];
  let offset = 0;
  while (offset < octets.length && !isFilling(octets, offset)) {
    if (octets.length - offset < 4) return broken('optional parameters are cut off');
    const tag = octets.readUInt16BE(offset);
    const length = octets.readUInt16BE(offset + 2);
    if (tag === 0) return broken('0x0000 is no TLV');
    if (length > octets.length - offset - 4)
      return broken(`TLV ${tlvName(tag)} of ${length} octets is cut off`);
    tlvs.push({ tag, value: octets.subarray(offset + 4, offset + 4 + length) });
    offset += 4 + length;
  }
  return { tlvs, rest: octets.subarray(offset), fault: null };

  function broken(message: string): TlvStream {
    return { tlvs, rest: octets.subarray(offset), fault: { status: STATUS.RINVOPTPARSTREAM, message } };
  }
}

/** The first integer whose length is not that of its tag; its octets can be told all the same. */
export function oddLength(tlvs: readonly Tlv[]): TlvFault | null {
  for (const { tag, value } of tlvs) {
    const expected = FIXED_LENGTHS.get(tag);
    if (expected === undefined || expected === value.length) continue;
    const message = `TLV ${tlvName(tag)} has ${value.length} octets instead of ${expected}`;
    return { status: STATUS.RINVPARLEN, message };
  }
  return null;
}

/** Some SMSCs and clients end a PDU with NULs; tag 0 is reserved (section 5.3.1). */
function isFilling(octets: Buffer, offset: number): boolean {
  for (let index = offset; index < octets.length; index += 1) if (octets[index] !== 0) return false;
  return true;
}
