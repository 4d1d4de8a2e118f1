import { silentLogger } from '@vumi/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startMetricManager, type MetricManagerOptions } from './manager.ts';

const AT = 1_334_567_890;
let now: number;
let published: unknown[];

beforeEach(() => {
  now = AT * 1000 + 999;
  published = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start(options: MetricManagerOptions = { prefix: 'vumi.worker0.' }) {
  const publish = async (body: string): Promise<void> => void published.push(JSON.parse(body));
  return startMetricManager(options, { publish, clock: () => now, logger: silentLogger });
}

test('what is counted travels as Vumi writes it (spec vumi-core §7)', async () => {
  const manager = start();
  manager.count('my.count').inc();
  await manager.publish();
  expect(published).toEqual([{ datapoints: [['vumi.worker0.my.count', ['sum'], [[AT, 1]]]] }]);
});

test('metrics are published every 5 seconds, the first time after 5, with or without values', async () => {
  const manager = start();
  const metric = manager.metric('a', ['min', 'avg']);
  metric.set(1.5);
  await vi.advanceTimersByTimeAsync(4999);
  expect(published).toEqual([]);
  await vi.advanceTimersByTimeAsync(5001);
  expect(published).toEqual([
    { datapoints: [['vumi.worker0.a', ['avg', 'min'], [[AT, 1.5]]]] },
    { datapoints: [['vumi.worker0.a', ['avg', 'min'], []]] },
  ]);
  await manager[Symbol.asyncDispose]();
});

test('counts of one second are one sum, those of another second another', async () => {
  const manager = start();
  const count = manager.count('c');
  count.inc();
  count.inc(2);
  now += 1000;
  count.inc();
  await manager.publish();
  expect(published).toEqual([
    {
      datapoints: [
        [
          'vumi.worker0.c',
          ['sum'],
          [
            [AT, 3],
            [AT + 1, 1],
          ],
        ],
      ],
    },
  ]);
});

test('timers measure seconds, each measurement once, several at the same time', async () => {
  const manager = start();
  const timer = manager.timer('t');
  const first = timer.start();
  now += 250;
  const second = timer.start();
  now += 500;
  for (const one of [second, first, first]) one[Symbol.dispose]();
  await manager.publish();
  expect(published).toEqual([
    {
      datapoints: [
        [
          'vumi.worker0.t',
          ['avg'],
          [
            [AT + 1, 0.5],
            [AT + 1, 0.75],
          ],
        ],
      ],
    },
  ]);
});

test('a oneshot is published once, and one name may have several aggregators', async () => {
  const manager = start();
  manager.oneshot('x', 3, ['last']);
  manager.oneshot('x', 4, ['sum']);
  manager.oneshot('x', 4, ['sum']);
  await manager.publish();
  await manager.publish();
  expect(published).toEqual([
    {
      datapoints: [
        ['vumi.worker0.x', ['last'], [[AT, 3]]],
        ['vumi.worker0.x', ['sum'], [[AT, 8]]],
      ],
    },
  ]);
});

test('a name is taken once', () => {
  const manager = start();
  manager.count('a');
  expect(() => manager.metric('a')).toThrow('there is a metric "vumi.worker0.a" already');
});

test('of more values than an interval may have the newest are kept', async () => {
  const manager = start();
  const metric = manager.metric('a');
  for (let value = 0; value < 1200; value += 1) metric.set(value);
  await manager.publish();
  const [message] = published as [{ datapoints: [[string, string[], [number, number][]]] }];
  const values = message.datapoints[0][2];
  expect(values).toHaveLength(1000);
  expect(values[0]).toEqual([AT, 200]);
});

test('what is left is published at the end', async () => {
  const manager = start({ prefix: '', publishInterval: 60 });
  manager.oneshot('last.words', 1);
  await manager[Symbol.asyncDispose]();
  expect(published).toHaveLength(1);
});
