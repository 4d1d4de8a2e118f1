import { SandboxPlace } from '@vumi/sandbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostileApps, type HostileApp } from './hostile-apps.ts';

const APOLOGY = 'Sorry, something went wrong. Please try again later.';
const VISITS_EVERY_MS = 10;
/** A runner that has to be shot costs its other apps so much at most. */
const LONGEST_SILENCE_MS = 6000;

let place: SandboxPlace;
const watch = new AbortController();
let visits: Promise<number[]>;

/** An innocent app gets a message every so often, all the while; how long each took. */
async function visitInnocent(): Promise<number[]> {
  const ref = await place.installHandler('innocent', "await reply('at your service')");
  const took: number[] = [];
  while (!watch.signal.aborted) {
    const started = performance.now();
    expect(await place.ask(ref)).toEqual(['at your service']);
    took.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, VISITS_EVERY_MS));
  }
  return took;
}

beforeAll(async () => {
  place = await SandboxPlace.start({ limits: { wall_ms: 3000 } });
  visits = visitInnocent();
}, 30_000);

afterAll(async () => {
  watch.abort();
  await visits;
  await place[Symbol.asyncDispose]();
});

async function attack(hostile: HostileApp): Promise<string[]> {
  const name = hostile.name.replaceAll(/\W+/g, '-').slice(0, 30);
  const ref =
    hostile.worker === undefined
      ? await place.installHandler(name, hostile.handler ?? '')
      : await place.install(name, hostile.worker);
  const first = await place.ask(ref);
  const second = await place.ask(ref);
  return [...first, ...second];
}

describe.each(Object.entries(hostileApps))('%s', (_kind, apps) => {
  test.concurrent.each(apps)(
    '$name',
    async (hostile) => {
      const answers = await attack(hostile);
      const expected = hostile.answers ?? new RegExp(`^${APOLOGY}$`);
      for (const answer of answers) {
        if (answer !== APOLOGY || hostile.answers === undefined) expect(answer).toMatch(expected);
      }
    },
    40_000,
  );
});

/** Attacks that wait until their app is trusted to be quick (runner/scheduler.ts). */
const sleepers = [
  hostileApps.cpu[0],
  hostileApps.cpu[3],
  hostileApps.cpu[6],
  hostileApps.unstoppable[1],
  hostileApps.memory[1],
  hostileApps.leftovers[1],
] as HostileApp[];
const NAP = 40;

describe('sleepers', () => {
  test.concurrent.each(sleepers)(
    '$name',
    async ({ name, handler, answers }) => {
      const nap = `if (message.content === 'nap') return void (await reply('zzz')); ${handler}`;
      const ref = await place.installHandler(`sleeper-${name}`.replaceAll(/\W+/g, '-').slice(0, 30), nap);
      for (let n = 0; n < NAP; n++)
        expect(await place.ask(ref, place.message({ content: 'nap' }))).toEqual(['zzz']);
      const [answer = ''] = await place.ask(ref);
      expect(answer).toMatch(new RegExp(`${answers?.source ?? '^$'}|${APOLOGY}`));
      expect(await place.ask(ref, place.message({ content: 'nap' }))).toEqual(['zzz']);
    },
    40_000,
  );
});

test('nothing was sent or written for another app', () => {
  expect(
    place.sent.filter(({ helper_metadata }) => JSON.stringify(helper_metadata).includes('victim')),
  ).toEqual([]);
  expect(
    [...place.state.values.keys()].filter((key) => !/^app\/tests\/[^/]+\/(shared|user)\//.test(key)),
  ).toEqual([]);
});

test('the innocent app was served all the time, and no runner burns or bloats', async () => {
  watch.abort();
  const took = (await visits).toSorted((a, b) => a - b);
  expect(took.length).toBeGreaterThan(50);
  expect(took.at(-1)).toBeLessThan(LONGEST_SILENCE_MS);
  expect(place.sandbox.status().turns).toBe(0);
  // The last attacker may have ended a runner a moment ago.
  await expect.poll(() => place.sandbox.status().runners.length, { timeout: 5000 }).toBe(2);
});
