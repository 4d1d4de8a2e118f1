import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SandboxPlace, type AppOptions } from '../testing/sandbox-place.ts';
import { replayRun, type ReplayResult } from './replay.ts';

const OPTIONS: AppOptions = {
  manifest: { api: 'classic', libraries: 'modern' },
  settings: { config: { config: '{"name": "c", "endpoints": {"sms": {}}}' }, secrets: {} },
};

let place: SandboxPlace;
let server: Server;
let url = '';
let requests = 0;

beforeAll(async () => {
  place = await SandboxPlace.start();
  server = createServer((_request, response) => {
    requests++;
    response.end(`answer ${requests}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await place[Symbol.asyncDispose]();
});

/** `steps` are commands; those after the first come when the one before was answered. The last is followed by done(). */
function app(...steps: [cmd: string, fields: string][]): string {
  const chain = steps.reduceRight(
    (then, [cmd, fields]) => `api.request('${cmd}', ${fields}, function(answer) { ${then} });`,
    'api.done();',
  );
  return `api.on_inbound_message = function(c) { var msg = c.msg, answer = {}; ${chain} };`;
}

async function replayWith(source: string, other: string): Promise<ReplayResult> {
  const ref = await place.installClassic('app', source, OPTIONS);
  const message = place.message({ transport_type: 'ussd', session_event: 'new' });
  await place.ask(ref, message);
  const run = place.runs.find(({ message_id }) => message_id === message.message_id);
  if (run === undefined) throw new Error('the run was not recorded');
  return replayRun({
    ref,
    run: { ...run, record: JSON.parse(run.record ?? 'null') as unknown },
    version: 2,
    code: { code: other, map: null, manifest: { api: 'classic', libraries: 'modern' } },
    settings: { config: {}, secrets: {} },
  });
}

const REPLY = "{content: 'one ' + answer.value, in_reply_to: msg.message_id}";

test('a classic run that is run again has the same replies, sends and keys, and asks nobody', async () => {
  const source = app(
    ['kv.incr', "{key: 'n', amount: 2}"],
    ['http.get', `{url: '${url}/x', headers: {Authorization: ['Token secret-one'], Accept: ['a']}}`],
    ['kv.set', "{key: 'body', value: answer.body, seconds: 60}"],
    ['outbound.send_to_endpoint', "{content: null, to_addr: '+1', endpoint: 'sms'}"],
    ['outbound.reply_to', "{content: 'hi', in_reply_to: msg.message_id, continue_session: false}"],
  );
  const result = await replayWith(source, source);
  expect(result).toMatchObject({ same: true, differences: [], unrecorded_calls: [] });
  expect(requests).toBe(1);
  expect(result.replayed.effects).toEqual(result.recorded.effects);
  expect(result.replayed.effects).toEqual({
    sends: [
      { kind: 'send', to: '+1', endpoint: 'sms', text: null },
      { kind: 'reply', text: 'hi', end: true },
    ],
    writes: [
      { op: 'increment', scope: 'kv', key: 'n', by: 2 },
      { op: 'set', scope: 'kv', key: 'body', value: '"answer 1"', ttl: 60 },
    ],
  });
  expect(JSON.stringify(result)).not.toContain('secret-one');
});

test('another version shows what it would answer and keep, though it logs more and asks what was not recorded', async () => {
  const before = requests;
  const result = await replayWith(
    app(
      ['kv.incr', "{key: 'visits'}"],
      ['outbound.reply_to', REPLY],
      ['kv.set', "{key: 'a', value: 1}"],
      ['kv.delete', "{key: 'a'}"],
    ),
    app(
      ['log.info', "{msg: 'new line'}"],
      ['kv.incr', "{key: 'visits'}"],
      ['outbound.reply_to', "{content: 'two ' + answer.value, in_reply_to: msg.message_id}"],
      ['http.get', `{url: '${url}/new'}`],
      ['kv.set', "{key: 'a', value: answer.reason}"],
      ['outbound.send_to_endpoint', "{content: 'no', to_addr: '+1', endpoint: 'nowhere'}"],
      ['outbound.send_to_endpoint', "{content: answer.reason, to_addr: '+1', endpoint: 'sms'}"],
    ),
  );
  expect(result.differences).toEqual([
    'message 1: reply "one 1" → reply "two 1"',
    `message 2: nothing → send to +1 (sms) "Endpoint u'nowhere' not configured"`,
    'kv "a": deleted → = "this call was not recorded, and a replay makes no new ones"',
    `asks {"call":"command","command":{"url":"${url}/new","cmd":"http.get"}}`,
    'asks {"call":"command","command":{"content":"no","to_addr":"+1","endpoint":"nowhere","cmd":"outbound.send_to_endpoint"}}',
  ]);
  expect(result.unrecorded_calls).toMatchObject([{ command: { cmd: 'http.get' } }]);
  expect(requests).toBe(before);
});

test('a version that fails where the other did not has no effects', async () => {
  const result = await replayWith(
    app(['kv.set', "{key: 'a', value: 1}"], ['outbound.reply_to', REPLY]),
    app(['kv.set', "{key: 'a', value: 1}"], ['kv.melt', '{}']),
  );
  expect(result.replayed).toMatchObject({ outcome: 'threw', effects: null });
  expect(result.differences[0]).toMatch(/^outcome: ok → threw there is no command "kv\.melt"/);
  expect(result.differences).toContain('message 1: reply "one undefined" → nothing');
});
