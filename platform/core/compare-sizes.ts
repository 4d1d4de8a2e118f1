import { LEAST_TRIES, likelihoodOf } from './sequential-test.ts';

/** Into so many groups users fall by chance, each with all that he talks: how far groups differ says what chance does. */
export const SIZE_GROUPS = 32;

/** Of conversations (or messages) of each group: how many there were, and in how many segments they were answered. */
interface GroupedSizes {
  readonly all: readonly number[];
  readonly segments: readonly number[];
}

/** Of one hour. */
export interface PairedSizes {
  readonly candidate: GroupedSizes;
  readonly stable: GroupedSizes;
}

interface SizeTally {
  readonly all: number;
  readonly segments: number;
}

export interface ComparedSizes {
  readonly candidate: SizeTally;
  readonly stable: SizeTally;
  /** Of the difference of both, in parts of their mean. */
  readonly variance: number;
}

/** More segments than so many times the other's are told. */
export const MOST_SEGMENTS = 1.2;
/** The difference that is looked for, in parts of the mean. */
const TAU = 0.2;

/** The group of a user: one by one of their names, and by nothing else that sorts users. */
export function sizeGroup(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1)
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) % SIZE_GROUPS;
}

/**
 * How much both sent in the same hours, those of the stable one weighted as the candidate's. So many weighted conversations
 * say as much as `stable.all` of one kind. The variance is that of leaving out one group after the other (the jackknife): it
 * knows nothing of how long conversations are, nor that messages of one belong together. Null: nothing to compare.
 */
export function compareSizes(hours: readonly PairedSizes[]): ComparedSizes | null {
  const sums = hours.map((hour) => ({ hour, whole: wholeOf(hour) }));
  const all = sumOf(sums.map(({ whole }) => whole));
  if (all === null) return null;
  const left = Array.from({ length: SIZE_GROUPS }, (_, group) => {
    const rest = sumOf(sums.map(({ hour, whole }) => without(whole, hour, group)));
    return rest === null ? 0 : differenceOf(rest);
  });
  const mean = left.reduce((sum, one) => sum + one, 0) / SIZE_GROUPS;
  const squares = left.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const stable = all.weight ** 2 / all.weights;
  return {
    candidate: { all: all.weight, segments: all.candidate },
    stable: { all: stable, segments: (all.stable / all.weight) * stable },
    variance: (squares * (SIZE_GROUPS - 1)) / SIZE_GROUPS,
  };
}

/** Whether the candidate sends more than `MOST_SEGMENTS` times as much, and not by chance, however often one looks. */
export function isSurelyLarger({ candidate, stable, variance }: ComparedSizes): boolean {
  if (candidate.all < LEAST_TRIES || stable.all < LEAST_TRIES) return false;
  const [mine, theirs] = [candidate.segments / candidate.all, stable.segments / stable.all];
  if (mine <= MOST_SEGMENTS * theirs) return false;
  const difference = relative(mine, theirs);
  // Few groups tell their own variance badly: the ratio of likelihoods of Student's t.
  const groups = SIZE_GROUPS - 1;
  const square = variance === 0 ? Infinity : groups * Math.log1p(difference ** 2 / (variance * groups));
  return likelihoodOf(square, variance, TAU) >= 1 / ALPHA;
}

/** How often equal versions may be told apart, however often one looks. */
const ALPHA = 0.01;

type Whole = Readonly<Record<'all' | 'segments' | 'otherAll' | 'otherSegments', number>>;

function wholeOf({ candidate, stable }: PairedSizes): Whole {
  return {
    all: total(candidate.all),
    segments: total(candidate.segments),
    otherAll: total(stable.all),
    otherSegments: total(stable.segments),
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

function without(whole: Whole, { candidate, stable }: PairedSizes, group: number): Whole {
  return {
    all: whole.all - (candidate.all[group] ?? 0),
    segments: whole.segments - (candidate.segments[group] ?? 0),
    otherAll: whole.otherAll - (stable.all[group] ?? 0),
    otherSegments: whole.otherSegments - (stable.segments[group] ?? 0),
  };
}

interface Sums {
  weight: number;
  weights: number;
  candidate: number;
  stable: number;
}

/** Of the hours in which there were both; null: there are none. */
function sumOf(hours: readonly Whole[]): Sums | null {
  const sums: Sums = { weight: 0, weights: 0, candidate: 0, stable: 0 };
  for (const { all, segments, otherAll, otherSegments } of hours) {
    if (all <= 0 || otherAll <= 0) continue;
    sums.weight += all;
    sums.weights += all ** 2 / otherAll;
    sums.candidate += segments;
    sums.stable += (all * otherSegments) / otherAll;
  }
  return sums.weight === 0 ? null : sums;
}

function differenceOf({ candidate, stable }: Sums): number {
  return relative(candidate, stable);
}

/** In parts of the mean: from -2 to 2. */
function relative(one: number, other: number): number {
  return one + other === 0 ? 0 : (2 * (one - other)) / (one + other);
}
