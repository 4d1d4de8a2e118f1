import type { Reach, RolloutNumbers, RunningRollout } from '@vumi/store';
import { describe, expect, it } from 'vitest';
import { lacksOf, neededAt, noLongerAsked } from './evidence.ts';

const ROLLOUT: RunningRollout = {
  id: '1',
  account: 'demo',
  app: 'clinic',
  version: 8,
  stable: 7,
  stages: [5, 100],
  each_s: 3600,
  promote_after_s: null,
  stage: 0,
  stage_at: '2026-11-24T12:00:00Z',
  started_at: '2026-11-24T12:00:00Z',
  seen: [],
  told: [],
};
const NOTHING = { candidate: { bad: 0, all: 0 }, stable: { bad: 0, all: 0 } };

interface Place extends Partial<Reach> {
  readonly question: string;
  /** Conversations of which it is known what became of them. */
  readonly known?: readonly [candidate: number, stable: number];
}

function numbersOf(...places: readonly Place[]): RolloutNumbers {
  return {
    runs: { candidate: { bad: 0, all: 200 }, stable: { bad: 0, all: 2000 } },
    diverged: NOTHING,
    uncertain: NOTHING,
    questions: places.map(({ question, known: [candidate, stable] = [0, 0] }) => ({
      screen: 'start',
      question,
      candidate: { bad: 0, all: candidate },
      stable: { bad: 0, all: stable },
    })),
    reach: places.map(({ question, share = 1, reached = 0, expected = 0 }) => ({
      screen: 'start',
      question,
      share,
      reached,
      expected,
    })),
    cpu: null,
    sizes: null,
  };
}

const reasons = (numbers: RolloutNumbers, rollout = ROLLOUT): string[] =>
  lacksOf(rollout, numbers).map(({ reason }) => reason);

it.each([
  ['all', 1, 50],
  ['a half', 0.5, 50],
  ['one of ten', 0.1, 50],
  ['one of twenty', 0.05, 25],
  ['one of a hundred', 0.01, 5],
  ['fewer', 0.009, 0],
  ['nobody', 0, 0],
])('of a question that %s comes to, so many have to be known of', (_who, share, needed) => {
  expect(neededAt(share)).toBe(needed);
});

describe('evidence lacks', () => {
  it('at each common question, the one of which least is known first', () => {
    const numbers = numbersOf(
      { question: 'name', known: [60, 900] },
      { question: 'age', share: 0.8, known: [12, 700] },
      { question: 'town', share: 0.7, known: [0, 600] },
    );
    expect(reasons(numbers)).toEqual([
      '0 of 50 conversations with version 8 have come to start, town and gone on or left; nor is enough known at another question',
      '12 of 50 conversations with version 8 have come to start, age and gone on or left; nor is enough known at another question',
    ]);
  });

  it('on the side of the other version, too', () => {
    expect(reasons(numbersOf({ question: 'name', known: [60, 20] }))).toEqual([
      '20 of 50 conversations with version 7 have come to start, name and gone on or left',
    ]);
  });

  it('of what was known before the stage: that is none for it', () => {
    const seen = [{ screen: 'start', question: 'name', all: 60 }];
    const numbers = numbersOf({ question: 'name', known: [70.5, 900] });
    expect(reasons(numbers, { ...ROLLOUT, seen })).toEqual([
      '10 of 50 conversations with version 8 have come to start, name and gone on or left',
    ]);
  });

  it('nowhere where as much is known as the question is common', () => {
    const numbers = numbersOf(
      { question: 'name', known: [50, 900] },
      { question: 'rare', share: 0.02, known: [10, 20] },
      { question: 'hardly', share: 0.001, known: [0, 1] },
    );
    expect(reasons(numbers)).toEqual([]);
  });

  it('of messages, in apps that ask nothing', () => {
    expect(reasons(numbersOf())).toEqual([]);
    expect(reasons({ ...numbersOf(), runs: { ...NOTHING, stable: { bad: 0, all: 100 } } })).toEqual([
      '0 of 50 messages have come to version 8',
    ]);
  });
});

describe('a question that is not asked any more', () => {
  const name: Place = { question: 'name', known: [200, 900] };

  it('is not waited for once as many would have come to it as are needed', () => {
    const early = numbersOf(name, { question: 'age', share: 0.8, expected: 49 });
    expect(reasons(early)).toHaveLength(1);
    const late = numbersOf(name, { question: 'age', share: 0.8, expected: 50 });
    expect(reasons(late)).toEqual([]);
    expect(noLongerAsked(late).map(({ question }) => question)).toEqual(['age']);
  });

  it('is waited for where some come to it', () => {
    const numbers = numbersOf(name, {
      question: 'age',
      share: 0.8,
      expected: 50,
      reached: 6,
      known: [6, 600],
    });
    expect(reasons(numbers)).toHaveLength(1);
    expect(noLongerAsked(numbers)).toEqual([]);
  });
});

describe('of conversations whose second question comes hours after the first, looked at every ten minutes', () => {
  const BEGIN = 5;
  const LATER = 18;

  /** What is known after so many looks: nine of ten answer the first question, and come to the second after three hours. */
  function known(looks: number, asksAge: boolean): RolloutNumbers {
    const first = Math.floor(0.9 * BEGIN * looks);
    const late = Math.floor(0.9 * BEGIN * Math.max(0, looks - LATER));
    const reached = asksAge ? late : 0;
    return numbersOf(
      { question: 'name', known: [first, 19 * first], reached: BEGIN * looks, expected: BEGIN * looks },
      // Conversations with the other version that are older than the rollout come to it from the first hour on.
      { question: 'age', share: 0.9, known: [reached, 17 * first], reached, expected: late },
    );
  }

  const wait = (asksAge: boolean): number => {
    let looks = 0;
    while (lacksOf(ROLLOUT, known(looks, asksAge)).length > 0) looks += 1;
    return looks;
  };

  it('no stage ends before the second question has been seen', () => {
    const looks = wait(true);
    expect(looks).toBeGreaterThan(LATER);
    expect(known(looks, true).questions[1]?.candidate.all).toBeGreaterThanOrEqual(50);
    expect(known(looks - 1, true).questions[1]?.candidate.all).toBeLessThan(50);
  });

  it('a version without the second question waits as long, and no longer', () => {
    expect(wait(false)).toBe(wait(true));
  });
});
