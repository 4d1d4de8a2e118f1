import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSecretBlot } from '../recording/secret-blot.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { LoadedApp } from './app.ts';
import { Instances, type Instance } from './instances.ts';
import type { Fleet } from './fleet.ts';
import type { Newcomer } from './pool.ts';
import type { RunnerProcess } from './runner-process.ts';

function app(name: string): LoadedApp {
  return {
    ref: { account: 'tests', app: name },
    key: `tests/${name}`,
    slot: `tests/${name}@1`,
    kind: 'sdk',
    version: 1,
    limits: DEFAULT_LIMITS,
    settings: { config: {}, secrets: {} },
    manifest: {},
    blot: createSecretBlot({}),
    mapStack: (stack) => stack,
    frame: { limits: '{}', settings: '{}', code: '""', guest: null, digest: null },
  };
}

function setUp() {
  let now = 0;
  const sent: string[] = [];
  const runner = {
    send: ([kind, instance]: string[]) => sent.push(`${kind} ${instance}`),
    turns: new Set(),
    apps: new Set(),
    rssMb: 50,
    code: { has: (digest: string | null) => digest === 'known', teach: () => undefined },
  } as unknown as RunnerProcess;
  const fleet = {
    mayServe: () => true,
    pick: async () => runner,
    hasRoom: () => undefined,
  } as unknown as Fleet;
  const options = { perRunner: 100, fullMb: 600, idleMs: 100, now: () => now, cacheOf: () => '' };
  const instances = new Instances(fleet, options);
  return { instances, options, runner, sent, pass: (ms: number) => (now += ms) };
}

test('an app that nobody used for long is unloaded, one that is at work is not', async () => {
  const { instances, sent, pass } = setUp();
  const [idle, busy, used] = [app('idle'), app('busy'), app('used')];
  await instances.get(idle);
  instances.enter(await instances.get(busy), '1');
  await instances.get(used);
  pass(90);
  await instances.get(used);
  pass(20);
  expect(instances.sweep()).toEqual([idle]);
  expect(sent).toEqual(['load 1', 'load 2', 'load 3', 'unload 1']);
  expect(instances.size).toBe(2);
});

test('a large app goes back to the runner that has its code, unless that one holds many more', async () => {
  const loads: number[] = [];
  const pick = async (_app: LoadedApp, newcomer: Newcomer): Promise<RunnerProcess> => {
    loads.push(newcomer.load(runner) - newcomer.load(stranger));
    return runner;
  };
  const { runner, options } = setUp();
  const stranger = { code: { has: () => false } } as unknown as RunnerProcess;
  const instances = new Instances({ mayServe: () => true, pick, hasRoom: () => undefined }, options);
  for (let n = 0; n < 30; n++) {
    const large = app(`large-${n}`);
    const { id } = await instances.get({ ...large, frame: { ...large.frame, digest: 'known' } });
    instances.onLoaded(['loaded', id, '[]']);
  }
  expect(loads.filter((difference) => difference < 0)).toHaveLength(20);
  await instances.get(app('small'));
  expect(loads.at(-1)).toBe(30);
});

test('a newer version takes the place of an older one, which finishes first', async () => {
  const { instances, sent } = setUp();
  const old = await instances.get(app('x'));
  instances.enter(old, '1');
  const fresh = await instances.get(app('x'));
  expect(fresh).not.toBe(old);
  expect(sent).toEqual(['load 1', 'load 2']);
  instances.release(old, '1');
  expect(sent.at(-1)).toBe('unload 1');
});

test('a herd of cold apps is spread over the runners, each of which begins with two at a time', async () => {
  const { options, runner: one } = setUp();
  const { runner: other } = setUp();
  const waiting: { newcomer: Newcomer; resolve: (runner: RunnerProcess) => void }[] = [];
  const serve = (): void => {
    for (const waiter of waiting.splice(0)) {
      const [best] = [one, other].toSorted((a, b) => waiter.newcomer.load(a) - waiter.newcomer.load(b));
      if (best === undefined || waiter.newcomer.load(best) === Infinity) waiting.push(waiter);
      else {
        waiter.newcomer.chosen(best);
        waiter.resolve(best);
      }
    }
  };
  const pick = (_app: LoadedApp, newcomer: Newcomer): Promise<RunnerProcess> =>
    new Promise((resolve) => {
      waiting.push({ newcomer, resolve });
      serve();
    });
  const instances = new Instances({ mayServe: () => true, pick, hasRoom: serve }, options);
  const begun: Instance[] = [];
  const all = Array.from({ length: 9 }, async (_, n) => begun.push(await instances.get(app(`app-${n}`))));
  await setImmediate();
  expect(begun.map(({ runner }) => runner === one)).toEqual([true, false, true, false]);
  for (let n = 0; n < 9; n++) {
    await expect.poll(() => begun.length).toBe(Math.min(9, n + 4));
    instances.onLoaded(['loaded', begun[n]?.id ?? '', '[]']);
  }
  await Promise.all(all);
  expect([5, 4]).toContain(begun.filter(({ runner }) => runner === one).length);
});

test('two messages at once load an app once', async () => {
  const { instances, sent } = setUp();
  const one = app('x');
  const [first, second] = await Promise.all([instances.get(one), instances.get(one)]);
  expect(second).toBe(first);
  expect(sent).toEqual(['load 1']);
});

test('a runner that has grown big gives up the app that was used the longest ago for each new one', async () => {
  const { instances, runner, sent } = setUp();
  await instances.get(app('one'));
  await instances.get(app('two'));
  runner.rssMb = 600;
  await instances.get(app('three'));
  expect(sent).toEqual(['load 1', 'load 2', 'unload 1', 'load 3']);
});
