import { newId } from '@vumi/core';
import type { NewRun, Store } from '@vumi/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp, openQuietStore, openStorePlace, readSql, type StorePlace } from './store-place.ts';

let place: StorePlace;
let store: Store;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

const NOON = Date.parse('2026-11-24T12:00:00Z');
const DAY = { from: '2026-11-24T00:00:00Z', to: '2026-11-25T00:00:00Z' };

function run(ref: { account: string; app: string }, fields: Partial<NewRun> = {}): NewRun {
  return {
    ...ref,
    version: 1,
    message_id: newId(),
    kind: 'message',
    outcome: 'ok',
    error: null,
    at: NOON,
    cost: {
      cpu_us: 250,
      wall_ms: 1.5,
      wait_ms: 0.5,
      cold: false,
      runs: 1,
      calls: { get: 2, http: 1 },
      bytes_in: 100,
      bytes_out: 50,
      sends: 1,
    },
    record: '{"start":{"now":1}}',
    ...fields,
  };
}

describe('the funnel of conversations', () => {
  const at = NOON - 7_200_000;
  const asked = { screen: 'start', question: 'ask "name"' };

  test('adds up by version and question, each run once', async () => {
    const ref = await createApp(store);
    const twice = run(ref, {
      talk: [
        { what: 'began', screen: 'start', question: '', at: NOON },
        { what: 'shown', ...asked, at: NOON },
      ],
    });
    const runs = [
      twice,
      run(ref, { talk: [{ what: 'answered', ...asked, at }] }),
      run(ref, { version: 2, talk: [{ what: 'shown', ...asked, at: NOON }] }),
      run(ref, { talk: [{ what: 'shown', ...asked, at: NOON }] }),
      run(ref),
    ];
    await Promise.all(runs.map((one) => store.runs.record(one)));
    expect(await store.funnel.ofApp(ref, DAY)).toMatchObject({
      ...ref,
      items: [
        { version: 2, ...asked, counts: { shown: 1 } },
        { version: 1, screen: 'start', question: '', counts: { began: 1 } },
        { version: 1, ...asked, counts: { shown: 2, answered: 1 } },
      ],
    });
    // What became of a question counts in the hour in which it was asked.
    const hour = { from: '2026-11-24T10:00:00Z', to: '2026-11-24T11:00:00Z' };
    expect((await store.funnel.ofApp(ref, hour)).items).toEqual([
      { version: 1, ...asked, counts: { answered: 1 } },
    ]);
  });

  test('says where a new version loses users for sure, of the hours that both had and that are a day ago', async () => {
    const ref = await createApp(store);
    const DAY_MS = 86_400_000;
    const talks = (version: number, when: number, [shown, answered]: readonly [number, number]): NewRun[] =>
      Array.from({ length: shown }, (_, index) => {
        const one = { ...asked, at: when };
        const talk: NonNullable<NewRun['talk']> = [
          { what: 'shown', ...one },
          ...(index < answered ? [{ what: 'answered', ...one } as const] : []),
        ];
        return run(ref, { version, at: when, talk });
      });
    const now = Date.now();
    const range = {
      from: new Date(now - 9 * DAY_MS).toISOString(),
      to: new Date(now + DAY_MS).toISOString(),
    };
    const record = (runs: readonly NewRun[]) => Promise.all(runs.map((one) => store.runs.record(one)));
    const worse = async () => (await store.funnel.ofApp(ref, range)).items.map((row) => row.worse_than);
    // What is of today is not over, and what only one had says nothing.
    await record([...talks(1, now, [100, 90]), ...talks(2, now, [100, 20])]);
    await record([...talks(1, now - 8 * DAY_MS, [100, 90]), ...talks(2, now - 7 * DAY_MS, [100, 20])]);
    expect(await worse()).toEqual([undefined, undefined]);
    await record([...talks(1, now - 3 * DAY_MS, [100, 90]), ...talks(2, now - 3 * DAY_MS, [100, 88])]);
    expect(await worse()).toEqual([undefined, undefined]);
    await record([...talks(1, now - 2 * DAY_MS, [100, 90]), ...talks(2, now - 2 * DAY_MS, [100, 20])]);
    expect(await worse()).toEqual([1, undefined]);
  });

  test('says what versions sent, in the hour in which the conversation began, and which sends more for sure', async () => {
    const ref = await createApp(store);
    const hour = { from: '2026-11-24T10:00:00Z', to: '2026-11-24T11:00:00Z' };
    const talks = (version: number, count: number, segments: number): NewRun[] =>
      Array.from({ length: count }, (_, index) => {
        const one = { screen: 'start', at, began: at };
        const user = `+2776${index}`;
        return [
          run(ref, { version, user, at, segments: 1, talk: [{ what: 'began', question: '', ...one }] }),
          run(ref, { version, user, segments, talk: [{ what: 'answered', question: 'ask "name"', ...one }] }),
        ];
      }).flat();
    const runs = [
      ...talks(1, 80, 1),
      ...talks(2, 60, 2),
      run(ref, { version: 1, kind: 'event', segments: 7 }),
    ];
    await Promise.all(runs.map((one) => store.runs.record(one)));
    expect((await store.funnel.ofApp(ref, hour)).sent).toEqual([
      { version: 2, segments: 180, conversations: 60, messages: 120, more_than: 1 },
      { version: 1, segments: 160, conversations: 80, messages: 160 },
    ]);
    expect((await store.funnel.ofApp(ref, DAY)).sent).toMatchObject([{ segments: 180 }, { segments: 167 }]);
    // It is told of what was sent in all, not counted as a question.
    const questions = (await store.funnel.ofApp(ref, DAY)).items.map(({ counts }) => Object.keys(counts));
    expect(new Set(questions.flat())).toEqual(new Set(['began', 'answered']));
  });

  test('takes no more names than it has room for, and no time that is none', async () => {
    const ref = await createApp(store);
    const talk = (index: number): NonNullable<NewRun['talk']> => [
      { what: 'shown', screen: `s${index}`, question: 'q', at: index % 2 === 0 ? 0 : NOON * 2 },
    ];
    await Promise.all(
      Array.from({ length: 310 }, (_, index) => store.runs.record(run(ref, { talk: talk(index) }))),
    );
    const { items } = await store.funnel.ofApp(ref, DAY);
    expect(items).toHaveLength(301);
    expect(items.find(({ screen }) => screen === '…')).toMatchObject({ question: '', counts: { shown: 10 } });
  });

  test('is not told of an app that is not there', async () => {
    await expect(store.funnel.ofApp({ account: 'no', app: 'no' }, {})).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('runs', () => {
  test('are listed newest first, all of them or those of one outcome', async () => {
    const ref = await createApp(store);
    const runs = [
      run(ref),
      run(ref, { outcome: 'cpu', error: 'too slow', record: null }),
      run(ref, { outcome: 'threw', error: 'Error: no' }),
    ];
    await Promise.all(runs.map((one) => store.runs.record(one)));
    const list = async (query: { outcome?: string; limit?: number; cursor?: string }) =>
      store.runs.list(ref, query);
    const { items } = await list({});
    expect(items.map(({ outcome, error, recorded }) => [outcome, error, recorded])).toEqual([
      ['threw', 'Error: no', true],
      ['cpu', 'too slow', false],
      ['ok', null, true],
    ]);
    expect(items[2]).toMatchObject({ at: '2026-11-24T12:00:00.000Z', cost: runs[0]?.cost, version: 1 });
    expect((await list({ outcome: 'cpu' })).items).toHaveLength(1);
    expect((await list({ outcome: 'failed' })).items).toHaveLength(2);
    const first = await list({ limit: 2 });
    const rest = await list({ limit: 2, cursor: first.next_cursor ?? '' });
    expect(rest.items.map(({ message_id }) => message_id)).toEqual([runs[0]?.message_id]);
  });

  test('are given out one by one with their record', async () => {
    const ref = await createApp(store);
    const one = run(ref);
    await store.runs.record(one);
    const found = await store.runs.get(ref, one.message_id);
    expect(found).toMatchObject({ message_id: one.message_id, record: { start: { now: 1 } } });
    await expect(store.runs.get(ref, 'other')).rejects.toMatchObject({ code: 'not_found' });
    const stranger = await createApp(store);
    await expect(store.runs.get(stranger, one.message_id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('are a ring in which those that worked do not push out those that failed', async () => {
    const ref = await createApp(store);
    const failed = run(ref, { outcome: 'memory' });
    await store.runs.record(failed);
    for (let batch = 0; batch < 3; batch++) {
      await Promise.all(Array.from({ length: 700 }, () => store.runs.record(run(ref))));
    }
    const items = [];
    let cursor: string | null = null;
    do {
      const page = await store.runs.list(ref, { limit: 1000, ...(cursor === null ? {} : { cursor }) });
      items.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(items.length).toBeLessThanOrEqual(1101);
    expect(items.length).toBeGreaterThanOrEqual(1001);
    expect(items.at(-1)?.message_id).toBe(failed.message_id);
    expect((await store.usage.ofApp(ref, DAY)).total.messages).toBe(2101);
  });

  test('go with their app, while its totals stay in those of the account', async () => {
    const ref = await createApp(store);
    await store.runs.record(run(ref));
    await store.apps.remove(ref);
    await expect(store.runs.list(ref, {})).rejects.toMatchObject({ code: 'not_found' });
    expect((await store.usage.ofAccount(ref.account, DAY)).total.messages).toBe(1);
  });
});

describe('usage', () => {
  test('adds up the runs of an app by the hour', async () => {
    const ref = await createApp(store);
    const cold = { ...run(ref).cost, cold: true };
    await Promise.all(
      [
        run(ref),
        run(ref, { cost: cold }),
        run(ref, { outcome: 'cpu', at: NOON + 3_600_000 }),
        run(ref, { outcome: 'threw', at: NOON + 3_600_001 }),
        run(ref, { at: NOON + 86_400_000 }),
      ].map((one) => store.runs.record(one)),
    );
    const usage = await store.usage.ofApp(ref, DAY);
    expect(usage.total).toEqual({
      messages: 4,
      cpu_ms: 1,
      http_calls: 4,
      host_calls: 12,
      sends: 4,
      bytes_in: 400,
      bytes_out: 200,
      cold_starts: 1,
      failures: { cpu: 1, threw: 1 },
    });
    expect(usage.hours.map(({ hour, messages, failures }) => [hour, messages, failures])).toEqual([
      ['2026-11-24T12:00:00.000Z', 2, {}],
      ['2026-11-24T13:00:00.000Z', 2, { cpu: 1, threw: 1 }],
    ]);
    const account = await store.usage.ofAccount(ref.account, DAY);
    expect(account.apps).toMatchObject([{ app: 'hello', messages: 4 }]);
    expect(account.total.failures).toEqual({ cpu: 1, threw: 1 });
  });

  test('of all apps is counted from the first run on, by outcome and by kind of call', async () => {
    const ref = await createApp(store);
    const cost = { ...run(ref).cost, cold: true, calls: { 'http.get': 2, get: 1 } };
    await Promise.all(
      [run(ref), run(ref, { outcome: 'cpu', at: NOON - 40 * 86_400_000 })].map((one) =>
        store.runs.record(one),
      ),
    );
    await store.runs.record(run(ref, { cost }));
    const totalsOf = async () =>
      (await store.usage.totals()).filter(({ account }) => account === ref.account);
    expect(await totalsOf()).toEqual([
      {
        ...ref,
        deployed: true,
        cpu_us: 750,
        wall_us: 4500,
        wait_us: 1500,
        sends: 3,
        bytes_in: 300,
        bytes_out: 150,
        cold_starts: 1,
        outcomes: { ok: 2, cpu: 1 },
        calls: { get: 5, http: 2, 'http.get': 2 },
      },
    ]);
    expect((await store.usage.ofApp(ref, DAY)).total.http_calls).toBe(3);
    await store.apps.remove(ref);
    expect(await totalsOf()).toMatchObject([{ deployed: false, cpu_us: 750 }]);
  });

  test('of an app that has run nothing is nothing', async () => {
    const ref = await createApp(store);
    const { total, hours } = await store.usage.ofApp(ref, {});
    expect(total).toMatchObject({ messages: 0, failures: {} });
    expect(hours).toEqual([]);
  });

  test.each([
    { from: 'yesterday', field: 'from' },
    { from: DAY.to, to: DAY.from, field: 'from' },
  ])('of $from to $to is refused', async ({ field, ...range }) => {
    const ref = await createApp(store);
    await expect(store.usage.ofApp(ref, range)).rejects.toMatchObject({ code: 'request.invalid', field });
  });
});

describe('logs of apps', () => {
  const entry = (ref: { account: string; app: string }, text: string) => ({
    ...ref,
    level: 'info',
    text,
    message_id: null,
    timestamp: '2026-11-22T10:00:00.000Z',
  });

  test('entries come oldest first, and the cursor leads to what comes later', async () => {
    const ref = await createApp(store);
    await store.logs.append([entry(ref, 'one'), { ...entry(ref, 'two \u0000'), fields: { nul: '\u0000' } }]);
    const first = await store.logs.list(ref, { limit: 1 });
    expect(first.items).toEqual([
      {
        level: 'info',
        text: 'one',
        message_id: null,
        fields: null,
        timestamp: '2026-11-22T10:00:00.000Z',
      },
    ]);
    const after = (cursor: string | null): { after: string } => ({ after: cursor ?? '' });
    const second = await store.logs.list(ref, after(first.next_cursor));
    expect(second.items).toMatchObject([{ text: 'two \uFFFD', fields: { nul: '\u0000' } }]);
    expect(await store.logs.list(ref, after(second.next_cursor))).toEqual({ items: [], next_cursor: null });
    await store.logs.append([entry(ref, 'three')]);
    expect((await store.logs.list(ref, after(second.next_cursor))).items).toMatchObject([{ text: 'three' }]);
    await expect(store.logs.list(ref, { after: 'garbage' })).rejects.toMatchObject({ field: 'after' });
  });

  test('the newest 1000 are kept, and the log of a removed app is gone', async () => {
    const ref = await createApp(store);
    for (let round = 0; round < 12; round += 1) {
      await store.logs.append(Array.from({ length: 100 }, (_, n) => entry(ref, String(round * 100 + n))));
    }
    const { items } = await store.logs.list(ref, { limit: 1000 });
    expect([items.length, items[0]?.text, items.at(-1)?.text]).toEqual([1000, '200', '1199']);
    const count = (): Promise<object[]> =>
      readSql(place.url, `select count(*)::int from app_logs where account = '${ref.account}'`);
    expect(await count()).toEqual([{ count: 1000 }]);
    await store.apps.remove(ref);
    await store.logs.append([entry(ref, 'late')]);
    expect(await count()).toEqual([{ count: 0 }]);
  });
});
