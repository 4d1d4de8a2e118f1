import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { AppRef } from '@vumi/core';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostAttacks } from './hostile-apps-host.ts';

/** Messages of each app: the first load it, the others are measured. */
const WARM = 2;
const MEASURED = 4;
/**
 * More than an innocent message costs here, where state and store are in memory: with them and SMPP it costs the platform
 * five to ten milliseconds.
 */
const MOST_MS = 30;
/** Code and source maps of so many apps are kept for their next messages. */
const MOST_GROWTH_MB = 20;
const SECRETS = Object.fromEntries(
  Array.from({ length: 50 }, (_, index) => [
    index === 0 ? 'long' : `s${index}`,
    `${index}${'s'.repeat(2000)}${index}`,
  ]),
);

let place: SandboxPlace;

beforeAll(async () => {
  place = await SandboxPlace.start({ runners: 1 });
}, 30_000);

afterAll(() => place[Symbol.asyncDispose]());

/** CPU of this thread for one message of the app, in milliseconds. */
async function costOf(ref: AppRef): Promise<number> {
  for (let index = 0; index < WARM; index++) await place.ask(ref);
  const before = process.threadCpuUsage();
  for (let index = 0; index < MEASURED; index++) await place.ask(ref);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000 / MEASURED;
}

/** What this process holds when nothing of the test's own is left, in MB. */
function heldMb(): number {
  for (const list of [place.sent, place.failures, place.log, place.storeEffects, place.runs]) list.length = 0;
  place.records.contacts.clear();
  place.state.values.clear();
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 / 1024;
}

test('no message costs the platform much more than an innocent one, and its memory comes back', async () => {
  const innocent = await place.installHandler(
    'innocent',
    "await app.state.increment('n'); await reply('hi')",
  );
  const usual = await costOf(innocent);
  const before = heldMb();
  const costs: [string, number][] = [];
  for (const [index, { name, handler }] of hostAttacks.entries()) {
    const body = `${handler} await reply('done')`;
    const app = `attack-${index}`;
    const ref = await place.installHandler(app, body, { settings: { config: {}, secrets: SECRETS } });
    for (let kept = 0; kept < 3; kept++)
      await place.state.set(`app/tests/${app}/shared/kept${kept}`, JSON.stringify('x'.repeat(64_000)));
    costs.push([name, await costOf(ref)]);
  }
  const tooMuch = costs.filter(([, ms]) => ms > MOST_MS + usual);
  expect(tooMuch, costs.map(([name, ms]) => `${ms.toFixed(1)} ms ${name}`).join('\n')).toEqual([]);
  expect(heldMb() - before).toBeLessThan(MOST_GROWTH_MB);
}, 240_000);
