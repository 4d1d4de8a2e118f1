import { send } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import type { Store } from '@vumi/store';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { memoryLeases, openServices } from './services.fixture.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';
import type { WorkerSpec } from './worker-spec.ts';
import { defineWorker, type WorkerType } from './worker-type.ts';

const stack: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of stack.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

interface Recorder {
  readonly type: WorkerType;
  readonly log: string[];
  readonly deaths: Map<string, (reason: Error) => void>;
  failures: number;
}

/** A worker that writes down what happens to it. */
function recorder(placement: WorkerType['placement'] = 'each'): Recorder {
  const log: string[] = [];
  const deaths: Recorder['deaths'] = new Map();
  const self = { log, deaths, failures: 0 };
  const type = defineWorker({
    type: 'recorder',
    aliases: ['vumi.tests.RecordingWorker'],
    summary: 'Writes down what happens to it.',
    configSchema: z.strictObject({ hangs: z.boolean().default(false), consumes: z.string().optional() }),
    placement,
    needs: [],
    ends: () => ({}),
    async start({ hangs, consumes }, { name, ends }) {
      log.push(`start ${name}`);
      if (self.failures > 0) {
        self.failures -= 1;
        throw new Error('not this time');
      }
      const died = Promise.withResolvers<never>();
      died.promise.catch(() => {});
      deaths.set(name, died.reject);
      if (consumes !== undefined) {
        await ends.application(consumes).onInbound(
          async ({ content }) => {
            log.push(`begin ${content}`);
            await new Promise((resolve) => setTimeout(resolve, 50));
            log.push(`end ${content}`);
          },
          { prefetch: 10 },
        );
      }
      return {
        status: () => ({ status: 'ok', message: 'running' }),
        gauges: () => ({}),
        died: died.promise,
        async [Symbol.asyncDispose]() {
          log.push(`stop ${name}`);
          if (hangs) await new Promise(() => {});
        },
      };
    },
  });
  return Object.assign(self, { type });
}

async function supervise(types: readonly WorkerType[], store: Store | null = null) {
  const services = await openServices(types, store);
  stack.push(services);
  const supervisor = createSupervisor(services, { workerMs: 3000, groupMs: 100 });
  stack.push(supervisor);
  return { services, supervisor };
}

const spec = (name: string, config: unknown = {}, more: Partial<WorkerSpec> = {}): WorkerSpec => ({
  name,
  type: 'recorder',
  config,
  origin: 'configuration',
  ...more,
});

const statusOf = (supervisor: Supervisor, name: string) =>
  supervisor.list().find((one) => one.name === name)?.status;

it('workers start in order and stop in the reverse order', async () => {
  const { type, log } = recorder();
  const { supervisor } = await supervise([type]);
  for (const name of ['one', 'two', 'three']) await supervisor.startOrThrow(spec(name));
  await supervisor[Symbol.asyncDispose]();
  expect(log).toEqual(['start one', 'start two', 'start three', 'stop three', 'stop two', 'stop one']);
});

it('a class name of Vumi, with its module or alone, starts the type', async () => {
  const { type, log } = recorder();
  const { supervisor } = await supervise([type]);
  await supervisor.startOrThrow(spec('a', {}, { type: 'vumi.tests.RecordingWorker' }));
  await supervisor.startOrThrow(spec('b', {}, { type: 'RecordingWorker' }));
  expect(log).toEqual(['start a', 'start b']);
});

it.each([
  ['a type that is not there', { type: 'recoder' }, /unknown worker type "recoder"; did you mean "?recorder/],
  ['an unknown option', { config: { hang: true } }, /unknown field "hang"/],
])('%s is refused with a clear text', async (_label, wrong, text) => {
  const { supervisor } = await supervise([recorder().type]);
  expect(() => supervisor.check(spec('x', {}, wrong))).toThrow(text);
  await expect(supervisor.startOrThrow(spec('x', {}, wrong))).rejects.toThrow(text);
  expect(supervisor.list()).toEqual([]);
});

it('a type that needs a database is refused where there is none, and runs where there is one', async () => {
  const { type } = recorder();
  const needy: WorkerType = { ...type, needs: ['store'] };
  const without = await supervise([needy]);
  expect(() => without.supervisor.check(spec('x'))).toThrow(/needs a database: set VUMI_DATABASE_URL/);
  const { supervisor } = await supervise([needy], memoryLeases() as unknown as Store);
  await supervisor.startOrThrow(spec('x'));
  expect(statusOf(supervisor, 'x')).toBe('ok');
});

it('what cannot start the process is not kept, and its name is free again', async () => {
  const made = recorder();
  made.failures = 1;
  const { supervisor } = await supervise([made.type]);
  await expect(supervisor.startOrThrow(spec('x'))).rejects.toThrow('not this time');
  expect(supervisor.list()).toEqual([]);
  await supervisor.startOrThrow(spec('x'));
});

it('a worker whose start fails is started again', async () => {
  const made = recorder();
  made.failures = 1;
  const { supervisor } = await supervise([made.type]);
  await supervisor.start(spec('x'));
  await eventually(
    () => statusOf(supervisor, 'x'),
    (status) => status === 'ok',
  );
  expect(made.log).toEqual(['start x', 'start x']);
});

it('a worker that has died is stopped and started again, and its siblings are left alone', async () => {
  const { type, log, deaths } = recorder();
  const { supervisor } = await supervise([type]);
  await supervisor.startOrThrow(spec('x'));
  await supervisor.startOrThrow(spec('y'));
  deaths.get('x')?.(new Error('out of luck'));
  await eventually(
    () => log,
    (lines) => lines.length === 4,
  );
  expect(log).toEqual(['start x', 'start y', 'stop x', 'start x']);
  expect(supervisor.list().map(({ name, restarts }) => [name, restarts])).toEqual([
    ['x', 1],
    ['y', 0],
  ]);
});

it('consumers stop before their worker: the handlers in progress end, what follows stays in the queue', async () => {
  const { type, log } = recorder();
  const { services, supervisor } = await supervise([type]);
  await supervisor.startOrThrow(spec('x', { consumes: 'app' }));
  const publish = (content: string): Promise<void> =>
    services.wiring.endsOf().ports.receiveOutbound('app').publishInbound(send('27761', content));
  await publish('one');
  await eventually(
    () => log,
    (lines) => lines.includes('begin one'),
  );
  await supervisor.stop('x');
  expect(log).toEqual(['start x', 'begin one', 'end one', 'stop x']);
  await publish('two');
  expect(await services.broker.depth('app.inbound')).toBe(1);
});

it('a worker that does not stop holds up nobody', async () => {
  const { type, log } = recorder();
  const { supervisor } = await supervise([type]);
  await supervisor.startOrThrow(spec('first'));
  await supervisor.startOrThrow(spec('hanging', { hangs: true }));
  await supervisor.startOrThrow(spec('last'));
  const stopped = supervisor[Symbol.asyncDispose]();
  await eventually(
    () => log,
    (lines) => lines.includes('stop first'),
  );
  expect(log.slice(3)).toEqual(['stop last', 'stop hanging', 'stop first']);
  // Given up after its deadline.
  await stopped;
});

it('workers of one group stop at once', async () => {
  const { type, log } = recorder();
  const { supervisor } = await supervise([type]);
  await supervisor.startOrThrow(spec('a', { hangs: true }, { group: 'transports' }));
  await supervisor.startOrThrow(spec('b', {}, { group: 'transports' }));
  const stopped = supervisor[Symbol.asyncDispose]();
  await eventually(
    () => log,
    (lines) => lines.includes('stop a') && lines.includes('stop b'),
  );
  await stopped;
});

it('of two processes one runs a worker that is placed once; the other takes over, and nobody runs it twice', async () => {
  const { type, log } = recorder('one');
  const leases = memoryLeases();
  const left = await supervise([type], leases as unknown as Store);
  const right = await supervise([type], leases as unknown as Store);
  await left.supervisor.start(spec('x'));
  await eventually(
    () => statusOf(left.supervisor, 'x'),
    (status) => status === 'ok',
  );
  await right.supervisor.startOrThrow(spec('x'));
  expect(right.supervisor.list()).toMatchObject([{ status: 'waiting', started_at: null }]);
  await left.supervisor.stop('x');
  await eventually(
    () => statusOf(right.supervisor, 'x'),
    (status) => status === 'ok',
  );
  expect(log).toEqual(['start x', 'stop x', 'start x']);
});

it('a worker whose lease is lost stops and asks for it again', async () => {
  const { type, log } = recorder('one');
  const leases = memoryLeases();
  const { supervisor } = await supervise([type], leases as unknown as Store);
  await supervisor.start(spec('x'));
  await eventually(
    () => statusOf(supervisor, 'x'),
    (status) => status === 'ok',
  );
  leases.loseAll();
  await eventually(
    () => log,
    (lines) => lines.length === 3,
  );
  expect(log).toEqual(['start x', 'stop x', 'start x']);
});

it('a worker placed once runs without a database, too', async () => {
  const { type } = recorder('one');
  const { supervisor } = await supervise([type]);
  await supervisor.startOrThrow(spec('x'));
  expect(statusOf(supervisor, 'x')).toBe('ok');
});

it('a name is given once, and is free when its worker has stopped', async () => {
  const { type } = recorder();
  const { supervisor } = await supervise([type]);
  await supervisor.start(spec('x'));
  await expect(supervisor.start(spec('x'))).rejects.toThrow(/"x" runs already/);
  const stopping = supervisor.stop('x');
  await supervisor.start(spec('x'));
  await stopping;
  await expect(supervisor.stop('nobody')).rejects.toThrow(/no worker "nobody" runs here/);
});

it('a restart begins a new life with the same options', async () => {
  const { type, log } = recorder();
  const { supervisor } = await supervise([type]);
  await supervisor.startOrThrow(spec('x'));
  await supervisor.restart('x');
  await eventually(
    () => statusOf(supervisor, 'x'),
    (status) => status === 'ok',
  );
  expect(log).toEqual(['start x', 'stop x', 'start x']);
});
