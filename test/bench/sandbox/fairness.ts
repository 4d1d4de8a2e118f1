import type { AppRef } from '@vumi/core';
import { FIRST_TRY, SandboxPlace } from '@vumi/sandbox/testing';
import { ORDINARY_WORKER } from './workers.ts';

const NOISY = 12;
const VISITS = 500;
const VISIT_EVERY_MS = 10;
/** Tens of milliseconds of CPU for each message. */
const NOISE = `export default {
  async onMessage(message) {
    let x = 0;
    for (let n = 0; n < 1_500_000; n++) x = (x * 31 + n) | 0;
    await message.reply(String(x));
  },
};`;

export interface Fairness {
  /** Milliseconds of an innocent app's messages, alone and beside 12 that burn CPU without end. */
  readonly alone: readonly number[];
  readonly beside: readonly number[];
  /** Messages of the noisy ones per second. */
  readonly noise: number;
}

async function visitSteadily(place: SandboxPlace, ref: AppRef): Promise<number[]> {
  const took: number[] = [];
  const visits: Promise<void>[] = [];
  for (let n = 0; n < VISITS; n++) {
    await new Promise((resolve) => setTimeout(resolve, VISIT_EVERY_MS));
    const startedAt = performance.now();
    visits.push(
      place.sandbox.handleInbound(ref, place.message(), FIRST_TRY).then(() => {
        took.push(performance.now() - startedAt);
      }),
    );
  }
  await Promise.all(visits);
  return took;
}

export async function benchFairness(): Promise<Fairness> {
  await using place = await SandboxPlace.start();
  const innocent = await place.install('innocent', ORDINARY_WORKER);
  const alone = await visitSteadily(place, innocent);
  const stop = new AbortController();
  let burnt = 0;
  const burn = async (n: number): Promise<void> => {
    const ref = await place.install(`noisy-${n}`, NOISE);
    while (!stop.signal.aborted) {
      await place.sandbox.handleInbound(ref, place.message(), FIRST_TRY);
      burnt++;
    }
  };
  const startedAt = performance.now();
  const noise = Promise.all(Array.from({ length: NOISY }, (_, n) => burn(n)));
  const beside = await visitSteadily(place, innocent);
  const seconds = (performance.now() - startedAt) / 1000;
  stop.abort();
  await noise;
  return { alone, beside, noise: burnt / seconds };
}
