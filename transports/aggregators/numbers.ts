const SHORTEST = 6;

/** A subscriber's number with its plus, of a network that writes its country in front of it; others stay as they are. */
export function withPlus(number: string): string {
  const bare = number.startsWith('00') ? number.slice(2) : number;
  return bare.length >= SHORTEST && /^[1-9]\d+$/.test(bare) ? `+${bare}` : number;
}
