import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AppRef } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { expect, test } from 'vitest';

const APOLOGY = 'Sorry, something went wrong. Please try again later.';
/** No timeout of V8 stops this. */
const UNSTOPPABLE = 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)';
const KILLER = `if (message.content === 'kill') ${UNSTOPPABLE}; await reply('fine')`;
/** Enough for the runner to trust the app with its own thread. */
const EARNS_TRUST = 40;

const until = (condition: () => boolean): Promise<boolean> => eventually(condition, Boolean);

async function kill(place: SandboxPlace, ref: AppRef): Promise<string> {
  const message = place.message({ content: 'kill' });
  expect(await place.ask(ref, message)).toEqual([APOLOGY]);
  await until(() =>
    place.log.some(
      ({ message_id, text }) => message_id === message.message_id && text.includes('ended the process'),
    ),
  );
  return message.message_id;
}

const pids = (place: SandboxPlace): number[] => place.sandbox.status().runners.map(({ pid }) => pid);

test('an app that kills its runner serves on in one of its own, and kills nobody else there', async () => {
  await using place = await SandboxPlace.start();
  const ref = await place.installHandler('killer', KILLER);
  const neighbour = await place.installHandler('neighbour', "await reply('here')");
  await kill(place, ref);
  expect(await place.ask(ref)).toEqual(['fine']);
  expect(place.sandbox.status().quarantine).toMatchObject([{ app: 'tests/killer', kills: 1, waiting: 0 }]);
  await until(() => pids(place).length === 2);
  const before = pids(place);
  expect(before).not.toContain(place.sandbox.status().quarantine[0]?.pid);
  await kill(place, ref);
  expect(await place.ask(neighbour)).toEqual(['here']);
  expect(await place.ask(ref)).toEqual(['fine']);
  expect(pids(place)).toEqual(before);
  expect(place.sandbox.status().quarantine).toMatchObject([{ app: 'tests/killer', kills: 2 }]);
});

test('an app that behaves well goes back to the others', async () => {
  await using place = await SandboxPlace.start({ quarantine_ms: 100 });
  const ref = await place.installHandler('penitent', KILLER);
  await kill(place, ref);
  for (let n = 0; place.sandbox.status().quarantine.length > 0; n++) {
    expect(n).toBeLessThan(500);
    expect(await place.ask(ref)).toEqual(['fine']);
  }
  expect(await place.ask(ref)).toEqual(['fine']);
});

test('more apps than there is room for in quarantine take turns', async () => {
  await using place = await SandboxPlace.start({ quarantine_runners: 1 });
  const refs = await Promise.all(['one', 'two', 'three'].map((app) => place.installHandler(app, KILLER)));
  for (const ref of refs) await kill(place, ref);
  const answers = await Promise.all([...refs, ...refs].map((ref) => place.ask(ref)));
  expect(answers).toEqual(Array.from({ length: 6 }, () => ['fine']));
  expect(place.sandbox.status().quarantine).toHaveLength(3);
});

test('only so many messages wait for an app in quarantine, the next ones fail at once', async () => {
  await using place = await SandboxPlace.start();
  const ref = await place.installHandler('awaited', KILLER);
  await kill(place, ref);
  // The second time it waits a second.
  await kill(place, ref);
  const answers = await Promise.all(Array.from({ length: 110 }, () => place.ask(ref)));
  expect(answers.filter(([answer]) => answer === 'fine')).toHaveLength(100);
  expect(answers.filter(([answer]) => answer === APOLOGY)).toHaveLength(10);
  expect(place.logOf(ref).at(-1)).toContain('too many of its messages wait');
});

test('a trusted app that blocks the whole runner is found out, and nobody else', async () => {
  await using place = await SandboxPlace.start({ runners: 1 });
  const ref = await place.installHandler('trusted', KILLER);
  const neighbour = await place.installHandler('neighbour', "await app.user.get('x'); await reply('here')");
  for (let n = 0; n < EARNS_TRUST; n++) expect(await place.ask(ref)).toEqual(['fine']);
  const asked = Array.from({ length: 20 }, () => place.ask(neighbour));
  await kill(place, ref);
  expect(await Promise.all(asked)).toEqual(asked.map(() => ['here']));
  expect(place.sandbox.status().quarantine.map(({ app }) => app)).toEqual(['tests/trusted']);
});

test('a runner that is old is replaced when its messages are done', async () => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    setTimeout(() => response.end('late'), 1500);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await using place = await SandboxPlace.start({ runner_age_ms: 1000 });
  const settings = { config: { port }, secrets: {} };
  const slow = `await app.http.request('http://127.0.0.1:' + app.config.port); await reply('done')`;
  const ref = await place.installHandler('slow', slow, { settings });
  const quick = await place.installHandler('quick', "await reply('here')");
  const before = pids(place);
  const asked = place.ask(ref);
  await until(() => before.every((pid) => !pids(place).includes(pid)));
  expect(await place.ask(quick)).toEqual(['here']);
  expect(await asked).toEqual(['done']);
  expect(requests).toBe(1);
  server.close();
});
