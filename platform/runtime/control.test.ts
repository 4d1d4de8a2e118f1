import type { Broker } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { createControl } from './control.ts';
import { ANY_CONTROL_KEY, consumeControl, controlKey } from './control-queue.ts';
import { followSpecs } from './follow-specs.ts';
import { startHeartbeat, type ProcessState } from './heartbeat.ts';
import { openServices } from './services.fixture.ts';
import type { RuntimeServices } from './services.ts';
import { workersInState } from './stored-workers.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import { checkSpec } from './worker-life.ts';
import { defineWorker } from './worker-type.ts';

const idle = defineWorker({
  type: 'idle',
  aliases: ['vumi.tests.IdleWorker'],
  summary: 'Does nothing.',
  configSchema: z.strictObject({ nap: z.int().default(1) }),
  placement: 'each',
  needs: [],
  ends: () => ({}),
  start: async () => ({
    status: () => ({ status: 'ok', message: 'idle' }),
    gauges: () => ({}),
    async [Symbol.asyncDispose]() {},
  }),
});

let services: RuntimeServices & AsyncDisposable;
let broker: Broker;
const answers: Record<string, unknown>[] = [];
const stack: AsyncDisposable[] = [];

beforeEach(async () => {
  answers.length = 0;
  services = await openServices([idle]);
  broker = services.broker;
  const keep = async (body: string): Promise<void> =>
    void answers.push(JSON.parse(body) as Record<string, unknown>);
  stack.push(services, await broker.consume('asker', keep, { prefetch: 1, failuresKey: 'asker.failures' }));
});
afterEach(async () => {
  for (const one of stack.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** A supervisor with all that it listens to; two of them see each other through one list of processes. */
async function listenAs(name: string, others: readonly Supervisor[] = []): Promise<Supervisor> {
  const supervisor = createSupervisor(services);
  const stored = workersInState(services.state, name);
  const report = () => ({
    supervisor: name,
    parent: null,
    roles: [],
    probe: null,
    workers: supervisor.list(),
  });
  const heartbeat = startHeartbeat({ ...services, report });
  const processes = async (): Promise<ProcessState[]> => {
    const [own] = await heartbeat.processes();
    if (own === undefined) throw new Error('this process does not hear itself');
    const rest = others.map((other, index) => ({
      ...own,
      supervisor: `other_${index}`,
      worker_id: `host:${index}`,
      workers: other.list(),
    }));
    return [{ ...own, ...report() }, ...rest];
  };
  const control = createControl({
    name,
    supervisor,
    stored,
    processes,
    check: (spec) => void checkSpec(spec, services),
    forward: (other, request) => broker.publish(controlKey(other), JSON.stringify(request)),
  });
  const following = await followSpecs(stored, supervisor, services.logger);
  stack.push(supervisor, heartbeat, following, await consumeControl(name, control, services));
  return supervisor;
}

async function ask(message: object | string, key = controlKey('here')): Promise<Record<string, unknown>> {
  const before = answers.length;
  const body =
    typeof message === 'string'
      ? message
      : JSON.stringify({ reply_to: 'asker', request_id: 'r1', ...message });
  await broker.publish(key, body);
  const all = await eventually(
    () => answers,
    (some) => some.length > before,
  );
  return all[before] ?? {};
}

const START = {
  operation: 'start_worker',
  worker_name: 'x',
  worker_class: 'vumi.tests.IdleWorker',
  worker_config: {},
};

it('a worker is started, listed, restarted and stopped by messages', async () => {
  const supervisor = await listenAs('here');
  expect(await ask(START)).toMatchObject({ ok: true, request_id: 'r1', supervisor: 'here', outcome: 'done' });
  await eventually(
    () => supervisor.list()[0]?.status,
    (status) => status === 'ok',
  );
  const began = supervisor.list()[0]?.started_at;
  expect(
    await ask({ operation: 'list_workers', worker_name: null, worker_class: null, worker_config: null }),
  ).toMatchObject({
    workers: [{ name: 'x', status: 'ok', supervisor: 'here', origin: 'run time' }],
  });
  await ask({ operation: 'restart_worker', worker_name: 'x' });
  await eventually(
    () => supervisor.list()[0]?.started_at,
    (at) => at !== null && at !== began,
  );
  expect(await ask({ operation: 'stop_worker', worker_name: 'x' })).toMatchObject({ ok: true, workers: [] });
  expect(supervisor.list()).toEqual([]);
});

it('what was started is there again in the next life of the supervisor, also without a database', async () => {
  const first = await listenAs('here');
  await ask(START);
  for (const one of stack.splice(2).toReversed()) await one[Symbol.asyncDispose]();
  expect(first.list()).toEqual([]);
  const second = await listenAs('here');
  await eventually(
    () => second.list().map(({ name, status }) => [name, status]),
    ([worker]) => worker?.[0] === 'x' && worker[1] === 'ok',
  );
});

it('the same message twice starts one worker; another under its name is refused', async () => {
  const supervisor = await listenAs('here');
  await ask(START);
  expect(await ask(START)).toMatchObject({ ok: true });
  expect(await ask({ ...START, worker_config: { nap: 2 } })).toMatchObject({
    ok: false,
    error: { code: 'request.conflict', field: 'worker_name' },
  });
  expect(supervisor.list().length).toBe(1);
});

it.each([
  ['an unknown operation', { operation: 'kill_worker' }, 'request.invalid', 'operation'],
  ['no operation', {}, 'request.invalid', 'operation'],
  ['no name', { operation: 'stop_worker' }, 'request.invalid', 'worker_name'],
  ['a name that is none', { operation: 'stop_worker', worker_name: 'A B' }, 'request.invalid', 'worker_name'],
  ['a worker that is not there', { operation: 'stop_worker', worker_name: 'y' }, 'not_found', 'worker_name'],
  ['no class', { operation: 'start_worker', worker_name: 'y' }, 'request.invalid', 'worker_class'],
  ['an unknown class', { ...START, worker_class: 'IdelWorker' }, 'config.invalid', undefined],
  ['an unknown option', { ...START, worker_config: { nipp: 1 } }, 'config.invalid', 'nipp'],
  ['options that are a list', { ...START, worker_config: [] }, 'request.invalid', 'worker_config'],
  ['a field that is none', { ...START, worker_nmae: 'x' }, 'request.invalid', 'worker_nmae'],
  ['a supervisor that is not there', { ...START, supervisor: 'nowhere' }, 'not_found', 'supervisor'],
])('%s is answered, and the supervisor goes on', async (_label, message, code, field) => {
  const supervisor = await listenAs('here');
  const answer = await ask(message);
  expect(answer).toMatchObject({ ok: false, error: { code, ...(field === undefined ? {} : { field }) } });
  expect(supervisor.list()).toEqual([]);
  expect(await ask(START)).toMatchObject({ ok: true });
});

it.each([
  'no JSON',
  '"a text"',
  '[]',
  'null',
  '{"reply_to": 7}',
  '{"operation":"stop_worker","reply_to":"BAD"}',
])('what nobody can be told about is passed over: %s', async (body) => {
  await listenAs('here');
  await broker.publish(controlKey('here'), body);
  expect(await ask(START)).toMatchObject({ ok: true });
});

it('a message to any supervisor reaches the one that has the worker', async () => {
  const other = createSupervisor(services);
  stack.push(other);
  await other.startOrThrow({ name: 'far', type: 'idle', config: {}, origin: 'configuration' });
  await listenAs('here', [other]);
  const seen: string[] = [];
  const keep = async (body: string): Promise<void> => void seen.push(body);
  stack.push(await broker.consume(controlKey('other_0'), keep, { prefetch: 1, failuresKey: 'f.failures' }));
  expect(await ask({ operation: 'restart_worker', worker_name: 'far' }, ANY_CONTROL_KEY)).toMatchObject({
    ok: true,
    outcome: 'forwarded',
  });
  await eventually(
    () => seen,
    (all) => all.length === 1,
  );
  expect(JSON.parse(seen[0] ?? '')).toEqual({
    operation: 'restart_worker',
    worker_name: 'far',
    supervisor: 'other_0',
  });
});

it.each(['built-in', 'store'] as const)('a worker of origin %s is not stopped by name', async (origin) => {
  const supervisor = await listenAs('here');
  await supervisor.startOrThrow({ name: 'fixed', type: 'idle', config: {}, origin });
  expect(await ask({ operation: 'stop_worker', worker_name: 'fixed' })).toMatchObject({
    ok: false,
    error: { code: 'request.conflict' },
  });
  expect(supervisor.list().length).toBe(1);
});
