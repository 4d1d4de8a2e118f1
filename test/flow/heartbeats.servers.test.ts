import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { HEARTBEAT_KEY } from '@vumi/core';
import amqp, { type ChannelModel } from 'amqplib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { requireServer } from '../backend.ts';
import { startWorker } from '../chaos/start-worker.ts';
import { createVumiPeer } from '../contract/vumi-peer.ts';
import { eventually } from '../platform.ts';

const INTERVAL_S = 1;
const namespace = `test_${randomBytes(6).toString('hex')}`;
let folder: string;
let url: string;
let connection: ChannelModel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-heartbeats-'));
  url = await requireServer('broker');
  connection = await amqp.connect(url);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  const channel = await connection.createChannel();
  const names = ['monitor', 'words', 'backwards'];
  for (const name of names)
    for (const kind of ['inbound', 'event', 'outbound', 'control'])
      await channel.deleteQueue(`${namespace}.${name}.${kind}`);
  for (const queue of [HEARTBEAT_KEY, 'supervisors.control'])
    await channel.deleteQueue(`${namespace}.${queue}`);
  for (const exchange of ['vumi', 'vumi.health']) await channel.deleteExchange(`${namespace}.${exchange}`);
  await connection.close();
});

/** A worker in a process of its own, on RabbitMQ alone. */
async function start(word: string, name: string, options: object): Promise<ChildProcess> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, stringify({ worker_name: name, ...options }));
  const own = ['--config', file, '--data-dir', join(folder, name), '--log-level', 'info'];
  const words = [word, ...own, '--broker-url', url, '--broker-namespace', namespace, '--system-id', 'clinic'];
  return startWorker(words, { VUMI_HEARTBEAT_INTERVAL: String(INTERVAL_S) });
}

/** What its log says of components: the last level of each. */
function levelsIn(monitor: ChildProcess): ReadonlyMap<string, string> {
  const levels = new Map<string, string>();
  monitor.stderr?.on('data', (text: string) => {
    for (const line of text.split('\n')) {
      const found = /"component":"([^"]+)","status":"(\w+)","type":"([\w-]+)"/.exec(line);
      if (found !== null) levels.set(found[1] ?? '', `${found[2]} ${found[3]}`);
    }
  });
  return levels;
}

test('a monitor on RabbitMQ alone misses a worker whose process is killed, and hears it again', async () => {
  await using stack = new AsyncDisposableStack();
  const end = (child: ChildProcess): void => void child.kill('SIGKILL');
  const heard: Record<string, unknown>[] = [];
  const python = createVumiPeer(connection, `${namespace}.vumi.health`, `${namespace}.`);
  await python.consume(HEARTBEAT_KEY, async (beat) => void heard.push(beat));

  // As in the file of a Vumi: of the worker `words` there must be two processes.
  const monitored = {
    any: {
      system_id: 'clinic',
      workers: { a: { name: 'words', min_procs: 2 }, b: { name: 'backwards', min_procs: 1 } },
    },
  };
  const monitor = await start('vumi.blinkenlights.heartbeat.monitor.HeartBeatMonitor', 'monitor', {
    deadline: 3 * INTERVAL_S,
    monitored_systems: monitored,
    redis_manager: { FAKE_REDIS: 'yes' },
  });
  stack.defer(() => end(monitor));
  const levels = levelsIn(monitor);
  const words = await start('vumi.demos.words.EchoWorker', 'words', { transport_name: 'words' });
  stack.defer(() => end(words));
  const backwards = await start('vumi.demos.words.ReverseWorker', 'backwards', {
    transport_name: 'backwards',
  });
  stack.defer(() => end(backwards));

  await eventually(
    () => levels.get('clinic:words'),
    (level) => level === 'degraded min-procs-fail',
  );
  await eventually(() => heard.some((beat) => beat['worker_id'] === 'clinic:backwards'), Boolean);
  end(backwards);
  await once(backwards, 'exit');
  await eventually(
    () => levels.get('clinic:backwards'),
    (level) => level === 'down min-procs-fail',
  );
  const again = await start('vumi.demos.words.ReverseWorker', 'backwards', { transport_name: 'backwards' });
  stack.defer(() => end(again));
  await eventually(
    () => levels.get('clinic:backwards'),
    (level) => level === 'ok beating',
  );

  // What a Python Vumi's monitor asserts of each beat, and what it counts by.
  for (const beat of heard) {
    expect(beat).toMatchObject({
      version: '20130319',
      system_id: expect.any(String),
      worker_id: `${String(beat['system_id'])}:${String(beat['worker_name'])}`,
      hostname: hostname(),
      pid: expect.any(Number),
      timestamp: expect.any(Number),
    });
  }
  const ofWords = heard.filter((beat) => beat['worker_id'] === 'clinic:words');
  expect(new Set(ofWords.map(({ pid }) => pid))).toEqual(new Set([words.pid]));
});
