const PRIME = 16_777_619;
const OFFSET = 2_166_136_261;
/** How many numbers of chance there are. */
export const RANGE = 2 ** 32;

/** Of what a conversation is called: what its first screen draws from. */
export function hashOf(id: string): number {
  let hash = OFFSET;
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), PRIME);
  return hash >>> 0;
}

/** A number of chance that is another for other parts. */
export function mixed(base: number, parts: readonly number[]): number {
  let hash = base;
  // A time has more than 32 bits.
  for (const part of parts) hash = Math.imul(Math.imul(hash ^ part, PRIME) ^ Math.floor(part / RANGE), PRIME);
  return hash >>> 0;
}
