import type { AppRef } from '@vumi/core';
import { FIRST_TRY, SandboxPlace } from '@vumi/sandbox/testing';
import { benchPipeEcho } from './pipe-echo.ts';
import { ECHO_WORKER, ORDINARY_WORKER } from './workers.ts';

const WARM_UP = 200;
const SERIAL = 1500;
/** About what a message is on the wire to a runner. */
const FRAME_BYTES = 700;
const APPS = 100;
const FLOOD = 6000;
const WINDOW = 64;

export interface Dispatch {
  /** Milliseconds from a message to the commit of its effects, one at a time: no awaited call, and one. */
  readonly echo: readonly number[];
  readonly ordinary: readonly number[];
  /** A frame of the same size through a bare process. */
  readonly pipe: readonly number[];
  /** Messages per second with 100 apps and 64 messages under way, one awaited call each. */
  readonly flood: number;
}

async function visit(place: SandboxPlace, ref: AppRef, count: number): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < count; n++) {
    const message = place.message({ from_addr: '+27761234567' });
    const startedAt = performance.now();
    await place.sandbox.handleInbound(ref, message, FIRST_TRY);
    took.push(performance.now() - startedAt);
  }
  return took;
}

async function flood(place: SandboxPlace, refs: readonly AppRef[]): Promise<number> {
  let next = 0;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (next < FLOOD) {
      const ref = refs[next++ % refs.length];
      if (ref !== undefined) await place.sandbox.handleInbound(ref, place.message(), FIRST_TRY);
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, lane));
  return FLOOD / ((performance.now() - startedAt) / 1000);
}

/** Apps that have answered a message. */
export async function installMany(place: SandboxPlace, count: number, source: string): Promise<AppRef[]> {
  const refs: AppRef[] = [];
  for (let n = 0; n < count; n++) refs.push(await place.install(`many-${n}`, source));
  for (const ref of refs) await place.sandbox.handleInbound(ref, place.message(), FIRST_TRY);
  return refs;
}

/** Warm apps: the supervisor, the pipe, the isolate and back. State is in memory. */
export async function benchDispatch(jit: 'never' | 'always'): Promise<Dispatch> {
  await using place = await SandboxPlace.start({ jit });
  const echo = await place.install('echo', ECHO_WORKER);
  const ordinary = await place.install('ordinary', ORDINARY_WORKER);
  for (const ref of [echo, ordinary]) await visit(place, ref, WARM_UP);
  const pipe = await benchPipeEcho(FRAME_BYTES, SERIAL);
  const times = {
    echo: await visit(place, echo, SERIAL),
    ordinary: await visit(place, ordinary, SERIAL),
    pipe,
  };
  return { ...times, flood: await flood(place, await installMany(place, APPS, ORDINARY_WORKER)) };
}
