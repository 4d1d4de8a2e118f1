import type { AppRef } from '@vumi/core';
import { FIRST_TRY, SandboxPlace } from '@vumi/sandbox/testing';
import { quantileOf } from '../quantile.ts';
import { workerOfSize } from './workers.ts';

const APPS = 12;
const ROUNDS = 10;
/** A spare isolate is made while nobody starts an app. */
const PAUSE_MS = 70;

export interface ColdStart {
  /** Milliseconds from a message to its end; the first time that the app is ever loaded. */
  readonly first: number;
  /** The same when the app was loaded before, by this or another runner. */
  readonly p50: number;
  readonly p99: number;
  /** One after the other with no pause: no spare isolate is ready. */
  readonly burst: number;
}

/** More apps than the runner may hold, asked in turn: each message finds its app unloaded. */
export async function benchColdStart(kilobytes: number): Promise<ColdStart> {
  await using place = await SandboxPlace.start({ runners: 1, isolates_per_runner: APPS / 2 });
  const source = workerOfSize(kilobytes);
  const refs: AppRef[] = [];
  for (let n = 0; n < APPS; n++) refs.push(await place.install(`app-${n}`, source));
  const visit = async (pauseMs: number): Promise<number[]> => {
    const took: number[] = [];
    for (const ref of refs) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      const startedAt = performance.now();
      await place.sandbox.handleInbound(ref, place.message(), FIRST_TRY);
      took.push(performance.now() - startedAt);
    }
    return took;
  };
  const first = await visit(PAUSE_MS);
  const later: number[] = [];
  for (let round = 0; round < ROUNDS; round++) later.push(...(await visit(PAUSE_MS)));
  const burst: number[] = [];
  for (let round = 0; round < ROUNDS; round++) burst.push(...(await visit(0)));
  return {
    first: quantileOf(first, 0.5),
    p50: quantileOf(later, 0.5),
    p99: quantileOf(later, 0.99),
    burst: quantileOf(burst, 0.5),
  };
}
