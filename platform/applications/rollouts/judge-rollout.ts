import { failsMore, isSurelyLarger, isSurelyWorse, MOST_SEGMENTS, type Tally } from '@vumi/core';
import type { Compared, RolloutChange, RolloutNumbers, RunningRollout, Seen } from '@vumi/store';
import { lacksOf, noLongerAsked } from './evidence.ts';

/** A version that needs more CPU than so many times the other's is not given to more users. */
const MOST_CPU = 2;

export type Judgement = Pick<RolloutChange, 'decision' | 'reason' | 'numbers' | 'seen' | 'cause'>;
type Hold = Pick<Judgement, 'reason' | 'numbers'> & { readonly cause: string };

/** What becomes of a rollout by what is known at a time; null: nothing yet (spec authoring §7). */
export function judgeRollout(rollout: RunningRollout, numbers: RolloutNumbers, at: number): Judgement | null {
  const seen = seenOf(numbers);
  const bad = badnessOf(numbers);
  if (bad !== null) return { ...bad, decision: 'rolled_back', seen };
  const isOver = (seconds: number | null): boolean =>
    seconds !== null && at >= Date.parse(rollout.stage_at) + seconds * 1000;
  const mayGoOn = isOver(rollout.promote_after_s);
  const holds = holdsOf(rollout, numbers, { isOver: mayGoOn || isOver(rollout.each_s), mayGoOn });
  const first = holds.find(({ cause }) => !rollout.told.includes(cause));
  if (first !== undefined) return { ...first, decision: 'held', seen };
  if (holds.length > 0 || (!mayGoOn && !isOver(rollout.each_s))) return null;
  return {
    decision: 'promoted',
    reason: goOnReason(numbers, mayGoOn),
    numbers: overviewOf(numbers),
    seen,
  };
}

/** What it is taken back for. */
function badnessOf(numbers: RolloutNumbers): Pick<Judgement, 'reason' | 'numbers'> | null {
  const failing = failureOf(numbers);
  if (failing !== null) return failing;
  const { questions } = numbers;
  const worst = questions.find(({ candidate, stable }) => isSurelyWorse(candidate, stable, questions.length));
  if (worst === undefined) return null;
  const { screen, question, candidate, stable } = worst;
  return {
    reason: `at ${screen}, ${question}, ${shareOf(candidate)} leave, ${shareOf(stable)} with the other version`,
    numbers: { screen, question, candidate, stable, questions: questions.length },
  };
}

const FAILURES = {
  runs: 'of its messages fail',
  diverged: 'of its messages do not fit their conversation',
  uncertain: 'of what it sends is uncertain to have arrived',
} as const;

function failureOf(numbers: RolloutNumbers): Pick<Judgement, 'reason' | 'numbers'> | null {
  const kinds = Object.keys(FAILURES) as (keyof typeof FAILURES)[];
  const kind = kinds.find((one) => failsMore(numbers[one].candidate, numbers[one].stable, kinds.length));
  if (kind === undefined) return null;
  const { candidate, stable } = numbers[kind];
  return {
    reason: `${shareOf(candidate)} ${FAILURES[kind]}, ${shareOf(stable)} of the other's`,
    numbers: { [kind]: numbers[kind] },
  };
}

/**
 * Why it does not grow, the most important first. Segments are compared by a test that may be looked at always, so they are told
 * at once; the CPU of a moment says nothing, so it is asked for where the version would grow.
 */
function holdsOf(
  rollout: RunningRollout,
  numbers: RolloutNumbers,
  { isOver, mayGoOn }: { readonly isOver: boolean; readonly mayGoOn: boolean },
): Hold[] {
  const overview = overviewOf(numbers);
  const costs = [segmentsHold(numbers), ...(isOver ? [cpuHold(numbers)] : [])];
  const lack = isOver && !mayGoOn ? evidenceHold(rollout, numbers) : null;
  return [...costs, lack].flatMap((hold) => (hold === null ? [] : [{ ...hold, numbers: overview }]));
}

function segmentsHold({ sizes }: RolloutNumbers): Omit<Hold, 'numbers'> | null {
  if (sizes === null || !isSurelyLarger(sizes)) return null;
  const { of, candidate, stable } = sizes;
  const [mine, theirs] = [candidate, stable].map(({ all, segments }) => decimal(segments / all));
  const one = of === 'conversations' ? 'a conversation' : 'a message';
  const most = Math.round(100 * (MOST_SEGMENTS - 1));
  return {
    cause: 'segments',
    reason: `${one} takes ${mine} segments, ${theirs} with the other version: more than ${most} % more`,
  };
}

function cpuHold({ cpu }: RolloutNumbers): Omit<Hold, 'numbers'> | null {
  if (cpu === null || cpu.candidate <= MOST_CPU * cpu.stable) return null;
  return { cause: 'cpu', reason: `a message needs more than ${MOST_CPU} times the CPU of the other version` };
}

/** Of the questions that lack evidence one is told, until it has enough. */
function evidenceHold(rollout: RunningRollout, numbers: RolloutNumbers): Omit<Hold, 'numbers'> | null {
  const lacks = lacksOf(rollout, numbers);
  const told = lacks.find(({ cause }) => rollout.told.includes(cause));
  return told ?? lacks[0] ?? null;
}

/** As it is known at each question; and of messages, without a name. */
function seenOf({ runs, questions }: RolloutNumbers): Seen[] {
  return [
    { screen: '', question: '', all: runs.candidate.all },
    ...questions.map(({ screen, question, candidate }) => ({ screen, question, all: candidate.all })),
  ];
}

function goOnReason(numbers: RolloutNumbers, mayGoOn: boolean): string {
  const most = mostAsked(numbers);
  const of = most === null ? 'messages' : 'conversations';
  const { candidate, stable } = most ?? numbers.runs;
  const known = `${Math.floor(candidate.all)} ${of} with it, ${Math.floor(stable.all)} with the other version`;
  const missing = noLongerAsked(numbers).map(
    ({ screen, question }) => `; hardly anybody comes to ${screen}, ${question} with it`,
  );
  return `${mayGoOn ? 'the time for evidence is over' : 'it is not worse'}: ${known}${missing.join('')}`;
}

type MostAsked = Compared & { readonly screen: string; readonly question: string };

function mostAsked({ questions }: RolloutNumbers): MostAsked | null {
  return questions.toSorted((a, b) => b.candidate.all - a.candidate.all)[0] ?? null;
}

/** Questions can be many; that with the most conversations stands for them. */
function overviewOf(numbers: RolloutNumbers): Readonly<Record<string, unknown>> {
  const { runs, questions, cpu, sizes } = numbers;
  return {
    runs,
    questions: questions.length,
    most_asked: mostAsked(numbers),
    cpu,
    segments: segmentsIn(sizes),
  };
}

function segmentsIn(sizes: RolloutNumbers['sizes']): Readonly<Record<string, unknown>> | null {
  if (sizes === null) return null;
  const { of, candidate, stable } = sizes;
  return { of, candidate, stable };
}

function decimal(number: number): string {
  return String(Math.round(100 * number) / 100);
}

function shareOf({ bad, all }: Tally): string {
  return all === 0 ? 'none' : `${Math.round((1000 * bad) / all) / 10} %`;
}
