import type { Tlv } from './pdu.ts';

/** The first value under the tag; a tag that comes twice counts once (spec smpp §5.26). */
export function findTlv(tlvs: readonly Tlv[], tag: number): Buffer | undefined {
  for (const tlv of tlvs) if (tlv.tag === tag) return tlv.value;
  return undefined;
}

/** An integer of 1 to 4 octets, or undefined when absent or of another length. */
export function findTlvInteger(tlvs: readonly Tlv[], tag: number): number | undefined {
  const value = findTlv(tlvs, tag);
  return value === undefined || value.length === 0 || value.length > 4
    ? undefined
    : value.readUIntBE(0, value.length);
}

/** A text up to its NUL, which sloppy peers leave out. */
export function findTlvText(tlvs: readonly Tlv[], tag: number): string | undefined {
  const value = findTlv(tlvs, tag);
  if (value === undefined) return undefined;
  const nul = value.indexOf(0);
  return value.toString('latin1', 0, nul === -1 ? value.length : nul);
}

export function tlvInteger(tag: number, value: number, length: 1 | 2 | 4): Tlv {
  const octets = Buffer.alloc(length);
  octets.writeUIntBE(value, 0, length);
  return { tag, value: octets };
}

export function tlvText(tag: number, text: string): Tlv {
  return { tag, value: Buffer.from(`${text}\0`, 'latin1') };
}
