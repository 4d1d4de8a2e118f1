import { describe, expect, it } from 'vitest';
import { chances } from './chances.fixture.ts';
import { failsMore, isSurelyWorse } from './sequential-test.ts';

const QUESTIONS = 10;
/** At each look so many more have talked to the candidate, and nine times as many to the other. */
const STEP = 10;

/** After how many conversations with the candidate it is found to be worse; null: never. */
function foundAfter(
  chance: () => number,
  shares: readonly [candidate: number, stable: number],
  looks: number,
): number | null {
  const candidate = { bad: 0, all: 0 };
  const stable = { bad: 0, all: 0 };
  for (let look = 0; look < looks; look += 1) {
    for (let index = 0; index < STEP; index += 1) if (chance() < shares[0]) candidate.bad += 1;
    for (let index = 0; index < 9 * STEP; index += 1) if (chance() < shares[1]) stable.bad += 1;
    candidate.all += STEP;
    stable.all += 9 * STEP;
    if (isSurelyWorse(candidate, stable, QUESTIONS)) return candidate.all;
  }
  return null;
}

function median(shares: readonly [number, number], looks: number): number {
  const chance = chances(7);
  const found = Array.from({ length: 101 }, () => foundAfter(chance, shares, looks) ?? Infinity);
  return found.toSorted((one, other) => one - other)[50] ?? Infinity;
}

describe('looked at all the time', () => {
  it('an equal version is found worse at any of ten questions in less than one of a hundred rollouts', () => {
    const chance = chances(42);
    let alarms = 0;
    for (let rollout = 0; rollout < 200; rollout += 1)
      for (let question = 0; question < QUESTIONS; question += 1)
        if (foundAfter(chance, [0.1, 0.1], 100) !== null) {
          alarms += 1;
          break;
        }
    expect(alarms).toBeLessThanOrEqual(2);
  });

  it('one that is worse is found, the sooner the worse it is', () => {
    expect(median([0.5, 0.1], 100)).toBeLessThan(100);
    expect(median([0.2, 0.1], 200)).toBeLessThan(400);
    expect(median([0.15, 0.1], 400)).toBeLessThan(1500);
  });

  it('is never worse by little, or by few', () => {
    expect(isSurelyWorse({ bad: 12_500, all: 100_000 }, { bad: 10_000, all: 100_000 }, 1)).toBe(false);
    expect(isSurelyWorse({ bad: 49, all: 49 }, { bad: 0, all: 10_000 }, 1)).toBe(false);
    expect(isSurelyWorse({ bad: 0, all: 100 }, { bad: 0, all: 100 }, 1)).toBe(false);
    expect(isSurelyWorse({ bad: 0, all: 1000 }, { bad: 900, all: 1000 }, 1)).toBe(false);
  });
});

describe('failures', () => {
  const stable = { bad: 10, all: 1000 };

  it.each([
    ['many', { bad: 30, all: 100 }, stable, true],
    ['few of many', { bad: 60, all: 1000 }, stable, true],
    ['all of few', { bad: 20, all: 20 }, stable, true],
    ['fewer than five', { bad: 4, all: 4 }, stable, false],
    ['as many', { bad: 10, all: 1000 }, stable, false],
    ['not three times as many', { bad: 29, all: 1000 }, stable, false],
    ['more by chance', { bad: 5, all: 160 }, stable, false],
    ['less than one of a hundred', { bad: 90, all: 10_000 }, { bad: 0, all: 10_000 }, false],
    ['nothing to compare with', { bad: 50, all: 50 }, { bad: 0, all: 0 }, false],
  ])('%s', (_name, candidate, other, fails) => {
    expect(failsMore(candidate, other, 1)).toBe(fails);
  });

  it('a version that fails as often is found to fail more in less than one of a hundred rollouts', () => {
    const chance = chances(3);
    let alarms = 0;
    for (let rollout = 0; rollout < 300; rollout += 1) {
      const [mine, theirs] = [
        { bad: 0, all: 0 },
        { bad: 0, all: 0 },
      ];
      let found = false;
      for (let look = 0; look < 100 && !found; look += 1) {
        for (let index = 0; index < STEP; index += 1) if (chance() < 0.02) mine.bad += 1;
        for (let index = 0; index < 9 * STEP; index += 1) if (chance() < 0.02) theirs.bad += 1;
        mine.all += STEP;
        theirs.all += 9 * STEP;
        found = failsMore(mine, theirs, 1);
      }
      if (found) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(3);
  });
});
