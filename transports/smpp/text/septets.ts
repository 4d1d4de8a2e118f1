/** Seven-bit packing (3GPP TS 23.038 section 6.1.2.1), for the few SMSCs that want the air interface's own octets. */

/** Bits between a header of so many octets and the next septet boundary (TS 23.040 section 9.2.3.24). */
function fillBits(headerOctets: number): number {
  return (7 - ((headerOctets * 8) % 7)) % 7;
}

/**
 * What stands in the last octet where seven of its bits are left over: a carriage return, since zero is an @
 * (section 6.1.2.3.1), or zero all the same, as some SMSCs have it. Whoever reads takes that for filling.
 */
export type Filling = 'cr' | 'zero';

const FILLINGS: Readonly<Record<Filling, number>> = { cr: 0x0d, zero: 0 };
/** Greatest number of octets of header and text of an SMS. */
const LONGEST = 140;

/** Packs septets that follow a header of so many octets, its length octet included. */
export function packSeptets(septets: Uint8Array, headerOctets = 0, filling: Filling = 'cr'): Buffer {
  if (septets.length === 0) return Buffer.alloc(0);
  const all = filling === 'cr' ? filled(septets, headerOctets) : septets;
  const shift = fillBits(headerOctets);
  const octets = Buffer.alloc(Math.ceil((all.length * 7 + shift) / 8));
  for (const [index, septet] of all.entries()) {
    const bit = shift + index * 7;
    const value = (septet & 0x7f) << (bit & 7);
    const at = bit >> 3;
    octets[at] = (octets[at] ?? 0) | (value & 0xff);
    if (value > 0xff) octets[at + 1] = value >> 8;
  }
  return octets;
}

/** A carriage return that ends the text where filling would be is doubled, if there is room, so that one of them stays. */
function filled(septets: Uint8Array, headerOctets: number): Uint8Array {
  const bits = fillBits(headerOctets) + septets.length * 7;
  const doubled = bits % 8 === 0 && septets.at(-1) === FILLINGS.cr && headerOctets + bits / 8 < LONGEST;
  return bits % 8 === 1 || doubled ? Uint8Array.of(...septets, FILLINGS.cr) : septets;
}

/** Unpacks septets, without the filling where the last of them ends with its octet. */
export function unpackSeptets(octets: Uint8Array, headerOctets = 0, filling: Filling = 'cr'): Buffer {
  const shift = fillBits(headerOctets);
  const bits = Math.max(0, octets.length * 8 - shift);
  const septets = Buffer.alloc(Math.floor(bits / 7));
  for (let index = 0; index < septets.length; index += 1) {
    const bit = shift + index * 7;
    const at = bit >> 3;
    septets[index] = ((((octets[at + 1] ?? 0) << 8) | (octets[at] ?? 0)) >> (bit & 7)) & 0x7f;
  }
  const isFilled = bits % 7 === 0 && septets.at(-1) === FILLINGS[filling];
  return isFilled ? septets.subarray(0, -1) : septets;
}
