/** As browsers limit it. */
const MOST_OCTETS = 65_536;

type Octets = ArrayBufferView & { readonly buffer: ArrayBufferLike };

function fill(octets: Uint8Array): Uint8Array {
  for (let index = 0; index < octets.length; index++) octets[index] = Math.floor(Math.random() * 256);
  return octets;
}

/**
 * Drawn from `Math.random`, which a message that is run again hears say the same: for ids that nobody must foresee an app
 * asks a service.
 */
export const crypto = {
  getRandomValues<T extends Octets>(array: T): T {
    if (array.byteLength > MOST_OCTETS) {
      throw new RangeError(`getRandomValues fills ${MOST_OCTETS} octets at most, not ${array.byteLength}`);
    }
    fill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return array;
  },

  /** A UUID of version 4. */
  randomUUID(): string {
    const octets = fill(new Uint8Array(16));
    octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x40;
    octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
    const digits = Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  },
};
