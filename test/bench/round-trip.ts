import { once } from 'node:events';
import { silentLogger } from '@vumi/core';
import { startSmscSimulator } from '@vumi/transports/smpp/simulator';
import { createPlace, eventually, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { cpuSecondsOf } from './cpu-time.ts';
import { quantileOf } from './quantile.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message) {
    await message.reply('You said: ' + message.content);
  },
});
`;

export interface RoundTrip {
  /** MO → app → MT per second with the window full. */
  readonly rate: number;
  /** Milliseconds from an MO to its reply at a steady 50 per second. */
  readonly p50: number;
  readonly p99: number;
  /** Messages whose reply never came. */
  readonly lost: number;
  readonly doubled: number;
  /** Milliseconds of CPU for each message, of the platform's processes (an embedded Postgres with them). */
  readonly cpuMs: number;
}

/**
 * The main job as an SMSC sees it: texts in, replies out, over TCP against a platform in a process of its own, with
 * receipts, rows and durable queues. The backend is that of VUMI_TEST_BACKEND.
 */
export async function benchRoundTrip(count: number, window: number): Promise<RoundTrip> {
  await using place = await createPlace();
  await using smsc = await startSmscSimulator({ port: 0, script: { window }, logger: silentLogger });
  const transport = {
    type: 'smpp',
    host: '127.0.0.1',
    port: smsc.port,
    system_id: 'bench',
    password: 'bench',
  };
  await using platform = await PlatformProcess.create(place, { transports: { peer: transport } });
  await platform.start();
  const { client } = platform;
  await client.must('POST', '/accounts', { name: 'bench' });
  await client.must('PUT', '/accounts/bench/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/accounts/bench/routes/echo', {
    app: 'echo',
    transport: 'peer',
    to_addr: '8000',
  });

  let answered = 0;
  const begin = (): void => {
    replies.clear();
    answered = 0;
  };
  const replies = new Map<string, { sentAt: number; ms: number; count: number }>();
  using _listener = smsc.onMessage(({ to_addr }) => {
    const reply = replies.get(to_addr);
    if (reply === undefined) return;
    reply.count += 1;
    if (reply.count > 1) return;
    reply.ms = performance.now() - reply.sentAt;
    answered += 1;
  });
  const say = async (phone: string): Promise<void> => {
    replies.set(phone, { sentAt: performance.now(), ms: 0, count: 0 });
    await smsc.inject({ from_addr: phone, to_addr: '8000', content: 'How are you today?' });
  };

  await flood(500, window, (index) => say(`+2770${String(index).padStart(7, '0')}`));
  await eventually(
    () => answered,
    (seen) => seen === 500,
    30_000,
  );

  begin();
  const startedAt = performance.now();
  const cpuBefore = cpuSecondsOf(platform.pid);
  await flood(count, window, (index) => say(`+2771${String(index).padStart(7, '0')}`));
  await eventually(
    () => answered,
    (seen) => seen === count,
    60_000,
  ).catch(() => {});
  const rate = answered / ((performance.now() - startedAt) / 1000);
  const cpuMs = (1000 * (cpuSecondsOf(platform.pid) - cpuBefore)) / count;
  const lost = count - answered;

  const flooded = [...replies.values()].filter((reply) => reply.count > 1).length;
  begin();
  await steadily(500, 20, (index) => say(`+2772${String(index).padStart(7, '0')}`));
  await eventually(
    () => answered,
    (seen) => seen === 500,
    30_000,
  );
  const times = Array.from(replies.values(), ({ ms }) => ms);
  return { rate, p50: quantileOf(times, 0.5), p99: quantileOf(times, 0.99), lost, doubled: flooded, cpuMs };
}

/** Runs `work` for 0 … count-1 with at most `window` under way. */
async function flood(count: number, window: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: window }, lane));
}

async function steadily(
  count: number,
  everyMs: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  const running: Promise<void>[] = [];
  const ticks = new EventTarget();
  const timer = setInterval(() => {
    running.push(work(running.length));
    if (running.length === count) ticks.dispatchEvent(new Event('done'));
  }, everyMs);
  await once(ticks, 'done');
  clearInterval(timer);
  await Promise.all(running);
}
