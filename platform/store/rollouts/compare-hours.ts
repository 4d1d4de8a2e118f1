import { compareSizes, LEAST_TRIES, type AppRef, type ComparedSizes, type PairedSizes } from '@vumi/core';
import { CPU_CLASSES, cpuOf } from '../cpu-classes.ts';
import type { Statements } from '../database.ts';
import type { RolloutNumbers } from './rollout-ports.ts';

/** Of so many messages each CPU is told: that of all but the most costly ones. */
const SHARE = 0.95;

interface Hour {
  readonly hour: string;
  readonly version: number;
  readonly talks: readonly number[];
  readonly messages: readonly number[];
  readonly segments: readonly number[];
  readonly cpu: readonly number[];
}

interface Pair {
  readonly mine: Hour;
  readonly theirs: Hour;
}

/** What both versions sent and used in the hours of a time in which both were talked to; ISO 8601. */
export async function compareHours(
  statements: Statements,
  { ref, candidate, stable }: { readonly ref: AppRef; readonly candidate: number; readonly stable: number },
  [from, to]: readonly [from: string, to: string],
): Promise<Pick<RolloutNumbers, 'sizes' | 'cpu'>> {
  const rows = await statements.query<Hour>(
    `select hour, version, talks, messages, segments, cpu from version_hours
     where account = $1 and app = $2 and version in ($3, $4)
       and hour >= date_trunc('hour', $5::timestamptz) and hour <= $6::timestamptz`,
    [ref.account, ref.app, candidate, stable, from, to],
  );
  const pairs = [...Map.groupBy(rows, ({ hour }) => hour).values()].flatMap((both): Pair[] => {
    const mine = both.find(({ version }) => version === candidate);
    const theirs = both.find(({ version }) => version === stable);
    return mine === undefined || theirs === undefined ? [] : [{ mine, theirs }];
  });
  return { sizes: sizesOf(pairs), cpu: cpuIn(pairs) };
}

/** By the conversation, where both have them; else by the message. */
function sizesOf(pairs: readonly Pair[]): RolloutNumbers['sizes'] {
  const by = (of: 'talks' | 'messages'): ComparedSizes | null =>
    compareSizes(
      pairs.map(({ mine, theirs }): PairedSizes => ({
        candidate: { all: mine[of], segments: mine.segments },
        stable: { all: theirs[of], segments: theirs.segments },
      })),
    );
  const talks = by('talks');
  if (talks !== null) return { of: 'conversations', ...talks };
  const messages = by('messages');
  return messages === null ? null : { of: 'messages', ...messages };
}

/** The hours of the stable version are weighted as those of the candidate. */
function cpuIn(pairs: readonly Pair[]): RolloutNumbers['cpu'] {
  const [candidate, stable] = [nothing(CPU_CLASSES), nothing(CPU_CLASSES)];
  let runs = 0;
  for (const { mine, theirs } of pairs) {
    const [all, others] = [total(mine.cpu), total(theirs.cpu)];
    if (all === 0 || others === 0) continue;
    runs += others;
    addTo(candidate, mine.cpu, 1);
    addTo(stable, theirs.cpu, all / others);
  }
  if (total(candidate) < LEAST_TRIES || runs < LEAST_TRIES) return null;
  const [one, other] = [cpuOf(candidate, SHARE), cpuOf(stable, SHARE)];
  return one === null || other === null ? null : { candidate: one, stable: other };
}

function addTo(sums: number[], counts: readonly number[], weight: number): void {
  for (const [index, count] of counts.entries()) sums[index] = (sums[index] ?? 0) + weight * count;
}

function nothing(length: number): number[] {
  return Array<number>(length).fill(0);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
