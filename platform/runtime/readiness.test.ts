import { VumiError } from '@vumi/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReadinessWatch, type ReadinessParts } from './readiness.ts';
import { openServices } from './services.fixture.ts';
import type { WorkerState } from './worker-spec.ts';

const RUNNING: WorkerState = {
  name: 'dispatcher',
  type: 'dispatcher',
  origin: 'built-in',
  placement: 'each',
  status: 'ok',
  message: 'running',
  gauges: {},
  restarts: 0,
  started_at: '2026-11-29T08:00:00.000Z',
};

let services: Awaited<ReturnType<typeof openServices>>;
let now = 0;

beforeEach(async () => {
  services = await openServices([]);
});
afterEach(() => services[Symbol.asyncDispose]());

/** Each look is a fresh one. */
function watchOf(parts: Partial<ReadinessParts> = {}): ReadinessWatch {
  const watch = new ReadinessWatch(() => (now += 10_000));
  const { broker, state } = services;
  watch.watch({ broker, state, store: null, workers: () => [RUNNING], worker_id: 'host:1', ...parts });
  watch.enter('running');
  return watch;
}

const database = (configured: () => Promise<null>): Partial<ReadinessParts> => ({
  store: { tokens: { configured } } as unknown as NonNullable<ReadinessParts['store']>,
});

test('a process whose broker, state and workers answer is ready', async () => {
  expect(await watchOf().read()).toMatchObject({
    ready: true,
    phase: 'running',
    parts: {
      broker: { ok: true, message: 'answers' },
      state: { ok: true, message: 'answers' },
      workers: { ok: true, message: '1 run' },
    },
  });
});

test('it is not before its start is complete, nor once it stops', async () => {
  const early = new ReadinessWatch(Date.now);
  expect(await early.read()).toMatchObject({ ready: false, phase: 'starting', parts: {} });
  const watch = watchOf();
  watch.enter('stopping');
  expect(await watch.read()).toMatchObject({ ready: false, phase: 'stopping' });
});

test('a server that refuses makes it not ready, by name and without its address, until it is back', async () => {
  let isAway = true;
  const watch = watchOf(
    database(async () => {
      if (isAway) throw new VumiError('store.unavailable', 'connect ECONNREFUSED 10.0.0.7:5432');
      return null;
    }),
  );
  const refused = await watch.read();
  expect(refused).toMatchObject({ ready: false, parts: { broker: { ok: true }, database: { ok: false } } });
  expect(JSON.stringify(refused)).toContain('store.unavailable');
  expect(JSON.stringify(refused)).not.toContain('10.0.0.7');
  isAway = false;
  expect(await watch.read()).toMatchObject({ ready: true, parts: { database: { ok: true } } });
});

test.each([
  ['of its own that does not run makes it not ready', { started_at: null, status: 'down' }, false],
  ['that has troubles of its own and runs does not', { status: 'degraded' }, true],
  ['that another process runs does not', { started_at: null, status: 'waiting' }, true],
  ['that the store asks for does not', { started_at: null, status: 'down', origin: 'store' }, true],
] as const)('a worker %s', async (_what, state, ready) => {
  const read = await watchOf({ workers: () => [RUNNING, { ...RUNNING, name: 'mno', ...state }] }).read();
  expect(read.ready).toBe(ready);
  if (!ready) expect(read.parts['workers']).toEqual({ ok: false, message: 'not running: mno' });
});

test('many who ask at once are one question to the servers', async () => {
  let asked = 0;
  const watch = new ReadinessWatch(() => 0);
  const { broker, state } = services;
  const count = async (): Promise<null> => {
    asked += 1;
    return null;
  };
  watch.watch({ broker, state, ...database(count), workers: () => [], worker_id: 'x' } as ReadinessParts);
  await Promise.all(Array.from({ length: 20 }, () => watch.read()));
  expect(asked).toBe(1);
});
