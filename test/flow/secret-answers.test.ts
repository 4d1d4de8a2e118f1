import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger, type StatePage } from '@vumi/core';
import { connectRedisState } from '@vumi/state';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { simulatedPhone } from '../simulated-phone.ts';

const PIN = '84213';
const BANK = `export default {
  async onConversation(app) {
    const pin = await app.ask('Your PIN?', { secret: true });
    if (pin === '${PIN}0') throw new Error('no luck');
    const name = await app.ask('Your name?');
    return name + ' ' + [...pin].reverse().join('');
  },
};`;
const FROM = '+27761234567';

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform();
  const { client } = world;
  const config = { host: '127.0.0.1', port: world.platform.api?.smscPort, system_id: 'x', password: 'x' };
  await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  await client.must('POST', '/accounts', { name: 'demo' });
  await client.must('PUT', '/accounts/demo/apps/bank', zipOf({ 'workers/worker.js': BANK }));
  await client.must('PUT', '/accounts/demo/routes/bank', { app: 'bank', transport: 'smsc', to_addr: '4000' });
});

afterAll(() => world[Symbol.asyncDispose]());

const phone = (from: string) => simulatedPhone(world.client, from, '4000');

interface Row {
  readonly message_id: string;
  readonly content: string;
}

/** What was written by a phone, as soon as it is so much; the oldest first. */
async function written(from: string, count: number): Promise<Row[]> {
  const query = `/accounts/demo/messages?direction=inbound&address=${encodeURIComponent(from)}`;
  const items = await eventually(
    async () => (await world.client.must('GET', query)).items as Row[],
    ({ length }) => length === count,
  );
  return items.toReversed();
}

/** All that lies in the keyed state, as who gets hold of its file or of its Redis sees it. */
async function keptState(): Promise<string> {
  const { data_dir: dataDir, redis } = world.place.settings as {
    data_dir: string;
    redis?: { url: string; prefix: string };
  };
  if (redis === undefined) {
    const file = join(dataDir, 'state', 'state.sqlite');
    const parts = [file, `${file}-wal`].map((path) => readFile(path, 'latin1'));
    return (await Promise.all(parts)).join('');
  }
  await using state = await connectRedisState({ ...redis, logger: silentLogger });
  const kept: string[] = [];
  for (let next: string | null = null; ;) {
    const page: StatePage = await state.scan(next);
    kept.push(...page.entries.map(([, value]) => value));
    next = page.next;
    if (next === null) return kept.join('');
  }
}

it('the app gets a secret answer, and the store, the exports and the timeline do not', async () => {
  const { client } = world;
  const say = phone(FROM);
  expect(await say('hi')).toBe('Your PIN?');
  expect(await say(PIN)).toBe('Your name?');
  expect(await say('Thandi')).toBe('Thandi 31248');
  const rows = await written(FROM, 3);
  expect(rows.map(({ content }) => content)).toEqual(['hi', '[secret]', 'Thandi']);
  const base = '/accounts/demo/messages';
  const timeline = await eventually(
    () => client.must('GET', `${base}/${rows[1]?.message_id}/timeline`),
    ({ entries }) => entries.some(({ kind }: { kind: string }) => kind === 'network'),
  );
  expect(JSON.stringify(timeline)).not.toContain(PIN);
  expect(JSON.stringify(await client.must('GET', base))).not.toContain(PIN);
});

it('a failure of the app keeps no secret answer, and one that is replayed is not handled', async () => {
  const { client } = world;
  const from = '+27761234568';
  const say = phone(from);
  await say('hi');
  expect(await say(`${PIN}0`)).toContain('Sorry');
  const [failure] = await eventually(
    async () => (await client.must('GET', '/accounts/demo/failures')).items as { id: string }[],
    ({ length }) => length === 1,
  );
  const path = `/accounts/demo/failures/${failure?.id}`;
  const detail = await client.must('GET', path);
  expect(JSON.stringify(detail)).not.toContain(PIN);
  expect(detail.message.content).toBe('[secret]');
  // The question is open still.
  expect(await say(PIN)).toBe('Your name?');
  expect((await written(from, 3)).map(({ content }) => content)).toEqual(['hi', '[secret]', '[secret]']);
  await client.must('POST', `${path}/replay`);
  await eventually(
    async () => (await client.must('GET', '/accounts/demo/apps/bank/logs')).items as { text: string }[],
    (lines) => lines.some(({ text }) => text.includes('its text was not kept')),
  );
});

it('neither records of runs nor what is shown of the state tell it, and a replay says what it cannot do', async () => {
  const { client } = world;
  const from = '+27761234569';
  const say = phone(from);
  await say('hi');
  expect(await say(PIN)).toBe('Your name?');
  const app = '/accounts/demo/apps/bank';
  const state = await client.must('GET', `${app}/state?user=${encodeURIComponent(from)}`);
  expect(state.items).toHaveLength(1);
  expect(JSON.stringify(state)).toContain('[secret]');
  expect(JSON.stringify(state)).not.toContain(PIN);
  const kept = await keptState();
  expect(kept).toContain('vumi:sealed');
  expect(kept).not.toContain(PIN);
  expect(await say('Thandi')).toBe('Thandi 31248');
  const [, typed, last] = await written(from, 3);
  const runOf = async (id: string | undefined): Promise<unknown> =>
    eventually(
      () => client.call('GET', `${app}/runs/${id}`),
      ({ status }) => status === 200,
    ).then(({ body }) => body);
  const runs = [await runOf(typed?.message_id), await runOf(last?.message_id)];
  expect(runs[0]).toMatchObject({ record: { start: { body: { content: '[secret]' }, isSecret: true } } });
  // What the app says itself is no secret of the platform's.
  expect(JSON.stringify(runs)).not.toContain(PIN);
  const refused = await client.call('POST', `${app}/replay`, { message_id: typed?.message_id });
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([
    409,
    expect.stringContaining('secret question'),
  ]);
  const again = await client.must('POST', `${app}/replay`, { message_id: last?.message_id });
  expect(again.replayed).toMatchObject({ outcome: 'ok', effects: { sends: [{ text: 'Thandi ]terces[' }] } });
});
