/** How many of a number of tries came out badly. */
export interface Tally {
  readonly bad: number;
  readonly all: number;
}

/** The difference between two shares that is looked for (spec authoring §7). */
const TAU = 0.05;
/** How often equal shares may be told apart, however often one looks. */
const ALPHA = 0.01;
/** What is less is let be. */
const LEAST_DIFFERENCE = 0.03;
/** Fewer say nothing. */
export const LEAST_TRIES = 50;

/**
 * Whether a share is worse than another, by a test that may be looked at as often as one likes while tries go on (mixture
 * sequential probability ratio). `questions`: how many such pairs are looked at together, any of which could be a false alarm.
 */
export function isSurelyWorse(candidate: Tally, stable: Tally, questions: number): boolean {
  if (candidate.all < LEAST_TRIES || stable.all < LEAST_TRIES) return false;
  const difference = candidate.bad / candidate.all - stable.bad / stable.all;
  return difference >= LEAST_DIFFERENCE && evidence(candidate, stable, difference) >= questions / ALPHA;
}

/** What fewer failures say is chance. */
const LEAST_FAILURES = 5;
/** Failures of less than this share of all tries are let be, and of less than so many times the other's. */
const LEAST_FAILED = 0.01;
const TIMES_FAILED = 3;

/** The same of failures, which are few where all is well: a share so small that it would be let be above is not. */
export function failsMore(candidate: Tally, stable: Tally): boolean {
  if (candidate.bad < LEAST_FAILURES || stable.all === 0) return false;
  const [share, other] = [candidate.bad / candidate.all, stable.bad / stable.all];
  if (share <= LEAST_FAILED || share <= TIMES_FAILED * other) return false;
  return evidence(candidate, stable, share - other) >= 1 / ALPHA;
}

/** How much more likely the difference is than it were between equal shares. */
function evidence(candidate: Tally, stable: Tally, difference: number): number {
  const pooled = (candidate.bad + stable.bad) / (candidate.all + stable.all);
  const variance = pooled * (1 - pooled) * (1 / candidate.all + 1 / stable.all);
  const mixed = variance + TAU ** 2;
  return Math.sqrt(variance / mixed) * Math.exp((TAU ** 2 * difference ** 2) / (2 * variance * mixed));
}
