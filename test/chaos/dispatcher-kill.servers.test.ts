import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAck, createUserMessage, sleep } from '@vumi/core';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { eventually } from '../platform.ts';
import { PythonPeer } from '../python-peer.ts';
import { startWorker } from './start-worker.ts';

const USERS = 50;
const KILLS = 3;
/** Messages of each flow that arrive before the next kill. */
const BETWEEN = 100;

const startDispatcher = (words: readonly string[]): Promise<ChildProcess> =>
  startWorker(['--worker-class', 'vumi.dispatchers.BaseDispatchWorker', ...words]);

test('a dispatcher that is killed again and again loses nothing, and sends twice only what it took twice', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'vumi-dispatcher-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const python = stack.use(await PythonPeer.connect());
  const config = {
    transport_names: ['smpp'],
    exposed_names: ['quiz', 'archive'],
    router_class: 'vumi.dispatchers.SimpleDispatchRouter',
    route_mappings: { smpp: ['quiz', 'archive'] },
  };
  await writeFile(join(folder, 'dispatcher.yaml'), stringify(config));
  const own = ['--config', join(folder, 'dispatcher.yaml'), '--data-dir', folder, '--log-level', 'silent'];
  const words = [...own, '--broker-url', python.url, '--broker-namespace', python.namespace];
  const arrived = [
    await python.listen('quiz', 'inbound'),
    await python.listen('archive', 'inbound'),
    await python.listen('quiz', 'event'),
    await python.listen('archive', 'event'),
    await python.listen('smpp', 'outbound'),
  ];
  const sent = { inbound: [] as string[], events: [] as string[], outbound: [] as string[] };
  const publish = async (number: number): Promise<void> => {
    const user = `+2783${number % USERS}`;
    const mo = createUserMessage({ from_addr: user, to_addr: '8000', transport_name: 'smpp' });
    const mt = createUserMessage({ from_addr: '8000', to_addr: user, transport_name: 'smpp' });
    const ack = createAck({ user_message_id: mt.message_id, transport_name: 'smpp' }, `smsc-${number}`);
    sent.inbound.push(mo.message_id);
    sent.events.push(ack.event_id);
    sent.outbound.push(mt.message_id);
    await python.publish('smpp', 'inbound', mo);
    await python.publish('smpp', 'event', ack);
    await python.publish('quiz', 'outbound', mt);
  };
  // Its first life makes the queues that it takes from.
  let dispatcher = await startDispatcher(words);
  stack.defer(() => void dispatcher.kill('SIGKILL'));
  const load = new AbortController();
  stack.defer(() => load.abort());
  const loading = (async () => {
    for (let number = 0; !load.signal.aborted; number += 1) {
      await publish(number);
      if (number % 2 === 0) await sleep(5);
    }
  })();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const before = arrived.map(({ length }) => length);
    await eventually(() => arrived.every((got, flow) => got.length > (before[flow] ?? 0) + BETWEEN), Boolean);
    dispatcher.kill('SIGKILL');
    await once(dispatcher, 'exit');
    dispatcher = await startDispatcher(words);
  }
  load.abort();
  await loading;
  const wanted = [sent.inbound, sent.inbound, sent.events, sent.events, sent.outbound];
  const lost = (): number[] =>
    arrived.map((got, flow) => {
      const ids = new Set(got.map(idOf));
      return (wanted[flow] ?? []).filter((id) => !ids.has(id)).length;
    });
  await eventually(lost, (counts) => counts.every((count) => count === 0));
  // What came twice is the same message under the same id.
  const distinct = arrived.map((got) => new Set(got.map((body) => JSON.stringify(body))).size);
  expect(distinct).toEqual(wanted.map(({ length }) => length));
});

function idOf({ message_id, event_id }: Readonly<Record<string, unknown>>): string {
  return String(event_id ?? message_id);
}
