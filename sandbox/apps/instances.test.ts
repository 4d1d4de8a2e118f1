import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { NO_PRIVATE_SERVICES } from '@vumi/http';
import { createSecretRemoval } from '../recording/secret-removal.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { LoadedApp } from './app.ts';
import { Instances, type Instance } from './instances.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Newcomer } from '../fleet/pool.ts';
import type { RunnerProcess } from '../fleet/runner-process.ts';

function app(name: string): LoadedApp {
  return {
    ref: { account: 'tests', app: name },
    key: `tests/${name}`,
    slot: `tests/${name}@1`,
    talks: false,
    kind: 'sdk',
    version: 1,
    limits: DEFAULT_LIMITS,
    settings: { config: {}, secrets: {} },
    manifest: {},
    secretRemoval: createSecretRemoval({}),
    services: NO_PRIVATE_SERVICES,
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
    code: { has: (digest: string | null) => digest === 'known', provide: () => undefined },
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

describe('a herd of cold apps', () => {
  const SIZE = 9;

  /** Two runners that take classic apps as a pool gives them. */
  function herd() {
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
    for (let n = 0; n < SIZE; n++) {
      void instances.get({ ...app(`app-${n}`), kind: 'classic' }).then((instance) => {
        instances.enter(instance, String(n));
        begun.push(instance);
      });
    }
    return { instances, begun, one };
  }

  test('is spread over the runners, each of which begins with two at a time', async () => {
    const { instances, begun, one } = herd();
    await setImmediate();
    expect(begun.map(({ runner }) => runner === one)).toEqual([true, false, true, false]);
    for (let n = 0; n < SIZE; n++) {
      await expect.poll(() => begun.length).toBe(Math.min(SIZE, n + 4));
      const instance = begun[n] as Instance;
      instances.onLoaded(['loaded', instance.id, '[]']);
      // Its first message is done.
      for (const turn of instance.turns) instances.release(instance, turn);
    }
    expect([5, 4]).toContain(begun.filter(({ runner }) => runner === one).length);
  });

  test('does not wait for a first message that waits for somebody outside', async () => {
    const { instances, begun } = herd();
    await setImmediate();
    const instance = begun[0] as Instance;
    instances.onLoaded(['loaded', instance.id, '[]']);
    await setImmediate();
    expect(begun).toHaveLength(4);
    instances.onWait(instance);
    await expect.poll(() => begun.length).toBe(5);
  });

  test('does not wait for one whose runner or isolate is gone', async () => {
    const { instances, begun } = herd();
    await setImmediate();
    instances.onGone(['gone', begun[0]?.id ?? '']);
    await expect.poll(() => begun.length).toBe(5);
    instances.onRunnerGone((begun[1] as Instance).runner);
    await expect.poll(() => begun.length).toBe(7);
  });
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
