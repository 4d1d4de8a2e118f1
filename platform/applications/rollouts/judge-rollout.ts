import { failsMore, isSurelyWorse, LEAST_TRIES, type Tally } from '@vumi/core';
import type { Compared, RolloutChange, RolloutNumbers, RunningRollout } from '@vumi/store';

/** A version that needs more CPU than so many times the other's is not given to more users. */
const MOST_CPU = 2;

export type Judgement = Pick<RolloutChange, 'decision' | 'reason' | 'numbers' | 'seen'>;

/** What becomes of a rollout by what is known at a time; null: nothing yet (spec authoring §7). */
export function judgeRollout(rollout: RunningRollout, numbers: RolloutNumbers, at: number): Judgement | null {
  const seen = seenOf(numbers);
  const bad = badnessOf(numbers);
  if (bad !== null) return { ...bad, decision: 'rolled_back', seen: seen.candidate };
  const isOver = (seconds: number | null): boolean =>
    seconds !== null && at >= Date.parse(rollout.stage_at) + seconds * 1000;
  const mayGoOn = isOver(rollout.promote_after_s);
  if (!mayGoOn && !isOver(rollout.each_s)) return null;
  const held = holdOf(rollout, numbers, mayGoOn ? null : seen);
  const next = held ?? { decision: 'promoted', reason: goOnReason(seen, mayGoOn) };
  return next.reason === rollout.held
    ? null
    : { ...next, numbers: overviewOf(numbers), seen: seen.candidate };
}

/** What it is taken back for. */
function badnessOf({ runs, questions }: RolloutNumbers): Pick<Judgement, 'reason' | 'numbers'> | null {
  if (failsMore(runs.candidate, runs.stable))
    return {
      reason: `${shareOf(runs.candidate)} of its messages fail, ${shareOf(runs.stable)} of the other's`,
      numbers: { runs },
    };
  const worst = questions.find(({ candidate, stable }) => isSurelyWorse(candidate, stable, questions.length));
  if (worst === undefined) return null;
  const { screen, question, candidate, stable } = worst;
  return {
    reason: `at ${screen}, ${question}, ${shareOf(candidate)} leave, ${shareOf(stable)} with the other version`,
    numbers: { screen, question, candidate, stable, questions: questions.length },
  };
}

function holdOf(
  { seen_before }: RunningRollout,
  { cpu }: RolloutNumbers,
  seen: Seen | null,
): Pick<Judgement, 'decision' | 'reason'> | null {
  if (cpu !== null && cpu.candidate > MOST_CPU * cpu.stable)
    return {
      decision: 'held',
      reason: `a message needs more than ${MOST_CPU} times the CPU of the other version`,
    };
  if (seen === null || (seen.candidate - seen_before >= LEAST_TRIES && seen.stable >= LEAST_TRIES))
    return null;
  return {
    decision: 'held',
    reason: `too few talk to say anything: ${LEAST_TRIES} ${seen.of} of each version are needed in a stage`,
  };
}

interface Seen {
  readonly of: 'conversations' | 'messages';
  readonly candidate: number;
  readonly stable: number;
}

/** What speaks for it: conversations at the question that most came to, or messages where nothing is asked. */
function seenOf({ runs, questions }: RolloutNumbers): Seen {
  const all = ({ candidate, stable }: Compared) => ({ candidate: candidate.all, stable: stable.all });
  const most = questions.toSorted((a, b) => b.candidate.all - a.candidate.all)[0];
  return most === undefined ? { of: 'messages', ...all(runs) } : { of: 'conversations', ...all(most) };
}

function goOnReason({ of, candidate, stable }: Seen, mayGoOn: boolean): string {
  const numbers = `${Math.floor(candidate)} ${of} with it, ${Math.floor(stable)} with the other version`;
  return mayGoOn ? `the time for evidence is over: ${numbers}` : `it is not worse: ${numbers}`;
}

/** Questions can be many; that with the most conversations stands for them. */
function overviewOf({ runs, questions, cpu }: RolloutNumbers): Readonly<Record<string, unknown>> {
  const most = questions.toSorted((a, b) => b.candidate.all - a.candidate.all).slice(0, 1);
  return { runs, questions: questions.length, most_asked: most[0] ?? null, cpu };
}

function shareOf({ bad, all }: Tally): string {
  return all === 0 ? 'none' : `${Math.round((1000 * bad) / all) / 10} %`;
}
