import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ChatPage } from '@vumi/transports/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPlace, eventually, zipOf, type Client } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmscPeer } from '../smsc-peer.ts';
import { vumiCommand } from '../vumi-command.ts';
import { WebhookReceiver } from '../webhook-receiver.ts';

/** Long enough to stand nowhere by chance; one for each network, and one that the app fails on. */
const WORDS = {
  sms: 'Zq7Ocelot41',
  http: 'Wk3Gazelle58',
  ussd: 'Xj9Pangolin26',
  chat: 'Vb5Aardvark73',
  failing: 'Yh8Meerkat62',
} as const;
const BANK = `export default {
  async onConversation(app) {
    const word = await app.ask('Your word?', { secret: true });
    app.log.info('typed ' + word, { word });
    await app.user.set('word', word);
    await app.http.request('http://127.0.0.1:9/?word=' + word).catch(() => {});
    if (word.endsWith('62')) throw new Error('no luck with ' + word);
    await app.user.delete('word');
    const name = await app.ask('Your name?');
    return name + ' ' + word.length;
  },
};`;

let stack: AsyncDisposableStack;
let peer: SmscPeer;
let receiver: WebhookReceiver;
let platform: PlatformProcess;
let client: Client;
let dataDir: string;
/** All that the platform has logged. */
let logged = '';

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  const place = stack.use(await createPlace());
  dataDir = String(place.settings['data_dir']);
  peer = stack.use(await SmscPeer.start());
  receiver = stack.use(await WebhookReceiver.start());
  const held = { secret_path: '', request_timeout: 60 };
  platform = await PlatformProcess.create(place, {
    log_level: 'debug',
    exchanges: { keep: 'all' },
    telemetry: { file: join(dataDir, 'traces.ndjson') },
    transports: {
      smsc: { type: 'smpp', host: '127.0.0.1', port: peer.port, system_id: 'me', password: 'x' },
      plain: { type: 'http_api', reply_expected: true, ...held },
      ussd: { type: 'africastalking_ussd', ...held },
      web: { type: 'web_chat' },
    },
  });
  stack.use(platform);
  await platform.start();
  client = platform.client;
  await client.must('POST', '/accounts', { name: 'demo' });
  await client.must('PATCH', '/accounts/demo', { private_services: ['127.0.0.0/8:1024-65535'] });
  await client.must('PUT', '/accounts/demo/apps/bank', zipOf({ 'workers/worker.js': BANK }));
  const numbers = { smsc: '4000', plain: '4001', ussd: '*384#', web: 'web' };
  for (const [transport, to_addr] of Object.entries(numbers))
    await client.must('PUT', `/accounts/demo/routes/${transport}`, { app: 'bank', transport, to_addr });
  await client.must('PUT', '/accounts/demo/webhooks/crm', { url: receiver.url });
  await eventually(() => peer.isBound, Boolean);
});

afterAll(() => stack.disposeAsync());

interface Row {
  readonly message_id: string;
  readonly content: string | null;
}

/** What a phone has written, the oldest first, as soon as it is so much. */
async function written(address: string, count: number): Promise<readonly Row[]> {
  const path = `/accounts/demo/messages?direction=inbound&address=${encodeURIComponent(address)}`;
  const items = await eventually(
    async () => (await client.must('GET', path)).items as Row[],
    ({ length }) => length === count,
  );
  logged += platform.output;
  return items.toReversed();
}

/** What is told of the network that brought a message. */
async function networkOf(id: string | undefined): Promise<{ request: object; answer: object | null }> {
  const { entries } = await eventually(
    () => client.must('GET', `/accounts/demo/messages/${id}/timeline`),
    (timeline) =>
      timeline.entries.some(
        ({ kind, details }: { kind: string; details: { direction?: string } }) =>
          kind === 'network' && details.direction === 'received',
      ),
  );
  return entries.find(
    ({ kind, details }: { kind: string; details: { direction?: string } }) =>
      kind === 'network' && details.direction === 'received',
  ).details;
}

/** Words, and how files and tables might spell them, that stand in a text. */
function told(text: string, words: readonly string[] = Object.values(WORDS)): string[] {
  return words.filter((word) => {
    const octets = Buffer.from(word);
    const spelled = [
      word,
      word.toUpperCase(),
      octets.toString('hex'),
      octets.toString('base64').slice(0, -4),
    ];
    return spelled.some((one) => text.includes(one));
  });
}

/** Files below a folder that tell a word, with the words. */
async function tellingFiles(folder: string, wanted?: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const found: string[] = [];
  for (const file of files) {
    const bytes = await readFile(file);
    const words = told((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1'), wanted);
    if (words.length > 0) found.push(`${file.slice(folder.length + 1)}: ${words.join(' ')}`);
  }
  return found;
}

it('over SMPP', async () => {
  const say = async (from: string, text: string, answers: number): Promise<string | undefined> => {
    await peer.deliver(from, '4000', text);
    const all = await eventually(
      () => peer.submitted.filter(({ to }) => to.endsWith(from)),
      ({ length }) => length === answers,
    );
    return all.at(-1)?.text;
  };
  const from = '27761234567';
  await say(from, 'hi', 1);
  expect(await say(from, WORDS.sms, 2)).toBe('Your name?');
  expect(await say(from, 'Thandi', 3)).toBe('Thandi 11');
  const rows = await written(`+${from}`, 3);
  expect(rows.map(({ content }) => content)).toEqual(['hi', '[secret]', 'Thandi']);
  expect((await networkOf(rows[1]?.message_id)).request).toMatchObject({
    command: 'deliver_sm',
    fields: { source_addr: from, destination_addr: '4000', text: '[secret]' },
  });
  expect(JSON.stringify(await networkOf(rows[2]?.message_id))).toContain('Thandi');
  await say('27761234568', 'hi', 1);
  expect(await say('27761234568', WORDS.failing, 2)).toContain('Sorry');
  await written('+27761234568', 2);
});

it('over HTTP', async () => {
  const say = async (content: string): Promise<string> => {
    const body = JSON.stringify({ from_addr: '+27761234560', to_addr: '4001', content });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${client.url}/hooks/plain`, { method: 'POST', headers, body });
    return answer.text();
  };
  await say('hi');
  expect(await say(WORDS.http)).toBe('Your name?');
  await say('Thandi');
  const [, typed, last] = await written('+27761234560', 3);
  expect((await networkOf(typed?.message_id)).request).toMatchObject({
    method: 'POST',
    body: { from_addr: '+27761234560', to_addr: '4001', content: '[secret]' },
  });
  expect(JSON.stringify(await networkOf(last?.message_id))).toContain('Thandi');
});

it('over USSD, where the network says each time what was typed before', async () => {
  const about = { sessionId: 's1', phoneNumber: '+254711111111', serviceCode: '*384#', networkCode: '1' };
  const dial = async (text: string): Promise<string> => {
    const body = new URLSearchParams({ ...about, text });
    return (await fetch(`${client.url}/hooks/ussd`, { method: 'POST', body })).text();
  };
  await dial('');
  expect(await dial(WORDS.ussd)).toContain('Your name?');
  expect(await dial(`${WORDS.ussd}*Thandi`)).toContain('Thandi 13');
  const rows = await written('+254711111111', 3);
  expect(rows.map(({ content }) => content)).toEqual([null, '[secret]', 'Thandi']);
  for (const { message_id: id } of rows.slice(1))
    expect(decodeURIComponent(JSON.stringify((await networkOf(id)).request))).toContain(
      'sessionId=s1&phoneNumber=+254711111111',
    );
});

it('in the chat of a page', async () => {
  await using page = await ChatPage.greet(`${client.url}/hooks/web`);
  await page.text('c1', 'hi');
  await page.hear(({ text }) => text === 'Your word?');
  await page.text('c2', WORDS.chat, WORDS.chat);
  await page.hear(({ text }) => text === 'Your name?');
  await page.text('c3', 'Thandi');
  await page.hear(({ text }) => text === 'Thandi 13');
  const rows = await written(page.session, 3);
  expect(rows.map(({ content }) => content)).toEqual(['hi', '[secret]', 'Thandi']);
});

it('and then nothing tells it: no table, key of the state, file, line of log, export, webhook, trace or backup', async () => {
  logged += platform.output;
  expect(logged).toContain('"msg":"handler ended"');
  expect(told(logged)).toEqual([]);
  await eventually(
    () => receiver.taken.filter(({ message }) => message?.content === '[secret]'),
    ({ length }) => length === 5,
  );
  expect(told(JSON.stringify(receiver.requests))).toEqual([]);
  const paths = ['messages', 'failures', 'apps/bank/logs', 'apps/bank/runs', 'apps/bank/state'];
  for (const path of paths)
    expect([path, told(JSON.stringify(await client.must('GET', `/accounts/demo/${path}`)))]).toEqual([
      path,
      [],
    ]);
  expect(told(String(await client.must('GET', '/accounts/demo/exports/messages.csv')))).toEqual([]);

  const folder = await mkdtemp(join(tmpdir(), 'vumi-secrets-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const backup = join(folder, 'backup');
  const { code, err } = await vumiCommand({}, 'backup', backup, '--config', join(dataDir, 'vumi-all.yaml'));
  expect([code, err]).toEqual([0, expect.any(String)]);
  expect((await tellingFiles(backup, ['Thandi'])).length).toBeGreaterThan(1);
  // What a session of USSD was is in the log of writes until that is written over.
  const remains = `state.sqlite-wal: ${WORDS.ussd}`;
  expect((await tellingFiles(backup)).filter((file) => !file.endsWith(remains))).toEqual([]);
  await platform.kill('SIGTERM');
  expect(await tellingFiles(dataDir)).toEqual([]);
});
