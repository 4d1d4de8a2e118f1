import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createUserMessage, type Broker, type UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import {
  BAD,
  CommitSteps,
  FAILURES,
  GOOD,
  INBOUND,
  MESSAGE_ID,
  openDisk,
  OUTBOUND,
  type Disk,
} from './commit-steps.ts';

const CHILD = fileURLToPath(new URL('./dies-at-step.fixture.ts', import.meta.url));
const APP = 'app/tests/steps';
/** Far more than the protocol has. */
const MOST_STEPS = 100;

const MESSAGE = createUserMessage({
  message_id: MESSAGE_ID,
  from_addr: '+27761234567',
  to_addr: '8000',
  content: 'hello',
  transport_name: 'steps',
  transport_type: 'ussd',
});

interface End {
  readonly killed: boolean;
  readonly steps: readonly string[];
}

async function runChild(dataDir: string, handler: string, dieAt: number): Promise<End> {
  const child = spawn(process.execPath, [...process.execArgv, CHILD, dataDir, handler, String(dieAt)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the child ended with ${code ?? signal}`);
  return { killed: signal === 'SIGKILL', steps: said.split('\n').filter((line) => line !== '') };
}

interface Found {
  readonly state: Readonly<Record<string, string | null>>;
  readonly sent: readonly UserMessage[];
  readonly failures: readonly { reason: string }[];
}

/** What is in a queue now. */
async function drain(broker: Broker, queue: string): Promise<string[]> {
  const bodies: string[] = [];
  const waiting = await broker.depth(queue);
  const all = Promise.withResolvers<void>();
  if (waiting === 0) all.resolve();
  const consumer = await broker.consume(
    queue,
    async (body) => {
      if (bodies.push(body) >= waiting) all.resolve();
    },
    { prefetch: 100, failuresKey: 'none' },
  );
  await all.promise;
  await consumer[Symbol.asyncDispose]();
  return bodies;
}

/** Gives one message to a process that is killed at a step, and then to one that lives; what came of it. */
async function handleDyingAt(step: number, handler: string, survivor: CommitSteps) {
  const dataDir = await mkdtemp(join(tmpdir(), 'vumi-steps-'));
  try {
    {
      await using before = await openDisk(dataDir);
      await before.broker.publish(INBOUND, JSON.stringify(MESSAGE));
    }
    const end = await runChild(dataDir, handler, step);
    await using after = await openDisk(dataDir);
    if (end.killed && (await after.broker.depth(INBOUND)) > 0) await survivor.handleOne(after, () => {});
    return { end, found: await look(after) };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function look({ broker, state }: Disk): Promise<Found> {
  const keys = [
    `${APP}/shared/seen`,
    `${APP}/shared/said`,
    `${APP}/shared/gone`,
    `${APP}/user/${MESSAGE.from_addr}/visits`,
    'store/metric',
    'store/contact.create',
    'store/schedule.put',
  ];
  const values = await Promise.all(keys.map(async (key) => [key, await state.get(key)] as const));
  expect(await broker.depth(INBOUND)).toBe(0);
  return {
    state: Object.fromEntries(values),
    sent: (await drain(broker, OUTBOUND)).map((body) => JSON.parse(body) as UserMessage),
    failures: (await drain(broker, FAILURES)).map((body) => JSON.parse(body) as { reason: string }),
  };
}

/** As a transport does: of messages with one id the first counts. All of them must be the same. */
function deduplicated(sent: readonly UserMessage[]): string[] {
  const byId = new Map<string, string>();
  for (const message of sent) {
    const text = `${message.to_addr}: ${message.content} (${message.session_event})`;
    expect(byId.get(message.message_id) ?? text).toBe(text);
    byId.set(message.message_id, text);
  }
  return [...byId.values()].toSorted();
}

/** Every step of the protocol, until a process gets through it alive. */
async function atEveryStep(handler: string, check: (found: Found) => void): Promise<string[]> {
  await using survivor = await CommitSteps.start(handler);
  for (let step = 1; step < MOST_STEPS; step++) {
    const { end, found } = await handleDyingAt(step, handler, survivor);
    try {
      check(found);
    } catch (error) {
      throw new Error(`killed at step ${step}, ${end.steps.at(-1)}`, { cause: error });
    }
    if (!end.killed) return [...end.steps];
  }
  throw new Error(`the protocol has more than ${MOST_STEPS} steps`);
}

describe('a platform that is killed at each step of the commit protocol, in turn', () => {
  it('gives the message its effects exactly once', async () => {
    const steps = await atEveryStep(GOOD, ({ state, sent, failures }) => {
      expect(state).toEqual({
        [`${APP}/shared/seen`]: '1',
        [`${APP}/shared/said`]: '"hello"',
        [`${APP}/shared/gone`]: null,
        [`${APP}/user/${MESSAGE.from_addr}/visits`]: '1',
        'store/metric': '1',
        'store/contact.create': '1',
        'store/schedule.put': '1',
      });
      expect(deduplicated(sent)).toEqual([
        '+1: first (null)',
        `${MESSAGE.from_addr}: seen 1 (close)`,
        '+2: second (null)',
      ]);
      expect(failures).toEqual([]);
    });
    process.stdout.write(`steps: ${steps.join(', ')}\n`);
    for (const name of ['the commit', 'publishing', 'the store', 'the message', 'reading'])
      expect(steps).toContain(`after ${name}`);
  });

  it('leaves nothing of a handler that throws but its apology and its failure', async () => {
    const steps = await atEveryStep(BAD, ({ state, sent, failures }) => {
      expect(Object.values(state).filter((value) => value !== null)).toEqual([]);
      expect(deduplicated(sent)).toEqual([
        `${MESSAGE.from_addr}: Sorry, something went wrong. Please try again later. (close)`,
      ]);
      expect(failures.length).toBeGreaterThan(0);
      for (const { reason } of failures) expect(reason).toMatch(/^threw: Error: it must be as if/);
    });
    expect(steps).toContain('after the failure');
  });
});
