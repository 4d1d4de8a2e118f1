import { createAck, createDeliveryReport, createFailure, stampMessage, type Transit } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  inbound,
  openMiddlewarePlace,
  outbound,
  through,
  type MiddlewarePlace,
} from '../middleware-place.fixture.ts';
import { logging } from './logging.ts';
import { metrics } from './metrics.ts';
import { storing } from './storing.ts';

const ack = createAck({ user_message_id: 'm1', transport_name: 'smsc' }, 's1');
const event = (stage: Transit['stage']): Transit => ({
  stage,
  connector: 'smsc',
  flow: 'event',
  message: ack,
});
const failure: Transit = {
  stage: 'publish',
  connector: 'smsc',
  flow: 'failure',
  message: createFailure({}, 'broken'),
};

let place: MiddlewarePlace;
beforeEach(async () => {
  place = await openMiddlewarePlace();
});
afterEach(() => place[Symbol.asyncDispose]());

test('logging writes messages at its level and failures at theirs, content and all', async () => {
  const middleware = await through(
    logging,
    { log_level: 'warning', failure_log_level: 'critical' },
    place.ports,
  );
  const transit = inbound({ content: 'hello' });
  for (const each of [transit, event('consume'), failure]) await middleware.send(each);
  expect(place.log).toEqual([
    {
      level: 'warn',
      text: 'Processed inbound message',
      fields: { connector: 'smsc', stage: 'publish', body: transit.message },
    },
    { level: 'warn', text: 'Processed event', fields: { connector: 'smsc', stage: 'consume', body: ack } },
    expect.objectContaining({ level: 'error', text: 'Processed failure' }),
  ]);
});

describe('storing', () => {
  test('records messages with their owner, and events, before they go on; failures never', async () => {
    const middleware = await storing.start({}, place.ports);
    const [came, sent] = [inbound({}, 'consume'), outbound()];
    const stamp = { account: 'demo', app: 'quiz' };
    const owned: Transit = { ...came, flow: 'inbound', message: stampMessage(came.message, stamp) };
    const recordedBefore: number[] = [];
    for (const transit of [owned, sent, event('publish'), failure])
      await middleware.handle(transit, async () => void recordedBefore.push(place.recorded.length));
    expect(place.recorded).toEqual([
      ['inbound', owned.message, stamp, 'received'],
      ['outbound', sent.message, null, 'queued'],
      ['event', ack],
    ]);
    expect(recordedBefore).toEqual([1, 2, 3, 3]);
  });

  test('leaves out what is consumed when it is told to', async () => {
    const middleware = await through(storing, { store_on_consume: false }, place.ports);
    for (const stage of ['consume', 'publish'] as const)
      for (const transit of [inbound({}, stage), outbound({}, stage), event(stage)])
        await middleware.send(transit);
    expect(place.recorded.map(([kind]) => kind)).toEqual(['inbound', 'outbound', 'event']);
  });

  test('does not start without a database', async () => {
    const start = storing.start({}, { ...place.ports, store: null });
    await expect(start).rejects.toMatchObject({ code: 'config.invalid' });
  });
});

describe('metrics', () => {
  test('are counts, and times in seconds, under the names of worker and connector', async () => {
    const middleware = await metrics.start({}, place.ports);
    const took = (ms: number) => async (): Promise<void> => {
      place.now += ms;
    };
    const [first, second] = [inbound({}, 'publish'), inbound({}, 'publish')];
    const report = createDeliveryReport({ user_message_id: 'm1', transport_name: 'smsc' }, 'delivered');
    const told: Transit = { stage: 'publish', connector: 'smsc', flow: 'event', message: report };
    await middleware.handle(first, took(250));
    await middleware.handle(second, took(500));
    await middleware.handle(outbound({ in_reply_to: first.message.message_id }), took(0));
    await middleware.handle(outbound({ in_reply_to: 'of another process' }), took(0));
    await middleware.handle(told, took(0));
    await middleware[Symbol.asyncDispose]();
    const at = Math.floor(place.now / 1000);
    const datapoints: unknown = expect.arrayContaining([
      ['vumi.worker_a.smsc.inbound.count', ['sum'], [[at, 2]]],
      ['vumi.worker_a.smsc.outbound.count', ['sum'], [[at, 2]]],
      ['vumi.worker_a.smsc.event.count', ['sum'], [[at, 1]]],
      ['vumi.worker_a.smsc.event.delivery_report.count', ['sum'], [[at, 1]]],
      [
        'vumi.worker_a.smsc.inbound.time',
        ['avg'],
        [
          [at, 0.25],
          [at, 0.5],
        ],
      ],
      ['vumi.worker_a.smsc.response.time', ['avg'], [[at, 0.75]]],
    ]);
    expect(place.metrics).toEqual([{ datapoints }]);
  });

  test('are published at each interval, and nothing when nothing came', async () => {
    vi.useFakeTimers();
    try {
      const config = { publish_interval: 2, metrics_prefix: 'mine.' };
      const middleware = await through(metrics, config, place.ports);
      await middleware.send(inbound());
      await vi.advanceTimersByTimeAsync(1999);
      expect(place.metrics).toEqual([]);
      await vi.advanceTimersByTimeAsync(4001);
      await middleware[Symbol.asyncDispose]();
      expect(place.metrics).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  test('that cannot be published cost no message', async () => {
    const publishMetrics = (): Promise<void> => Promise.reject(new Error('no broker'));
    const middleware = await through(metrics, {}, { ...place.ports, publishMetrics });
    await middleware.send(inbound());
    await middleware[Symbol.asyncDispose]();
    expect(place.log).toMatchObject([{ level: 'warn' }]);
  });
});
