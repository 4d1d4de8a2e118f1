/** Chance that comes out the same for the same seed, so that a run can be repeated. */
export interface Chance {
  /** At least 0, below 1. */
  next(): number;
  happens(rate: number): boolean;
  /** A number of a range, or the fixed number that it is. */
  pick(range: number | readonly [number, number]): number;
}

/** Mulberry32: one 32-bit word of state, even enough for faults and delays. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
  return {
    next,
    happens: (rate) => rate >= 1 || (rate > 0 && next() < rate),
    pick: (range) => (typeof range === 'number' ? range : range[0] + next() * (range[1] - range[0])),
  };
}
