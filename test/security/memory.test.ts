import { SandboxPlace } from '@vumi/sandbox/testing';
import { expect, test } from 'vitest';

const APOLOGY = 'Sorry, something went wrong. Please try again later.';
/** Enough CPU that memory is what runs out. */
const LIMITS = { cpu_ms: 5000, entry_cpu_ms: 5000 };

const pids = (place: SandboxPlace): number[] => place.sandbox.status().runners.map(({ pid }) => pid);

test('an app that runs out of memory is told so, and its runner goes on', async () => {
  await using place = await SandboxPlace.start({ limits: LIMITS });
  const before = pids(place);
  const ref = await place.installHandler(
    'arrays',
    'const a = []; for (;;) a.push(new Array(1000).fill(1.5))',
  );
  expect(await place.ask(ref)).toEqual([APOLOGY]);
  expect(place.logOf(ref)).toEqual(['the app used more than 32 MB']);
  expect(pids(place)).toEqual(before);
  expect(place.sandbox.status().quarantine).toEqual([]);
});

test('an app that makes V8 give up loses its runner to the message that did it, once', async () => {
  await using place = await SandboxPlace.start({ limits: LIMITS });
  const body =
    "if (message.content === 'grow') { const m = new Map(); for (let n = 0; ; n++) m.set(n, [n]); } await reply('fine')";
  const ref = await place.installHandler('map', body);
  expect(await place.ask(ref, place.message({ content: 'grow' }))).toEqual([APOLOGY]);
  expect(place.logOf(ref)).toContain('the app used more than 32 MB');
  expect(place.sandbox.status().quarantine).toMatchObject([{ app: 'tests/map', kills: 1 }]);
  expect(await place.ask(ref)).toEqual(['fine']);
});
