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

/**
 * The same of failures, which are few where all is well: a share so small that it would be let be above is not. `kinds`: how
 * many kinds of failures are looked at together.
 */
export function failsMore(candidate: Tally, stable: Tally, kinds: number): boolean {
  if (candidate.bad < LEAST_FAILURES || stable.all === 0) return false;
  const [share, other] = [candidate.bad / candidate.all, stable.bad / stable.all];
  if (share <= LEAST_FAILED || share <= TIMES_FAILED * other) return false;
  return evidence(candidate, stable, share - other) >= kinds / ALPHA;
}

/** How much more likely the difference is than it were between equal shares. */
function evidence(candidate: Tally, stable: Tally, difference: number): number {
  const pooled = (candidate.bad + stable.bad) / (candidate.all + stable.all);
  const variance = pooled * (1 - pooled) * (1 / candidate.all + 1 / stable.all);
  return likelihoodOf(difference ** 2 / variance, variance, TAU);
}

/**
 * The mixed ratio of likelihoods: how much more likely a difference is where one of about `tau` is looked for than by chance.
 * `square`: of the difference, in parts of its variance.
 */
export function likelihoodOf(square: number, variance: number, tau: number): number {
  if (variance === 0) return square > 0 ? Infinity : 1;
  const mixed = variance + tau ** 2;
  return Math.sqrt(variance / mixed) * Math.exp((tau ** 2 * square) / (2 * mixed));
}
