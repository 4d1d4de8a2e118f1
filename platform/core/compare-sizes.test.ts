import { describe, expect, it } from 'vitest';
import { chances } from './chances.fixture.ts';
import {
  compareSizes,
  isSurelyLarger,
  SIZE_GROUPS,
  sizeGroup,
  type ComparedSizes,
  type PairedSizes,
} from './compare-sizes.ts';

/** At each look so many more have talked to the candidate, and nine times as many to the other. */
const STEP = 10;

interface Side {
  readonly all: number[];
  readonly segments: number[];
}

const nobody = (): Side => ({
  all: Array<number>(SIZE_GROUPS).fill(0),
  segments: Array<number>(SIZE_GROUPS).fill(0),
});

/** Segments of a conversation: half leave at its first question, the others answer up to twenty, some in two segments. */
function conversation(chance: () => number, dearer: number): number {
  const questions = chance() < 0.5 ? 1 : 1 + Math.floor(20 * chance());
  let segments = 0;
  for (let index = 0; index < questions; index += 1) segments += chance() < dearer ? 2 : 1;
  return segments;
}

function talk(side: Side, times: number, chance: () => number, dearer: number): void {
  for (let index = 0; index < times; index += 1) {
    const group = Math.floor(SIZE_GROUPS * chance());
    side.all[group] = (side.all[group] ?? 0) + 1;
    side.segments[group] = (side.segments[group] ?? 0) + conversation(chance, dearer);
  }
}

/** After how many conversations with the candidate it is found to send more; null: never. */
function foundAfter(chance: () => number, dearer: readonly [number, number], looks: number): number | null {
  const [candidate, stable] = [nobody(), nobody()];
  for (let look = 1; look <= looks; look += 1) {
    talk(candidate, STEP, chance, dearer[0]);
    talk(stable, 9 * STEP, chance, dearer[1]);
    const compared = compareSizes([{ candidate, stable }]);
    if (compared !== null && isSurelyLarger(compared)) return look * STEP;
  }
  return null;
}

function median(dearer: readonly [number, number], looks: number): number {
  const chance = chances(7);
  const found = Array.from({ length: 51 }, () => foundAfter(chance, dearer, looks) ?? Infinity);
  return found.toSorted((one, other) => one - other)[25] ?? Infinity;
}

describe('segments per conversation, looked at all the time', () => {
  it('of an equal version are found to be more in less than one of a hundred rollouts', () => {
    const chance = chances(11);
    let alarms = 0;
    for (let rollout = 0; rollout < 600; rollout += 1)
      if (foundAfter(chance, [0.2, 0.2], 100) !== null) alarms += 1;
    expect(alarms).toBeLessThanOrEqual(6);
  });

  it('of one that sends far more are found, the sooner the more it sends', () => {
    // Twice as many: each text tips into a second segment.
    expect(median([1, 0], 100)).toBeLessThan(300);
    expect(median([0.7, 0.1], 200)).toBeLessThan(900);
  });

  it('are never told of a tenth more, of few, or of fewer', () => {
    const compared = (candidate: readonly number[], stable: readonly number[]): ComparedSizes => ({
      candidate: { all: candidate[0] ?? 0, segments: candidate[1] ?? 0 },
      stable: { all: stable[0] ?? 0, segments: stable[1] ?? 0 },
      variance: 0.0001,
    });
    expect(isSurelyLarger(compared([1000, 1100], [9000, 9000]))).toBe(false);
    expect(isSurelyLarger(compared([49, 490], [9000, 9000]))).toBe(false);
    expect(isSurelyLarger(compared([1000, 9000], [49, 49]))).toBe(false);
    expect(isSurelyLarger(compared([1000, 1000], [9000, 18_000]))).toBe(false);
    expect(isSurelyLarger(compared([1000, 1300], [9000, 9000]))).toBe(true);
  });
});

describe('two versions in the same hours', () => {
  const evenly = (all: number, each: number): PairedSizes['stable'] => ({
    all: Array<number>(SIZE_GROUPS).fill(all),
    segments: Array<number>(SIZE_GROUPS).fill(all * each),
  });

  it('are equal where both send more at night, however their shares differ', () => {
    const compared = compareSizes([
      { candidate: evenly(1, 2), stable: evenly(19, 2) },
      { candidate: evenly(10, 6), stable: evenly(10, 6) },
    ]);
    expect(compared?.candidate).toEqual({ all: 352, segments: 1984 });
    const { stable } = compared ?? { stable: { all: 0, segments: 0 } };
    expect(stable.segments / stable.all).toBeCloseTo(1984 / 352, 9);
    expect(stable.all).toBeLessThan(29 * SIZE_GROUPS);
    expect(compared?.variance).toBeCloseTo(0, 9);
  });

  it('are told apart at once where every conversation of one is larger', () => {
    const compared = compareSizes([{ candidate: evenly(2, 3), stable: evenly(20, 2) }]);
    expect(compared !== null && isSurelyLarger(compared)).toBe(true);
  });

  it('are not told apart by one user who sends much', () => {
    const candidate = { ...evenly(2, 2), segments: [400, ...Array<number>(SIZE_GROUPS - 1).fill(4)] };
    const compared = compareSizes([{ candidate, stable: evenly(20, 2) }]);
    expect(compared !== null && isSurelyLarger(compared)).toBe(false);
  });

  it('cannot be compared without an hour in which there were both', () => {
    const none = evenly(0, 0);
    expect(compareSizes([])).toBeNull();
    expect(
      compareSizes([
        { candidate: evenly(1, 1), stable: none },
        { candidate: none, stable: evenly(1, 1) },
      ]),
    ).toBeNull();
  });
});

it('users fall into groups of about the same size', () => {
  const sizes = Array<number>(SIZE_GROUPS).fill(0);
  for (let index = 0; index < 32_000; index += 1) {
    const group = sizeGroup(`+2776${String(index).padStart(7, '0')}`);
    sizes[group] = (sizes[group] ?? 0) + 1;
  }
  expect(Math.min(...sizes)).toBeGreaterThan(850);
  expect(Math.max(...sizes)).toBeLessThan(1150);
});
