import { LEAST_TRIES, type Tally } from '@vumi/core';
import type { Compared, Reach, RolloutNumbers, RunningRollout } from '@vumi/store';

/**
 * What has to be known of a version before more users get it (spec authoring §7; decision 43): at each question that the
 * other version comes to, of so many conversations with each what became of them there. Where fewer than one of ten comes to
 * a question, so many are enough as so many conversations bring there; where that were fewer than `FEWEST`, none are needed.
 */
const CONVERSATIONS = 10 * LEAST_TRIES;
const FEWEST = 5;
/** A question that less than this part of those comes to who would is hardly asked any more. */
const HARDLY = 0.1;

export interface Lack {
  /** Its name, for as long as it lasts. */
  readonly cause: string;
  readonly reason: string;
}

/** How many conversations have to be known of at a question, by the share of them that comes to it. */
export function neededAt(share: number): number {
  const needed = Math.min(LEAST_TRIES, Math.floor(CONVERSATIONS * share));
  return needed < FEWEST ? 0 : needed;
}

/**
 * What is not known yet, that of which least is known first. A question that the version does not ask any more is not waited
 * for: when so many conversations are as old as those that come to it with the other version, and hardly one has.
 */
export function lacksOf(rollout: RunningRollout, numbers: RolloutNumbers): Lack[] {
  const places = numbers.reach.filter((place) => !isHardlyAsked(place));
  const isAnyCommon = places.some(({ share }) => neededAt(share) === LEAST_TRIES);
  const lacks = [
    ...places.map((place) => lackAt(place, rollout, numbers)),
    isAnyCommon ? null : lackOfMessages(rollout, numbers),
  ].filter((lack) => lack !== null);
  return lacks
    .toSorted((a, b) => a.part - b.part)
    .map(({ cause, reason }) => ({
      cause,
      reason: lacks.length < 2 ? reason : `${reason}; nor is enough known ${elsewhere(lacks.length - 1)}`,
    }));
}

/** Questions that the other version comes to, and this one hardly ever. */
export function noLongerAsked({ reach }: RolloutNumbers): Reach[] {
  return reach.filter((place) => isHardlyAsked(place));
}

function isHardlyAsked({ share, reached, expected }: Reach): boolean {
  const needed = neededAt(share);
  return needed > 0 && expected >= needed && reached <= HARDLY * expected;
}

interface Measured extends Lack {
  /** Of what is needed, the part that there is. */
  readonly part: number;
}

function lackAt(
  { screen, question, share }: Reach,
  rollout: RunningRollout,
  { questions }: RolloutNumbers,
): Measured | null {
  const known = questions.find((one) => one.screen === screen && one.question === question);
  return lackOf(rollout, known ?? null, {
    screen,
    question,
    needed: neededAt(share),
    words: (count, needed, version) =>
      `${count} of ${needed} conversations with version ${version} have come to ${screen}, ${question} and gone on or left`,
  });
}

/** Of apps that ask nothing, or nothing that many come to. */
function lackOfMessages(rollout: RunningRollout, { runs }: RolloutNumbers): Measured | null {
  return lackOf(rollout, runs, {
    screen: '',
    question: '',
    needed: LEAST_TRIES,
    words: (count, needed, version) => `${count} of ${needed} messages have come to version ${version}`,
  });
}

function lackOf(
  { version, stable, seen }: RunningRollout,
  known: Compared | null,
  place: {
    readonly screen: string;
    readonly question: string;
    readonly needed: number;
    readonly words: (count: number, needed: number, version: number) => string;
  },
): Measured | null {
  const { screen, question, needed, words } = place;
  const before = seen.find((one) => one.screen === screen && one.question === question)?.all ?? 0;
  const of = (tally: Tally | undefined): number => Math.floor(tally?.all ?? 0);
  const sides = [
    { version, count: Math.max(0, of(known?.candidate) - Math.floor(before)) },
    { version: stable, count: of(known?.stable) },
  ];
  const least = sides.toSorted((a, b) => a.count - b.count)[0];
  if (least === undefined || least.count >= needed) return null;
  const cause = JSON.stringify(['evidence', screen, question]);
  return { cause, reason: words(least.count, needed, least.version), part: least.count / needed };
}

function elsewhere(count: number): string {
  return count === 1 ? 'at another question' : `at ${count} other questions`;
}
