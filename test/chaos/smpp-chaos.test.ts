import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createUserMessage,
  silentLogger,
  sleep,
  VumiError,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { startSmscSimulator, type ScriptInput, type Simulator } from '@vumi/transports/smpp/simulator';
import { describe, expect, it } from 'vitest';
import { openTransportPlace, type TransportPlace } from '../conformance/transport-place.ts';
import { eventually } from '../platform.ts';

/** `npm run chaos` has 20,000. */
const COUNT = Number(process.env['VUMI_CHAOS_MESSAGES'] ?? 2000);
const SEED = Number(process.env['VUMI_CHAOS_SEED'] ?? Math.floor(Math.random() * 0xffffffff));
const AT_ONCE = 200;
const CUT_EVERY = 150;
const PATIENCE_MS = 60_000 + COUNT * 20;
const MEGABYTE = 1024 * 1024;
/** The simulator keeps its newest messages, PDUs and what it has counted; the test its messages and their outcomes. */
const MOST_KEPT = 4000;

/** Cuts at random points, throttling, responses out of order, receipts early and late. */
const CHAOS: ScriptInput = {
  seed: SEED,
  retry_ms: 20,
  message_ids: 'hex',
  receipts: { after_ms: [0, 80] },
  // By rate, as SMSCs throttle: the transport has to find a pace that passes.
  throttle: { rate: 1500, burst: 200 },
  rules: [
    { rate: 0.002, do: { before: 'disconnect' } },
    { rate: 0.002, do: { after: 'disconnect' } },
    { rate: 0.001, do: { before: 'disconnect_mid_pdu' } },
    { rate: 0.001, do: { delay_ms: 5, after: 'disconnect_mid_pdu' } },
    { rate: 0.001, do: { after: 'unbind' } },
    { rate: 0.001, do: { after: 'malformed' } },
    { rate: 0.01, times: 3, do: { status: 'ESME_RMSGQFUL' } },
    { rate: 0.1, do: { receipt: { after_ms: 'before_response' } } },
    { rate: 0.1, do: { receipt: { after_ms: [300, 800], copies: 2 } } },
    { rate: 0.05, do: { receipt: { id: 'upper' } } },
    { rate: 0.3, do: { delay_ms: [0, 40] } },
  ],
};

interface World extends AsyncDisposable {
  readonly smsc: Simulator;
  readonly place: TransportPlace;
}

async function openWorld(policy: 'at-most-once' | 'at-least-once'): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const smsc = stack.use(await startSmscSimulator({ port: 0, logger: silentLogger, script: CHAOS }));
  const place = stack.use(await openTransportPlace());
  await place.start({
    port: smsc.port,
    uncertain_policy: policy,
    window: 50,
    throttle_delay: 0.01,
    initial_reconnect_delay: 0.02,
    max_reconnect_delay: 0.2,
  });
  await eventually(() => smsc.receivers, Boolean);
  const owned = stack.move();
  return { smsc, place, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** As a queue does: what the transport could not take is given to it again. */
async function sendAll(place: TransportPlace, messages: readonly UserMessage[]): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let message = messages[next++]; message !== undefined; message = messages[next++]) {
      for (;;) {
        const refused = await place.send(message).then(
          () => null,
          (error: unknown) => error,
        );
        if (refused === null) break;
        if (!(refused instanceof VumiError)) throw refused;
        await sleep(20);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function outcomeOf(events: readonly TransportEvent[]): string {
  const settled = events.filter(({ event_type: type }) => type !== 'delivery_report');
  const kinds = new Set(
    settled.map((event) =>
      event.transport_metadata['outcome'] === 'uncertain' ? 'uncertain' : event.event_type,
    ),
  );
  return [...kinds].sort().join('+');
}

interface Result {
  readonly outcomes: ReadonlyMap<string, number>;
  readonly onPhones: ReadonlyMap<string, number>;
  readonly unreceipted: number;
  /** By text. */
  readonly outcome: (message: UserMessage) => string;
}

async function run({ smsc, place }: World, messages: readonly UserMessage[]): Promise<Result> {
  const byId = new Map<string, TransportEvent[]>();
  let taken = 0;
  const collect = (): void => {
    for (; taken < place.events.length; taken += 1) {
      const event = place.events[taken];
      if (event === undefined) continue;
      const events = byId.get(event.user_message_id) ?? [];
      byId.set(event.user_message_id, [...events, event]);
    }
  };
  await sendAll(place, messages);
  const outcome = ({ message_id: id }: UserMessage): string => outcomeOf(byId.get(id) ?? []);
  const unreceipted = (): number => {
    collect();
    return messages.filter(
      (message) =>
        outcome(message) === 'ack' &&
        !(byId.get(message.message_id) ?? []).some(
          (event) => 'delivery_status' in event && event.delivery_status === 'delivered',
        ),
    ).length;
  };
  await eventually(unreceipted, (count) => count === 0, 20_000).catch(() => {});
  const onPhones = new Map<string, number>();
  for (const { text, count } of smsc.seen(1)) onPhones.set(text, count);
  const outcomes = new Map<string, number>();
  for (const message of messages) outcomes.set(outcome(message), (outcomes.get(outcome(message)) ?? 0) + 1);
  return { outcomes, onPhones, unreceipted: unreceipted(), outcome };
}

function createMessages(): UserMessage[] {
  return Array.from({ length: COUNT }, (_, index) =>
    createUserMessage({ to_addr: '27761234567', from_addr: '12345', content: `chaos ${index}` }),
  );
}

/** Octets on the heap once all that nobody holds is gone. */
function collectedHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

/** Runs the work, then forgets what the test has kept of it: what stays is what the two sides keep. */
async function withMemory<T>(what: string, place: TransportPlace, work: () => Promise<T>): Promise<T> {
  const before = collectedHeap();
  const startedAt = performance.now();
  const result = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  place.events.length = 0;
  const after = collectedHeap();
  const megabytes = (octets: number): string => (octets / MEGABYTE).toFixed(1);
  process.stdout.write(
    `${what}: ${COUNT} messages, seed ${SEED}, ${seconds.toFixed(1)} s, ` +
      `heap ${megabytes(before)} → ${megabytes(after)} MB, RSS ${megabytes(process.memoryUsage().rss)} MB\n`,
  );
  expect(after - before).toBeLessThan(30 * MEGABYTE + COUNT * MOST_KEPT);
  return result;
}

describe(`chaos between transport and SMSC, seed ${SEED}`, () => {
  it(
    'at-most-once: nothing doubled, nothing lost without a word, every receipt matched',
    async () => {
      await using world = await openWorld('at-most-once');
      const messages = createMessages();
      const result = await withMemory('at-most-once', world.place, () => run(world, messages));
      process.stdout.write(`${JSON.stringify(Object.fromEntries(result.outcomes))}\n`);
      expect(world.smsc.seen(2)).toEqual([]);
      for (const message of messages) {
        const outcome = result.outcome(message);
        expect(['ack', 'uncertain']).toContain(outcome);
        if (outcome === 'ack') expect(result.onPhones.get(String(message.content))).toBe(1);
      }
      expect(result.unreceipted).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'at-least-once: nothing lost, every receipt matched',
    async () => {
      await using world = await openWorld('at-least-once');
      const messages = createMessages();
      const result = await withMemory('at-least-once', world.place, () => run(world, messages));
      process.stdout.write(`${JSON.stringify(Object.fromEntries(result.outcomes))}\n`);
      expect(new Set(result.outcomes.keys())).toEqual(new Set(['ack']));
      expect(result.onPhones.size).toBe(COUNT);
      expect(result.unreceipted).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'inbound: every message of a phone arrives, under one id',
    async () => {
      await using world = await openWorld('at-most-once');
      const { smsc, place } = world;
      const texts = Array.from({ length: COUNT }, (_, index) => `inbound ${index}`);
      await withMemory('inbound', place, async () => {
        let next = 0;
        const worker = async (): Promise<void> => {
          for (let content = texts[next++]; content !== undefined; content = texts[next++]) {
            const injected = smsc.inject({ from_addr: '27761234567', to_addr: '12345', content });
            if (next % CUT_EVERY === 0)
              smsc.fail(next % (2 * CUT_EVERY) === 0 ? 'disconnect_mid_pdu' : 'disconnect');
            await injected;
          }
        };
        await Promise.all(Array.from({ length: AT_ONCE }, worker));
      });
      const ids = new Map(place.inbound.map(({ message_id: id, content }) => [id, content]));
      expect(ids.size).toBe(COUNT);
      expect(new Set(ids.values())).toEqual(new Set(texts));
    },
    PATIENCE_MS,
  );
});
