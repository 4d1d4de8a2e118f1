/** Seven-bit packing (3GPP TS 23.038 section 6.1.2.1), for the few SMSCs that want the air interface's own octets. */

/** Bits between a header of so many octets and the next septet boundary (TS 23.040 section 9.2.3.24). */
function fillBits(headerOctets: number): number {
  return (7 - ((headerOctets * 8) % 7)) % 7;
}

/** Packs septets that follow a header of so many octets, its length octet included. */
export function packSeptets(septets: Uint8Array, headerOctets = 0): Buffer {
  const shift = fillBits(headerOctets);
  const octets = Buffer.alloc(Math.ceil((septets.length * 7 + shift) / 8));
  for (const [index, septet] of septets.entries()) {
    const bit = shift + index * 7;
    const value = (septet & 0x7f) << (bit & 7);
    const at = bit >> 3;
    octets[at] = (octets[at] ?? 0) | (value & 0xff);
    if (value > 0xff) octets[at + 1] = value >> 8;
  }
  return octets;
}

/**
 * Unpacks septets. When seven bits are left over, a last septet of zero is filling and not an @: then nobody can tell
 * the two apart, and fillings are common (spec smpp §5.38).
 */
export function unpackSeptets(octets: Uint8Array, headerOctets = 0): Buffer {
  const shift = fillBits(headerOctets);
  const bits = Math.max(0, octets.length * 8 - shift);
  const septets = Buffer.alloc(Math.floor(bits / 7));
  for (let index = 0; index < septets.length; index += 1) {
    const bit = shift + index * 7;
    const at = bit >> 3;
    septets[index] = ((((octets[at + 1] ?? 0) << 8) | (octets[at] ?? 0)) >> (bit & 7)) & 0x7f;
  }
  const filled = bits % 7 === 0 && septets.at(-1) === 0;
  return filled ? septets.subarray(0, -1) : septets;
}
