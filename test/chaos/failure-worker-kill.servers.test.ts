import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFailure, createUserMessage, type UserMessage } from '@vumi/core';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { eventually } from '../platform.ts';
import { PythonPeer } from '../python-peer.ts';
import { startWorker } from './start-worker.ts';

const MESSAGES = 300;
const KILLS = 3;

const startFailureWorker = (words: readonly string[]): Promise<ChildProcess> =>
  startWorker(['failure_worker', ...words]);

test('a failure worker that is killed again and again tries every message again, with its number of retries', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'vumi-failures-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const python = stack.use(await PythonPeer.connect());
  const options = { transport_name: 'lines', retry_granularity: 1, retry_delivery_period: 0.2 };
  await writeFile(join(folder, 'failures.yaml'), stringify(options));
  const own = ['--config', join(folder, 'failures.yaml'), '--data-dir', folder, '--log-level', 'silent'];
  const words = [...own, '--broker-url', python.url, '--broker-namespace', python.namespace];
  const retried = (await python.listen('lines', 'outbound')) as readonly UserMessage[];
  const ids = (): Set<string> => new Set(retried.map(({ message_id }) => message_id));

  let worker = await startFailureWorker(words);
  stack.defer(() => void worker.kill('SIGKILL'));
  const sent = Array.from({ length: MESSAGES }, (_, index) =>
    createUserMessage({ to_addr: '+27761234567', from_addr: '8000', content: `text ${index}` }),
  );
  for (const message of sent)
    await python.publish('lines', 'failures', createFailure(message, 'the network is away', 'temporary'));
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await eventually(ids, ({ size }) => size >= ((kill - 1) * MESSAGES) / (KILLS + 1));
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    worker = await startFailureWorker(words);
  }
  await eventually(ids, ({ size }) => size === MESSAGES);
  expect(ids()).toEqual(new Set(sent.map(({ message_id }) => message_id)));
  // Each was tried once; what comes twice, because it was published when the worker died, says the same.
  for (const { retry_metadata: said } of retried as readonly (UserMessage & { retry_metadata?: unknown })[])
    expect(said).toMatchObject({ retries: 1 });
});
