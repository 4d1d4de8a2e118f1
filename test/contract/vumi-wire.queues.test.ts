import { applicationOptions, defineApplication } from '@vumi/applications';
import { queueConnector } from '@vumi/broker';
import { applicationEnd, createUserMessage, routingKey, type BodyHandler } from '@vumi/core';
import { workerTypes } from '@vumi/host';
import type { WorkerPorts } from '@vumi/runtime';
import { MemoryState } from '@vumi/state/memory';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrokerPlace, type BrokerPlace } from './broker-place.ts';
import { createGate } from './gate.ts';

/** Vumi's `amqp_prefetch_count` of a worker that names none. */
const VUMIS_DEFAULT = 20;

describe('what re-implementers miss about queues (spec vumi-core §9)', () => {
  let place: BrokerPlace;
  beforeAll(async () => {
    place = await openBrokerPlace();
  });
  afterAll(() => place[Symbol.asyncDispose]());

  const consume = (queue: string, handle: BodyHandler, prefetch = 1) =>
    place.broker.consume(queue, handle, { prefetch, failuresKey: `${queue}.failures` });
  const publish = (queue: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => place.broker.publish(queue, `{"n":${n}}`)));

  test.each([
    ['20, as of a Vumi that names none,', VUMIS_DEFAULT, 20],
    ['0, as of a Vumi that says null,', 0, 30],
  ])('3: with a prefetch of %s a consumer holds %i', async (_label, prefetch, held) => {
    const queue = place.queue();
    const gate = createGate();
    let holding = 0;
    const hold = async (): Promise<void> => {
      holding += 1;
      await gate.passed;
    };
    await using _ = await consume(queue, hold, prefetch);
    await publish(queue, 30);
    await expect.poll(() => holding).toBe(held);
    await expect.poll(() => place.broker.depth(queue)).toBe(30 - held);
    expect(holding).toBe(held);
    gate.open();
    await expect.poll(() => holding).toBe(30);
  });

  const types = workerTypes.filter(({ type }) =>
    /^(routing_table_)?dispatcher$|static_reply|http_relay/.test(type),
  );
  test.each(types)('3: the worker $type takes null for its prefetch, and 20', ({ configSchema }) => {
    for (const amqp_prefetch_count of [null, 0, 20, undefined]) {
      const { issues = [] } = configSchema.safeParse({ amqp_prefetch_count }).error ?? {};
      expect(issues.filter(({ path }) => path[0] === 'amqp_prefetch_count')).toEqual([]);
    }
  });

  test('4: a handler that fails counts as done, so that a consumer can stop', async () => {
    const queue = place.queue();
    let failed = 0;
    const fail = async (): Promise<void> => {
      failed += 1;
      throw new Error('of a handler');
    };
    const consumer = await consume(queue, fail, 5);
    await publish(queue, 5);
    await expect.poll(() => failed).toBeGreaterThan(4);
    await consumer.pause();
    await consumer[Symbol.asyncDispose]();
  });

  test('5: a pause settles when what is in the handler is through, and no more is handed over', async () => {
    const queue = place.queue();
    const gate = createGate();
    const order: string[] = [];
    await using consumer = await consume(
      queue,
      async () => {
        order.push('begun');
        await gate.passed;
        order.push('handled');
      },
      2,
    );
    await publish(queue, 3);
    await expect.poll(() => order).toEqual(['begun', 'begun']);
    const paused = consumer.pause().then(() => order.push('paused'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(['begun', 'begun']);
    gate.open();
    await paused;
    expect(order).toEqual(['begun', 'begun', 'handled', 'handled', 'paused']);
    await consumer.resume();
    await expect.poll(() => order.length).toBe(7);
  });

  test('5: a consumer that is paused stops without taking what it holds', async () => {
    const queue = place.queue();
    const got: string[] = [];
    const paused = await consume(queue, async (body) => void got.push(body), 10);
    await paused.pause();
    await publish(queue, 2);
    await paused[Symbol.asyncDispose]();
    expect(got).toEqual([]);
    await using _ = await consume(queue, async (body) => void got.push(body));
    await expect.poll(() => got).toEqual(['{"n":0}', '{"n":1}']);
  });

  test('6: what was in the queue before a worker started comes when it has set itself up', async () => {
    const connector = queueConnector(place.broker, place.queue());
    await connector.inbound.publish(createUserMessage({ from_addr: '1', to_addr: '2', content: 'early' }));
    const setUp = createGate();
    const order: unknown[] = [];
    const application = defineApplication({
      type: 'slow_to_start',
      summary: 'takes its time',
      configSchema: z.strictObject(applicationOptions),
      async start() {
        await setUp.passed;
        order.push('set up');
        return { onMessage: async ({ content }) => void order.push(content) };
      },
    });
    const ports = {
      name: 'worker',
      ends: { application: () => applicationEnd(connector) },
      store: null,
      state: new MemoryState(),
      signal: new AbortController().signal,
    } as unknown as WorkerPorts;
    const starting = application.start({ transport_name: connector.name }, ports);
    await expect.poll(() => place.broker.depth(routingKey(connector.name, 'inbound'))).toBe(1);
    expect(order).toEqual([]);
    setUp.open();
    await using _ = await starting;
    await expect.poll(() => order).toEqual(['set up', 'early']);
  });

  test('§2: what a handler rejects ends no consumer, where Vumi went deaf', async () => {
    const queue = place.queue();
    const got: string[] = [];
    await using _ = await consume(queue, async (body) => {
      if (body === 'not JSON') JSON.parse(body);
      got.push(body);
    });
    await place.broker.publish(queue, 'not JSON');
    await place.broker.publish(queue, '{}');
    await expect.poll(() => got).toEqual(['{}']);
  });
});
