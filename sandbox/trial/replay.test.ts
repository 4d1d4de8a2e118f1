import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { AppRef } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileApp } from '../bundle/compile-app.ts';
import type { Run } from '../recording/run.ts';
import type { AppSettings } from '../apps/app.ts';
import { SandboxPlace } from '../testing/sandbox-place.ts';
import { replayRun, type ReplayResult } from './replay.ts';

let place: SandboxPlace;
let server: Server;
let url = '';
/** Requests that the server had. */
let requests = 0;

beforeAll(async () => {
  // Formats of dates take long to load on a busy machine.
  place = await SandboxPlace.start({ limits: { cpu_ms: 3000, entry_cpu_ms: 2000 } });
  server = createServer((request, response) => {
    requests++;
    response.end(`answer ${requests} to ${request.url} ${String(request.headers['x-key'])}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await place[Symbol.asyncDispose]();
});

const NO_SETTINGS: AppSettings = { config: {}, secrets: {} };

function handler(body: string): string {
  return `export default { async onMessage(message, app) { ${body} } };`;
}

async function runOf(ref: AppRef): Promise<Run> {
  const message = place.message();
  await place.ask(ref, message);
  const run = place.runs.find(({ message_id }) => message_id === message.message_id);
  if (run === undefined) throw new Error('the run was not recorded');
  return run;
}

async function replay(run: Run, source: string, settings = NO_SETTINGS): Promise<ReplayResult> {
  const { worker } = await compileApp('workers/worker.js', new Map([['workers/worker.js', source]]));
  const record = JSON.parse(run.record ?? 'null') as unknown;
  return replayRun({
    ref: run,
    run: { ...run, record },
    version: run.version,
    code: { ...worker, manifest: {} },
    settings,
  });
}

async function replayOf(body: string, options: { settings?: AppSettings } = {}) {
  const ref = await place.install(`app${Math.random().toString(36).slice(2)}`, handler(body), options);
  const run = await runOf(ref);
  return { ref, run, result: await replay(run, handler(body), options.settings) };
}

describe('a run that is run again with its own version', () => {
  test('has byte for byte the same effects, whatever it asks of time, chance, state and the network', async () => {
    const { result, run } = await replayOf(`
      const numbers = [Math.random(), Math.random()];
      const [a, page, b] = await Promise.all([
        app.state.get('a'), app.http.request('${url}/page'), app.user.get('b'),
      ]);
      const first = await Promise.race([app.http.request('${url}/one'), app.http.request('${url}/two')]);
      for (let n = 0; n < 20; n++) await app.state.increment('n' + (n % 3));
      await app.state.set('seen', { at: Date.now(), numbers, local: new Date().toLocaleString() });
      await app.user.set('b', [new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'long' }).format()]);
      await message.reply([a, page.body, b, first.body, numbers, new Date(2026, 0, 2).toISOString(), Date()].join('|'));
      for (let n = 0; n < 3; n++) await app.send('+2776000000' + n, String(new Error('x').stack));
    `);
    const before = requests;
    expect(result.differences).toEqual([]);
    expect(result.same).toBe(true);
    expect(JSON.stringify(result.replayed.effects)).toBe(
      JSON.stringify(JSON.parse(run.record ?? '').effects),
    );
    expect(result.replayed.effects?.['sends']).toHaveLength(4);
    expect(requests).toBe(before);
    expect(result.unrecorded_calls).toEqual([]);
  });

  test('fails as it failed', async () => {
    const { result } = await replayOf(`await app.state.get('x'); throw new Error('no luck');`);
    expect(result).toMatchObject({ same: true, replayed: { outcome: 'threw', effects: null } });
    expect(result.replayed.error).toContain('workers/worker.js:1:');
  });

  test('hears again that a call failed', async () => {
    const { result, run } = await replayOf(
      `try { await app.http.request('http://127.0.0.1:1/'); } catch (error) { await message.reply(error.message); }`,
    );
    expect(run.outcome).toBe('ok');
    expect(result).toMatchObject({ same: true, unrecorded_calls: [] });
  });

  test('prints what it logged, and touches neither state nor anybody', async () => {
    const { result, ref } = await replayOf(
      `app.log.info('here', { n: await app.state.increment('n') }); await message.reply('x');`,
    );
    expect(result.replayed.log).toEqual([{ level: 'info', text: 'here', fields: { n: 1 } }]);
    expect(await place.state.get(`app/${ref.account}/${ref.app}/shared/n`)).toBe('1');
    expect(place.runs.filter(({ app }) => app === ref.app)).toHaveLength(1);
  });
});

describe('a run that is run again with another version', () => {
  test('shows what it would answer and write now', async () => {
    const ref = await place.install(
      'changes',
      handler(`await app.state.set('a', 1); await app.user.get('old'); await message.reply('one');`),
    );
    const result = await replay(
      await runOf(ref),
      handler(
        `await app.state.set('a', 2); await app.user.get('new'); await message.reply('two', { end: true });`,
      ),
    );
    expect(result.same).toBe(false);
    expect(result.differences).toEqual([
      'message 1: reply "one" → reply "two", ends the session',
      'app.state "a": = 1 → = 2',
      'no longer asks {"call":"get","scope":"user","key":"old"}',
      'asks {"call":"get","scope":"user","key":"new"}',
    ]);
    expect(result.unrecorded_calls).toEqual([{ call: 'get', scope: 'user', key: 'new' }]);
  });

  test('gets recorded answers in another order, and none that were not recorded', async () => {
    const ref = await place.install(
      'reordered',
      handler(`
        const [a, b] = await Promise.all([app.http.request('${url}/a'), app.http.request('${url}/b')]);
        await message.reply(a.body + b.body);
      `),
    );
    const run = await runOf(ref);
    const before = requests;
    const result = await replay(
      run,
      handler(`
        const b = await app.http.request('${url}/b');
        const a = await app.http.request('${url}/a');
        const c = await app.http.request('${url}/c').catch((error) => ({ body: error.message }));
        await message.reply(a.body + b.body);
        await message.reply(c.body);
      `),
    );
    expect(result.differences[0]).toMatch(/^message 2: nothing → reply "this call was not recorded/);
    expect(result.differences).toHaveLength(2);
    expect(requests).toBe(before);
  });
});

describe('secrets', () => {
  const settings: AppSettings = { config: {}, secrets: { key: 'open-sesame-1', pin: '"q\\' } };

  test('are in no record, neither as answers nor where the app puts them', async () => {
    const { run, result } = await replayOf(
      `
      const key = await app.secrets.get('key');
      const page = await app.http.request('${url}/' + key, { headers: { 'x-key': key, authorization: 'Basic abcdefgh' } });
      await app.state.set('stolen', { [key]: key });
      await message.reply(page.body);
      app.log.info(key);
      throw new Error(key);
      `,
      { settings },
    );
    expect(page(run)).not.toContain('open-sesame-1');
    expect(page(run)).not.toContain('abcdefgh');
    expect(page(run)).toContain('[secret key]');
    expect(run.error).not.toContain('open-sesame-1');
    expect(result.same).toBe(true);
    expect(JSON.stringify(result)).not.toContain('open-sesame-1');
  });

  test('have the value of today when a run is run again', async () => {
    const body = `const key = await app.secrets.get('key'); await message.reply(key + '!'); await message.reply(String(key.length));`;
    const { run } = await replayOf(body, { settings });
    const today = { config: {}, secrets: { key: 'quite-another-one' } };
    const result = await replay(run, handler(body), today);
    expect(result.differences).toEqual(['message 2: reply "13" → reply "17"']);
  });

  function page(run: Run): string {
    return JSON.stringify(run);
  }
});

test('a run that leaves too much to keep is metered, and says that it cannot be run again', async () => {
  const ref = await place.install(
    'large',
    handler(`
      for (let n = 0; n < 60; n++) await app.state.get('big');
      await message.reply('done');
    `),
  );
  await place.state.set(`app/${ref.account}/${ref.app}/shared/big`, JSON.stringify('x'.repeat(10_000)));
  const run = await runOf(ref);
  expect(run).toMatchObject({ outcome: 'ok', record: null, cost: { calls: { get: 60 } } });
  expect(run.cost.bytes_in).toBeGreaterThan(600_000);
  await expect(replay(run, handler(''))).rejects.toMatchObject({ code: 'request.conflict' });
});

test('a message that kills its process is recorded, and kills only the runner of its replay', async () => {
  const ref = await place.install('killer', handler(`(2n ** 10_000_000n) ** 60n;`));
  const run = await runOf(ref);
  expect(['cpu', 'wall', 'runner', 'memory']).toContain(run.outcome);
  const result = await replay(run, handler(`(2n ** 10_000_000n) ** 60n;`));
  expect(['cpu', 'wall', 'runner', 'memory']).toContain(result.replayed.outcome);
});

test('a run says what it cost', async () => {
  const ref = await place.installHandler(
    'costs',
    `await app.state.get('a'); await reply('x'); await reply('y');`,
  );
  const [first, second] = [await runOf(ref), await runOf(ref)];
  expect(first.cost).toMatchObject({ cold: true, runs: 1, sends: 2, calls: { get: 1 } });
  expect(second.cost.cold).toBe(false);
  expect(second.cost.cpu_us).toBeGreaterThan(0);
  expect(second.cost.wall_ms).toBeGreaterThan(0);
  expect(second.cost.wait_ms).toBeGreaterThanOrEqual(0);
});

const TALK = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    const name = await app.ask('Your name?');
    const visits = await app.state.increment('visits');
    return visits + ' ' + (await app.ask('And yours, ' + name + '?'));
  },
});`;

test('a message of a conversation runs again by what was sent along, or asked for as it was in older runs', async () => {
  const { worker } = await compileApp('workers/worker.js', new Map([['workers/worker.js', TALK]]));
  const ref = await place.install('talk', TALK);
  const from_addr = '+27761000001';
  await place.ask(ref, place.message({ from_addr }));
  const message = place.message({ from_addr });
  await place.ask(ref, message);
  const run = place.runs.find(({ message_id }) => message_id === message.message_id);
  if (run === undefined) throw new Error('the run was not recorded');
  const { start, calls, answers, ...rest } = JSON.parse(run.record ?? '') as {
    start: { kept: Record<string, unknown> };
    calls: [number, unknown][];
    answers: [number, boolean, unknown][][];
  };
  const { kept, ...older } = start;
  const [key = ''] = Object.keys(kept);
  const later = <T extends [number, ...unknown[]]>([id, ...more]: T) => [id + 1, ...more];
  const records = [
    { start, calls, answers, ...rest },
    {
      start: older,
      calls: [[1, { call: 'get', scope: 'user', key }], ...calls.map(later)],
      answers: [[[1, true, JSON.stringify(kept[key])]], ...answers.map((batch) => batch.map(later))],
      ...rest,
    },
  ];
  for (const record of records) {
    const again = await replayRun({
      ref: run,
      run: { ...run, record },
      version: run.version,
      code: { ...worker, manifest: {} },
      settings: NO_SETTINGS,
    });
    expect(again.replayed.effects?.sends).toMatchObject([{ text: 'And yours, hello?' }]);
    expect(again).toMatchObject({ unrecorded_calls: [] });
  }
});
