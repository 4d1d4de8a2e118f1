import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { vumi as command } from '../vumi-command.ts';

let world: TestPlatform;
let server: Server;
let url = '';
let requests = 0;

beforeAll(async () => {
  server = createServer((_request, response) => {
    requests++;
    response.end(`answer ${requests}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  world = await startTestPlatform({ demo: true, sandbox: { allow_private_http: true } });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  server.close();
});

const worker = (reply: string): Buffer =>
  zipOf({
    'workers/worker.js': `export default { async onMessage(message, app) {
      const visits = await app.state.increment('visits');
      const page = await app.http.request(${JSON.stringify(url)});
      if (message.content === 'hello fail') throw new Error('no luck');
      await message.reply(${reply});
    } };`,
  });

/** Says something to the demo's hello app; resolves to its run when that is recorded. */
async function say(content: string): Promise<{ message_id: string; outcome: string }> {
  const from = `+2776${String(Math.random()).slice(2, 9)}`;
  await world.client.must('POST', '/simulators/smsc/messages', {
    from_addr: from,
    to_addr: '12345',
    content,
  });
  const query = `/accounts/demo/messages?direction=inbound&address=${encodeURIComponent(from)}`;
  const [message] = await eventually(
    async () => (await world.client.must('GET', query)).items as { message_id: string }[],
    (items) => items.length === 1,
  );
  const path = `/accounts/demo/apps/hello/runs/${message?.message_id}`;
  const answer = await eventually(
    () => world.client.call('GET', path),
    ({ status }) => status === 200,
  );
  return answer.body as { message_id: string; outcome: string };
}

async function vumi(...words: string[]): Promise<string> {
  return (await command(world.client, ...words)).out;
}

it('what an app did is listed, shown, counted and run again with another version', async () => {
  const { client } = world;
  const base = '/accounts/demo/apps/hello';
  const first = await client.must('PUT', base, worker(`'visit ' + visits + ': ' + page.body`));
  const worked = await say('hello you');
  const failed = await say('hello fail');
  expect([worked.outcome, failed.outcome]).toEqual(['ok', 'threw']);

  const listed = await client.must('GET', `${base}/runs?outcome=failed`);
  expect(listed.items).toMatchObject([{ message_id: failed.message_id, version: first.version }]);
  expect(await vumi('app', 'runs', 'hello')).toMatch(/ok {2}.*1 get, 1 http\n/);
  expect(await vumi('app', 'run', failed.message_id)).toContain('Error: no luck');

  const before = requests;
  expect(await vumi('app', 'replay', worked.message_id)).toContain('does the same.');
  const second = await client.must(
    'PUT',
    `${base}?activate=false`,
    worker(`'visits: ' + visits + ' ' + page.body`),
  );
  const text = await vumi('app', 'replay', worked.message_id, '--version', String(second.version));
  expect(text).toContain('≠ message 1: reply "visit 1: answer 1" → reply "visits: 1 answer 1"');
  const json = JSON.parse(await vumi('app', 'replay', worked.message_id, '--json')) as { same: boolean };
  expect(json.same).toBe(true);
  expect(requests).toBe(before);

  const usage = await client.must('GET', `${base}/usage`);
  expect(usage.total).toMatchObject({ messages: 2, http_calls: 2, failures: { threw: 1 } });
  const whole = await client.must('GET', '/accounts/demo/usage');
  expect(whole.apps).toMatchObject([{ app: 'hello', messages: 2 }]);
});

it('an event whose handler throws is tried again, and then a failure that can be run again', async () => {
  const { client } = world;
  const source = `export default {
    async onMessage(message) { await message.reply('sent'); },
    async onEvent(event, app) { await app.state.increment('tries'); throw new Error('no ' + event.event_type); },
  };`;
  await client.must('PUT', '/accounts/demo/apps/hello', zipOf({ 'workers/worker.js': source }));
  await say('hello there');
  const list = '/accounts/demo/apps/hello/runs?outcome=threw';
  const failed = await eventually(
    async () => (await client.must('GET', list)).items as { message_id: string; kind: string }[],
    (items) => items.some(({ kind }) => kind === 'event'),
  );
  const id = failed.find(({ kind }) => kind === 'event')?.message_id ?? '';
  const shown = await vumi('app', 'run', id, '--app', 'hello');
  expect(shown).toMatch(/Error: no (ack|delivery_report)/);
  const replay = /Run it again: npx vumi (.*)/.exec(shown)?.[1]?.split(' ') ?? [];
  expect(replay).toEqual(['app', 'replay', id, '--app', 'hello']);
  expect(await vumi(...replay)).toContain('does the same.');
  const logs = (await client.must('GET', '/accounts/demo/apps/hello/logs')).items as { text: string }[];
  const ofIt = logs.filter(({ text }) => text.includes('handled again soon'));
  expect(ofIt.length).toBeGreaterThanOrEqual(4);
});
