import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { AppRef } from '@vumi/core';
import { probeApp } from '@vumi/sandbox';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { expect, test, vi } from 'vitest';
import { startBurners } from '../burners.ts';
import { clinicApp } from '../classic/clinic-app.ts';

// It takes as long as it takes: what is judged is that nothing fails.
vi.setConfig({ testTimeout: 600_000 });

const BURNERS = 2 * availableParallelism();
const HERD = 40;
const WAITING = 30;
const ANSWER_MS = 500;
const MENU = /^Clinic\n1\. Register/;

function pidsOf(place: SandboxPlace): number[] {
  return place.sandbox.status().runners.map(({ pid }) => pid);
}

async function dial(place: SandboxPlace, ref: AppRef): Promise<string> {
  const message = place.message({ content: null, session_event: 'new', transport_type: 'ussd' });
  return (await place.ask(ref, message)).join();
}

test('a herd of cold classic apps beside burners is served, and no runner is shot', async () => {
  await using _burners = await startBurners(BURNERS);
  await using place = await SandboxPlace.start();
  const source = clinicApp('modern');
  const apps = await Promise.all(
    Array.from({ length: HERD }, (_, n) =>
      place.installClassic(`clinic-${n}`, source, {
        settings: { config: { config: '{"name":"clinic"}' }, secrets: {} },
      }),
    ),
  );
  await dial(place, apps[0] as AppRef);
  const before = pidsOf(place);
  const answers = await Promise.all(apps.map((ref) => dial(place, ref)));
  expect(answers.filter((answer) => !MENU.test(answer))).toEqual([]);
  expect(pidsOf(place)).toEqual(before);
  expect(place.failures).toEqual([]);
});

test('turns that wait for HTTP beside burners are run once, and a service is called once', async () => {
  await using _burners = await startBurners(BURNERS);
  await using place = await SandboxPlace.start();
  const keys: string[] = [];
  const server = createServer((request, response) => {
    keys.push(String(request.headers['idempotency-key']));
    void pause(ANSWER_MS).then(() => response.end('done'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const ref = await place.installHandler(
    'poster',
    `const { body } = await app.http.request('${url}', { method: 'POST', json: {} }); await reply(body)`,
  );
  const answers = await Promise.all(Array.from({ length: WAITING }, () => place.ask(ref)));
  server.closeAllConnections();
  server.close();
  expect(answers).toEqual(answers.map(() => ['done']));
  expect(keys).toHaveLength(WAITING);
  expect(place.runs.filter(({ cost }) => cost.runs > 1)).toEqual([]);
});

test('an app that loads is deployed beside burners, one that never does is refused as what it is', async () => {
  await using _burners = await startBurners(BURNERS);
  const good = '({ async onMessage(message) { await message.reply("here"); } })';
  const transcript = [{ from: '+27760000001', say: 'hi', expect: 'here' }];
  const [fine, bad] = await Promise.allSettled([
    probeApp(good, null, { transcript }),
    probeApp('(() => { for (;;) {} })()'),
  ]);
  expect(fine).toEqual({ status: 'fulfilled', value: { handlers: ['onMessage'] } });
  expect(bad).toMatchObject({
    reason: { code: 'app.load_failed', message: expect.stringContaining('of CPU') as string },
  });
});
