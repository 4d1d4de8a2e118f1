import { connectRabbitBroker } from '@vumi/broker';
import { silentLogger } from '@vumi/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isRunning } from '../is-running.ts';
import { createPlace, eventually, startPlatformAt, type Place, type TestPlatform } from '../platform.ts';

let place: Place;
let platform: TestPlatform;

beforeAll(async () => {
  place = await createPlace();
  platform = await startPlatformAt(place, {
    supervisor: { name: 'top' },
    workers: {
      kept: { class: 'supervisor', workers: { counts: { class: 'word_count', transport_name: 'counts' } } },
    },
  });
});

afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

interface Node {
  readonly process: string;
  readonly workers: readonly { readonly name: string; readonly status: string }[];
  readonly supervisors: readonly (Node & { readonly name: string })[];
}

/** The supervisor `child` as it is listed under `top`, when its worker runs in a process that is not `not`. */
async function child(not: string = ''): Promise<Node | undefined> {
  const top = (await platform.client.must('GET', '/workers/top')) as Node;
  return top.supervisors.find(
    ({ name, process, workers }) =>
      name === 'child' &&
      process !== not &&
      workers.some((one) => one.name === 'words' && one.status === 'ok'),
  );
}

it('a supervisor in another process is a worker of this one, and is there again when its process is killed', async () => {
  await platform.client.must('POST', '/workers', {
    operation: 'start_worker',
    worker_name: 'child',
    worker_class: 'supervisor',
    worker_config: { workers: { words: { class: 'word_count', transport_name: 'words' } } },
  });
  const first = await eventually(() => child(), Boolean, 60_000);
  const pid = Number(first?.process.split(':').at(-1));
  expect(pid).not.toBe(process.pid);

  // What it is told to start at run time is its own, and there again as well.
  await platform.client.must('POST', '/workers', {
    operation: 'start_worker',
    worker_name: 'backwards',
    worker_class: 'reverse',
    worker_config: { transport_name: 'backwards' },
    supervisor: 'child',
  });
  process.kill(pid, 'SIGKILL');
  const second = await eventually(() => child(first?.process), Boolean, 60_000);
  const hasBoth = (node: Node | undefined): boolean =>
    node?.workers.some(({ name }) => name === 'backwards') ?? false;
  await eventually(() => child(first?.process), hasBoth, 60_000);

  await platform.client.must('POST', '/workers', { operation: 'stop_worker', worker_name: 'child' });
  await eventually(
    () => isRunning(Number(second?.process.split(':').at(-1))),
    (there) => !there,
    60_000,
  );
}, 180_000);

it('the process is not ready while a worker of its configuration is dead, and is again when that is back', async () => {
  const readyz = async (): Promise<{ status: number; workers: string }> => {
    const response = await fetch(`${platform.client.url}/readyz`);
    const { parts } = (await response.json()) as { parts: { workers: { message: string } } };
    return { status: response.status, workers: parts.workers.message };
  };
  const killKept = async (): Promise<void> => {
    const top = (await platform.client.must('GET', '/workers/top')) as Node;
    const kept = top.supervisors.find(({ name }) => name === 'kept');
    const pid = Number(kept?.process.split(':').at(-1));
    if (Number.isInteger(pid) && isRunning(pid)) process.kill(pid, 'SIGKILL');
  };
  await eventually(readyz, ({ status }) => status === 200, 60_000);
  // Again as soon as it is back, so that nobody has to be quick to see that it is away.
  const dead = await eventually(
    async () => {
      await killKept();
      return readyz();
    },
    ({ status }) => status === 503,
    60_000,
  );
  expect(dead.workers).toBe('not running: kept');
  await eventually(readyz, ({ status }) => status === 200, 60_000);
}, 180_000);

it('a message on RabbitMQ is answered under the key that it names', async () => {
  const { url, namespace } = place.settings['broker'] as { url: string; namespace: string };
  await using broker = await connectRabbitBroker({
    url,
    namespace,
    queueType: 'classic',
    acceptsOtherTypes: true,
    logger: silentLogger,
  });
  const answers: string[] = [];
  const keep = async (body: string): Promise<void> => void answers.push(body);
  await using _asker = await broker.consume('asker', keep, { prefetch: 1, failuresKey: 'asker.failures' });
  const ask = async (request: object): Promise<unknown> => {
    answers.length = 0;
    await broker.publish('top.control', JSON.stringify({ reply_to: 'asker', request_id: '7', ...request }));
    const [answer = ''] = await eventually(
      () => answers,
      ({ length }) => length > 0,
      60_000,
    );
    return JSON.parse(answer);
  };
  const start = { operation: 'start_worker', worker_name: 'told', worker_class: 'reverse' };
  expect(await ask({ ...start, worker_config: { transport_name: 'told' } })).toMatchObject({
    ok: true,
    request_id: '7',
  });
  const running = async (): Promise<readonly Node['workers'][number][]> =>
    ((await platform.client.must('GET', '/workers/top')) as Node).workers;
  await eventually(
    running,
    (all) => all.some(({ name, status }) => name === 'told' && status === 'ok'),
    60_000,
  );
  expect(await ask({ ...start, worker_class: 'reverses' })).toMatchObject({
    ok: false,
    error: { code: 'config.invalid' },
  });
  expect(await ask({ operation: 'stop_worker', worker_name: 'told' })).toMatchObject({ ok: true });
});
