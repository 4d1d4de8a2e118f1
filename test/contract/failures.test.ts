import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFailure, silentLogger, stampMessage, type Broker, type KeyedState } from '@vumi/core';
import { failureWorker } from '@vumi/applications';
import type { Worker, WorkerPorts } from '@vumi/runtime';
import type { Store } from '@vumi/store';
import { eventually } from '../platform.ts';
import { openBrokerPlace, type BrokerPlace } from './broker-place.ts';
import { openStatePlace, type StatePlace } from './state-place.ts';
import { createApp, openQuietStore, openStorePlace, userMessage, type StorePlace } from './store-place.ts';

const QUICK = {
  retry_initial_delay: 0.01,
  retry_max_delay: 0.02,
  retry_granularity: 0.01,
  retry_delivery_period: 0.02,
};

let brokerPlace: BrokerPlace;
let statePlace: StatePlace;
let storePlace: StorePlace;
let broker: Broker;
let state: KeyedState;
let store: Store;

beforeAll(async () => {
  brokerPlace = await openBrokerPlace();
  statePlace = await openStatePlace();
  storePlace = await openStorePlace();
  broker = brokerPlace.broker;
  state = statePlace.state;
  store = await openQuietStore(storePlace.url);
});
afterAll(async () => {
  for (const one of [store, brokerPlace, statePlace, storePlace]) await one[Symbol.asyncDispose]();
});

/** Of a connector that no other test has. */
function startWorker(connector: string, withStore: boolean, options: object = {}): Promise<Worker> {
  const ports = {
    name: `failures_${connector}`,
    broker,
    state,
    store: withStore ? store : null,
    clock: Date.now,
    logger: silentLogger,
    signal: new AbortController().signal,
  };
  return failureWorker.start(
    { transport_name: connector, ...QUICK, ...options },
    ports as unknown as WorkerPorts,
  );
}

async function collect(queue: string): Promise<{ bodies: Record<string, unknown>[] } & AsyncDisposable> {
  const bodies: Record<string, unknown>[] = [];
  const subscription = await broker.consume(
    queue,
    async (body) => void bodies.push(JSON.parse(body) as Record<string, unknown>),
    { prefetch: 10, failuresKey: `${queue}.failures` },
  );
  return { bodies, [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose]() };
}

const publish = (connector: string, ...args: Parameters<typeof createFailure>): Promise<void> =>
  broker.publish(`${connector}.failures`, JSON.stringify(createFailure(...args)));

let connector: string;
beforeEach(() => {
  connector = brokerPlace.queue('mno');
});

describe.each([
  ['with a database', true],
  ['on the keyed state alone', false],
])('the failure worker %s', (_label, withStore) => {
  it('publishes what is temporary again, in order, so many times', async () => {
    await using out = await collect(`${connector}.outbound`);
    await using _worker = await startWorker(connector, withStore, { max_retries: 2 });
    const message = userMessage();
    await publish(connector, message, 'away', 'temporary');
    const [first] = await eventually(
      () => out.bodies,
      (bodies) => bodies.length === 1,
    );
    expect(first).toMatchObject({
      message_id: message.message_id,
      retry_metadata: { retries: 1, delay: 0.01 },
    });
    await publish(connector, first, 'away', 'temporary');
    const [, second] = await eventually(
      () => out.bodies,
      (bodies) => bodies.length === 2,
    );
    expect(second).toMatchObject({ retry_metadata: { retries: 2, delay: 0.02 } });
    await publish(connector, second, 'away', 'temporary');
    await publish(connector, userMessage({ content: 'other' }), 'away', 'temporary');
    await eventually(
      () => out.bodies,
      (bodies) => bodies.length === 3,
    );
    expect(out.bodies[2]).toMatchObject({ content: 'other' });
  });

  it('publishes after a downtime what became due meanwhile, once and in order', async () => {
    const worker = await startWorker(connector, withStore, {
      retry_initial_delay: 0.3,
      retry_max_delay: 0.3,
    });
    for (let index = 0; index < 5; index += 1) {
      await publish(connector, userMessage({ content: String(index) }), 'away', 'temporary');
    }
    await eventually(
      () => worker.gauges()['failures_total'],
      (kept) => kept === 5,
    );
    await worker[Symbol.asyncDispose]();
    await using out = await collect(`${connector}.outbound`);
    await using _again = await startWorker(connector, withStore);
    await eventually(
      () => out.bodies,
      (bodies) => bodies.length >= 5,
    );
    expect(out.bodies.map(({ content }) => content)).toEqual(['0', '1', '2', '3', '4']);
  });
});

it('without a database, what is given up is left in a queue of the dead', async () => {
  await using dead = await collect(`${connector}.failures.dead`);
  await using _worker = await startWorker(connector, false);
  await publish(connector, { some: 'thing' }, 'never', 'permanent', { queue: 'app.inbound' });
  const [body] = await eventually(
    () => dead.bodies,
    (bodies) => bodies.length === 1,
  );
  expect(body).toMatchObject({ message: { some: 'thing' }, reason: 'never', queue: 'app.inbound' });
});

describe('dead letters', () => {
  it('are listed with their reasons, for their account and for administrators', async () => {
    await using _worker = await startWorker(connector, true);
    const ref = await createApp(store);
    const own = stampMessage(userMessage(), ref);
    await publish(connector, own, 'Error: no\n    at worker.js:3', 'permanent', { error: 'app.threw' });
    await publish(connector, userMessage(), 'nobody', 'permanent');
    const all = await eventually(
      () => store.failures.list({ account: null, connector }),
      ({ items }) => items.length === 2,
    );
    // Both were handled at once: nobody knows which was first.
    expect(new Set(all.items.map(({ account }) => account))).toEqual(new Set([null, ref.account]));
    for (const reason of ['ERROR: NO', 'app.threw', 'worker.js']) {
      const { items } = await store.failures.list({ account: ref.account, reason });
      expect(items).toMatchObject([
        { app: ref.app, error: 'app.threw', message_id: own.message_id, state: 'dead' },
      ]);
    }
    expect((await store.failures.list({ account: ref.account, reason: 'nobody' })).items).toEqual([]);
    const [mine] = all.items.slice(1);
    expect(await store.failures.get(ref.account, mine?.id ?? '')).toMatchObject({
      message: { content: 'hello' },
    });
    const [theirs] = all.items;
    await expect(store.failures.get(ref.account, theirs?.id ?? '')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('are replayed once, to where they came from, however often and by whomever that is asked at once', async () => {
    await using out = await collect(`${connector}.inbound`);
    await using _worker = await startWorker(connector, true);
    const message = userMessage();
    await publish(connector, message, 'no', 'permanent', { queue: `${connector}.inbound` });
    const { items } = await eventually(
      () => store.failures.list({ account: null, connector }),
      (page) => page.items.length === 1,
    );
    const id = items[0]?.id ?? '';
    const asked = await Promise.allSettled([1, 2, 3].map(() => store.failures.replay(null, id, 'tester')));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [again] = await eventually(
      () => out.bodies,
      (bodies) => bodies.length === 1,
    );
    expect(again).toMatchObject({ message_id: message.message_id, replay_id: id });
    const settled = await eventually(
      () => store.failures.get(null, id),
      (failure) => failure.state === 'replayed',
    );
    expect(settled).toMatchObject({ settled_by: 'tester', due_at: null });
    expect(out.bodies).toHaveLength(1);
  });

  it('are replayed and dropped by what they have in common', async () => {
    await using out = await collect(`${connector}.inbound`);
    await using _worker = await startWorker(connector, true);
    const queue = `${connector}.inbound`;
    for (let index = 0; index < 4; index += 1) {
      await publish(connector, userMessage(), index < 3 ? 'timeout' : 'nonsense', 'permanent', { queue });
    }
    await eventually(
      () => store.failures.list({ account: null, connector }),
      (page) => page.items.length === 4,
    );
    expect(await store.failures.replayAll({ account: null, connector, reason: 'Timeout' }, 'tester')).toBe(3);
    await eventually(
      () => out.bodies,
      (bodies) => bodies.length === 3,
    );
    expect(await store.failures.dropAll({ account: null, connector }, 'tester')).toBe(1);
    expect((await store.failures.list({ account: null, connector })).items).toEqual([]);
    const dropped = await store.failures.list({ account: null, connector, state: 'dropped' });
    expect(dropped.items).toMatchObject([{ reason: 'nonsense', settled_by: 'tester' }]);
    await expect(store.failures.drop(null, dropped.items[0]?.id ?? '', 'tester')).rejects.toMatchObject({
      code: 'request.conflict',
    });
  });
});
