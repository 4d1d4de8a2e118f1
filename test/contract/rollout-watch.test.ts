import { lookAtRollouts } from '@vumi/applications';
import {
  createNack,
  createUserMessage,
  formatTimestamp,
  newId,
  silentLogger,
  stampMessage,
  stampVersion,
  type AppRef,
} from '@vumi/core';
import type { TalkCount } from '@vumi/core/talks';
import type { NewRun, RolloutPlan, Store } from '@vumi/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp, newVersion, openQuietStore, openStorePlace, type StorePlace } from './store-place.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-11-24T12:00:00Z');
const PLAN: RolloutPlan = { stages: [5, 25, 100], each_s: 7200, promote_after_s: null };
const COST: NewRun['cost'] = {
  cpu_us: 1000,
  wall_ms: 1,
  wait_ms: 0,
  cold: false,
  runs: 1,
  calls: {},
  bytes_in: 1,
  bytes_out: 1,
  sends: 1,
};

let place: StorePlace;
let store: Store;
let now = START;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

/** An app with a second version that is rolled out, at the time of START. */
async function rolledOut(plan: Partial<RolloutPlan> = {}): Promise<AppRef> {
  now = START;
  const ref = await createApp(store);
  await store.versions.add(newVersion(ref, 'second', { activate: false }));
  await store.rollouts.begin(ref, 2, { plan: { ...PLAN, ...plan }, at: now, talks: 'move' });
  return ref;
}

interface Talked {
  readonly asked: number;
  /** Of those that were asked. */
  readonly left?: number;
  readonly went?: TalkCount;
  readonly failed?: number;
  readonly cpuUs?: number;
  readonly question?: string;
  /** When their conversations began, and whether they do so with this question. Default: now, and they do. */
  readonly began?: number;
  /** Of each; default 1. */
  readonly segments?: number;
}

/** Conversations with a version, now. */
async function talk(ref: AppRef, version: number, talked: Talked): Promise<void> {
  const { asked, left = 0, went = 'hung_up', failed = 0, cpuUs = COST.cpu_us, segments = 1 } = talked;
  const { question = 'ask "name"', began = now } = talked;
  const place = { screen: 'start', question, at: now, began };
  const first = talked.began === undefined ? [{ ...place, question: '', what: 'began' } as const] : [];
  const runs = Array.from({ length: asked }, (_, index): NewRun => {
    const broke = index < failed;
    return {
      ...ref,
      version,
      message_id: newId(),
      kind: 'message',
      outcome: broke ? 'threw' : 'ok',
      error: broke ? 'Error: no luck' : null,
      at: now,
      cost: { ...COST, cpu_us: cpuUs },
      record: null,
      segments,
      talk: [...first, { what: 'shown', ...place }, { what: index < left ? went : 'answered', ...place }],
    };
  });
  await Promise.all(runs.map((run) => store.runs.record(run)));
}

const look = (of: Pick<Store, 'rollouts' | 'logs' | 'lease'> = store) =>
  lookAtRollouts({ store: of, clock: () => now, logger: silentLogger });

async function lookAfter(hours: number): Promise<void> {
  now += hours * HOUR_MS;
  await look();
}

async function rolloutOf(ref: AppRef) {
  const [rollout] = (await store.rollouts.list(ref, {})).items;
  if (rollout === undefined) throw new TypeError('there is no rollout');
  const decisions = rollout.decisions.map(({ decision, percent }) => `${decision} ${percent}`);
  return { ...rollout, made: decisions, last: rollout.decisions.at(-1) };
}

test('an equal version comes to everybody in its stages, each when its time is over', async () => {
  const ref = await rolledOut();
  expect(await store.apps.get(ref)).toMatchObject({ active_version: 1, rollout: { version: 2, percent: 5 } });
  await talk(ref, 1, { asked: 900, left: 90 });
  await talk(ref, 2, { asked: 60, left: 6 });
  await lookAfter(1);
  expect((await rolloutOf(ref)).made).toEqual(['began 5']);
  await lookAfter(1);
  expect(await store.apps.get(ref)).toMatchObject({ rollout: { version: 2, percent: 25 } });
  await talk(ref, 1, { asked: 300, left: 30 });
  await talk(ref, 2, { asked: 100, left: 10 });
  await lookAfter(2);
  expect(await store.apps.get(ref)).toMatchObject({ active_version: 2, rollout: null });
  const { made, state, last } = await rolloutOf(ref);
  expect(made).toEqual(['began 5', 'promoted 25', 'finished 100']);
  expect(state).toBe('finished');
  expect(last).toMatchObject({
    at: new Date(now).toISOString(),
    reason: expect.stringContaining('160 conversations with it'),
    numbers: { most_asked: { candidate: { bad: 16, all: 160 } }, runs: { candidate: { bad: 0, all: 160 } } },
  });
  const app = (await store.snapshot()).apps.find(({ account }) => account === ref.account);
  expect(app?.talks).toBe('move');
  await lookAfter(24);
  expect((await rolloutOf(ref)).made).toHaveLength(3);
});

test('a version that loses users at a question is taken back before its stage is over, and the author is told', async () => {
  const ref = await rolledOut();
  await talk(ref, 1, { asked: 900, left: 90 });
  await talk(ref, 2, { asked: 60, left: 30 });
  await look();
  expect(await store.apps.get(ref)).toMatchObject({ active_version: 1, rollout: null });
  const { made, last, state } = await rolloutOf(ref);
  expect([state, made]).toEqual(['rolled_back', ['began 5', 'rolled_back 0']]);
  expect(last).toMatchObject({
    reason: 'at start, ask "name", 50 % leave, 10 % with the other version',
    numbers: { question: 'ask "name"', candidate: { bad: 30, all: 60 } },
  });
  expect((await store.logs.list(ref, {})).items).toMatchObject([
    {
      level: 'error',
      text: 'rollout: version 2 was taken back, everybody is on version 1: at start, ask "name", 50 % leave, 10 % with the other version',
    },
  ]);
  const { items } = await store.audit.list(ref.account, { action: 'rollout' });
  expect(items).toMatchObject([
    { actor: 'rollout watch', action: 'rollout.rolled_back', target: 'hello', outcome: 'done' },
  ]);
});

test('who does not answer has left after a day, not before', async () => {
  const ref = await rolledOut({ each_s: 40 * 3600 });
  await talk(ref, 1, { asked: 900, left: 90, went: 'shown' });
  await talk(ref, 2, { asked: 120, left: 60, went: 'shown' });
  await lookAfter(24);
  expect((await rolloutOf(ref)).state).toBe('running');
  await lookAfter(2);
  expect((await rolloutOf(ref)).state).toBe('rolled_back');
});

test('a version that fails is taken back, one that fails as rarely as the other is not', async () => {
  const broken = await rolledOut();
  await talk(broken, 1, { asked: 900, failed: 9 });
  await talk(broken, 2, { asked: 60, failed: 9 });
  await look();
  expect((await rolloutOf(broken)).last).toMatchObject({
    decision: 'rolled_back',
    reason: "15 % of its messages fail, 1 % of the other's",
    numbers: { runs: { candidate: { bad: 9, all: 60 }, stable: { bad: 9, all: 900 } } },
  });
  const equal = await rolledOut();
  await talk(equal, 1, { asked: 900, failed: 90 });
  await talk(equal, 2, { asked: 60, failed: 9 });
  await look();
  expect((await rolloutOf(equal)).state).toBe('running');
});

test('a stage without enough conversations is held and told once, until there are enough', async () => {
  const ref = await rolledOut();
  await lookAfter(2);
  await lookAfter(1);
  const { made, last } = await rolloutOf(ref);
  expect(made).toEqual(['began 5', 'held 5']);
  expect(last?.reason).toBe('0 of 50 messages have come to version 2');
  expect((await store.logs.list(ref, {})).items).toHaveLength(1);
  await talk(ref, 1, { asked: 900 });
  await talk(ref, 2, { asked: 60 });
  await look();
  expect((await rolloutOf(ref)).made.at(-1)).toBe('promoted 25');
  // What was seen in one stage is no evidence for the next.
  await lookAfter(2);
  expect((await rolloutOf(ref)).made.at(-1)).toBe('held 25');
});

test('a stage goes on without evidence when that is wanted, after its time', async () => {
  const ref = await rolledOut({ promote_after_s: 48 * 3600 });
  await lookAfter(47);
  expect((await rolloutOf(ref)).made).toEqual(['began 5', 'held 5']);
  await lookAfter(1);
  expect((await rolloutOf(ref)).made).toEqual(['began 5', 'held 5', 'promoted 25']);
});

test('a version that needs far more CPU gets no more users, and stays where it is', async () => {
  const ref = await rolledOut({ promote_after_s: 7200 });
  await talk(ref, 1, { asked: 300 });
  await talk(ref, 2, { asked: 60, cpuUs: 2500 });
  await lookAfter(3);
  const { made, last } = await rolloutOf(ref);
  expect(made).toEqual(['began 5', 'held 5']);
  expect(last).toMatchObject({
    reason: 'a message needs more than 2 times the CPU of the other version',
  });
  // Counted in classes, each a tenth wider than the one before.
  const cpu = last?.numbers['cpu'] as Record<'candidate' | 'stable', number> | undefined;
  expect(cpu?.candidate).toBeGreaterThan(0.9 * 2500);
  expect(cpu?.stable).toBeLessThan(1.1 * 1000);
  expect(await store.apps.get(ref)).toMatchObject({ rollout: { version: 2, percent: 5 } });
});

test('a version whose conversations take more segments gets no more users, which is told at once', async () => {
  const ref = await rolledOut({ promote_after_s: 7200 });
  await talk(ref, 1, { asked: 300, segments: 2 });
  await talk(ref, 2, { asked: 60, segments: 3 });
  await look();
  const { made, last, state } = await rolloutOf(ref);
  expect([state, made]).toEqual(['running', ['began 5', 'held 5']]);
  expect(last).toMatchObject({
    reason: 'a conversation takes 3 segments, 2 with the other version: more than 20 % more',
    numbers: { segments: { of: 'conversations', candidate: { all: 60, segments: 180 } } },
  });
  expect((await store.logs.list(ref, {})).items).toMatchObject([
    {
      level: 'warn',
      text: expect.stringContaining('version 2 stays at 5 %: a conversation takes 3 segments'),
    },
  ]);
  const { items } = await store.audit.list(ref.account, { action: 'rollout' });
  expect(items).toMatchObject([{ action: 'rollout.held', details: { segments: { of: 'conversations' } } }]);
  await lookAfter(3);
  expect((await rolloutOf(ref)).made).toEqual(['began 5', 'held 5']);
});

test('segments are those of conversations that began in the same hours, later ones included', async () => {
  const ref = await rolledOut({ each_s: 40 * 3600 });
  const began = now;
  // Half of the version before go on with a conversation that is older than the rollout: that makes theirs no longer.
  await talk(ref, 1, { asked: 300, began: now - 30 * HOUR_MS, question: 'ask "age"', segments: 9 });
  await talk(ref, 1, { asked: 300 });
  await talk(ref, 2, { asked: 60 });
  now += 5 * HOUR_MS;
  await talk(ref, 1, { asked: 200, began, question: 'ask "age"' });
  await talk(ref, 2, { asked: 60, began, question: 'ask "age"', segments: 3 });
  await look();
  expect((await rolloutOf(ref)).last).toMatchObject({
    decision: 'held',
    reason: expect.stringMatching(/^a conversation takes 4 segments, 1\.67 with/),
  });
});

test('a stage that is shorter than a conversation is held until the later questions are known', async () => {
  const ref = await rolledOut();
  const began = now;
  await talk(ref, 1, { asked: 900, left: 90 });
  await talk(ref, 1, { asked: 400, began, question: 'ask "age"' });
  await talk(ref, 1, { asked: 3, began: now - 30 * HOUR_MS, question: 'ask "rare"' });
  await talk(ref, 2, { asked: 60, left: 6 });
  await talk(ref, 2, { asked: 12, began, question: 'ask "age"' });
  await lookAfter(2);
  await talk(ref, 2, { asked: 20, began, question: 'ask "age"' });
  await look();
  const { made, last } = await rolloutOf(ref);
  expect(made).toEqual(['began 5', 'held 5']);
  expect(last?.reason).toBe(
    '12 of 50 conversations with version 2 have come to start, ask "age" and gone on or left',
  );
  await talk(ref, 1, { asked: 400, began, question: 'ask "age"' });
  await talk(ref, 2, { asked: 20, began, question: 'ask "age"' });
  await look();
  expect((await rolloutOf(ref)).made.at(-1)).toBe('promoted 25');
});

test('a question that the version does not ask any more holds a stage no longer than it takes to see that', async () => {
  const ref = await rolledOut();
  const began = now;
  await talk(ref, 1, { asked: 900 });
  await talk(ref, 1, { asked: 400, began: now - 30 * HOUR_MS, question: 'ask "age"' });
  await talk(ref, 2, { asked: 100 });
  await lookAfter(2);
  expect((await rolloutOf(ref)).last?.reason).toContain('0 of 50 conversations with version 2 have come to');
  // As many of an age come there with the version before.
  await talk(ref, 1, { asked: 500, began, question: 'ask "age"' });
  await look();
  const { made, last } = await rolloutOf(ref);
  expect(made).toEqual(['began 5', 'held 5', 'promoted 25']);
  expect(last?.reason).toContain('; hardly anybody comes to start, ask "age" with it');
});

test('a version whose messages are uncertain to arrive is taken back', async () => {
  const ref = await rolledOut();
  await talk(ref, 1, { asked: 900 });
  await talk(ref, 2, { asked: 60 });
  const timestamp = formatTimestamp(now);
  await Promise.all(
    Array.from({ length: 12 }, async () => {
      const message = createUserMessage({ from_addr: '8000', to_addr: '+27761234567', content: 'x' });
      const sent = stampVersion(stampMessage({ ...message, timestamp }, ref), 2);
      await store.recorder.outbound(sent, ref, 'queued');
      await store.recorder.event(
        createNack(
          {
            user_message_id: message.message_id,
            transport_name: 'smsc',
            transport_metadata: { outcome: 'uncertain' },
          },
          'uncertain: the connection was lost',
        ),
      );
    }),
  );
  while (!(await store.counts.fold()));
  await look();
  expect((await rolloutOf(ref)).last).toMatchObject({
    decision: 'rolled_back',
    reason: "20 % of what it sends is uncertain to have arrived, 0 % of the other's",
    numbers: { uncertain: { candidate: { bad: 12, all: 60 } } },
  });
});

test('a version that got its users in bad hours is not worse for it', async () => {
  const ref = await rolledOut({ each_s: 24 * 3600 });
  // By day few leave and it has a small share, by night many leave and it has a large one.
  await talk(ref, 1, { asked: 1900, left: 95 });
  await talk(ref, 2, { asked: 100, left: 5 });
  now += 9 * HOUR_MS;
  await talk(ref, 1, { asked: 300, left: 120 });
  await talk(ref, 2, { asked: 300, left: 120 });
  await look();
  expect((await rolloutOf(ref)).state).toBe('running');
});

test.each([
  ['another version', { version: 3, percent: 100 }],
  ['another share', { version: 2, percent: 50 }],
  ['the one before', { version: 1, percent: 100 }],
])('who activates %s ends it: nothing is done by itself any more', async (_what, { version, percent }) => {
  const ref = await rolledOut();
  await store.versions.add(newVersion(ref, 'third', { activate: false }));
  const seen = (await store.rollouts.running()).find(({ account }) => account === ref.account);
  await store.versions.activate(ref, version, { percent });
  await talk(ref, 1, { asked: 900, left: 90 });
  await talk(ref, 2, { asked: 60, left: 60 });
  await lookAfter(3);
  const { state, made } = await rolloutOf(ref);
  expect([state, made]).toEqual(['ended', ['began 5', 'ended 0']]);
  if (seen === undefined) throw new TypeError('it was not running');
  const late = { decision: 'promoted', reason: 'late', numbers: {}, seen: [], at: now } as const;
  expect(await store.rollouts.decide(seen, late)).toBeNull();
});

test('a deploy that is activated ends it, and so does another rollout', async () => {
  const ref = await rolledOut();
  await store.rollouts.begin(ref, 2, { plan: PLAN, at: now });
  await store.versions.add(newVersion(ref, 'third'));
  const { items } = await store.rollouts.list(ref, {});
  expect(items.map(({ state }) => state)).toEqual(['ended', 'ended']);
  expect(items.map(({ decisions }) => decisions.at(-1)?.reason)).toEqual([
    'version 3 was deployed',
    'a rollout of version 2 began',
  ]);
});

test.each([
  ['no stages', { stages: [] }],
  ['all at once', { stages: [100] }],
  ['falling stages', { stages: [25, 5, 100] }],
  ['stages that do not come to everybody', { stages: [5, 25] }],
  ['parts of percents', { stages: [0.5, 100] }],
  ['no time', { each_s: 0 }],
  ['a time that is none', { promote_after_s: 1.5 }],
])('%s: refused', async (_what, plan) => {
  const ref = await createApp(store);
  await store.versions.add(newVersion(ref, 'second', { activate: false }));
  await expect(store.rollouts.begin(ref, 2, { plan: { ...PLAN, ...plan }, at: START })).rejects.toMatchObject(
    { code: 'request.invalid' },
  );
  expect((await store.rollouts.list(ref, {})).items).toEqual([]);
});

test('what is wrong with one rollout keeps nobody from the others', async () => {
  const [broken, fine] = [await rolledOut(), await rolledOut()];
  await talk(fine, 1, { asked: 60 });
  await talk(fine, 2, { asked: 60, left: 40 });
  const { rollouts } = store;
  const compare: typeof rollouts.compare = async (rollout, at) => {
    if (rollout.account === broken.account) throw new Error('no luck');
    return rollouts.compare(rollout, at);
  };
  await look({ ...store, rollouts: { ...rollouts, compare } });
  expect((await rollouts.list(fine, {})).items[0]?.state).toBe('rolled_back');
  expect((await rollouts.list(broken, {})).items[0]?.state).toBe('running');
});
