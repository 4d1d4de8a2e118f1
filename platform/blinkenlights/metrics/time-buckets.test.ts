import { EXCHANGES, METRICS_KEY } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Datapoint } from './datapoint.ts';
import { openMetricsPlace, type MetricsPlace } from './metrics-place.fixture.ts';
import { timeBucketWorker } from './time-bucket-worker.ts';
import { aggregatorOf, splitByTime, timeKey } from './time-buckets.ts';

/** Spec vumi-core §7: with 4 buckets, of `vumi.test.<name>` in time bucket `key`. */
const vectors: readonly (readonly [name: string, key: number, bucket: number])[] = [
  ['foo', 246, 2],
  ['foo', 247, 2],
  ['bar', 248, 1],
];

test.each(vectors)('vumi.test.%s of time bucket %i is of bucket %i of 4', (name, key, bucket) => {
  expect(aggregatorOf(`vumi.test.${name}`, key, 4)).toBe(bucket);
});

test('times are keyed by whole buckets; seconds are cut as Vumi cuts them', () => {
  expect([1230, 1234.9, 1235].map((at) => timeKey(at, 5))).toEqual([246, 246, 247]);
});

test('values are split by time bucket in their order', () => {
  const datapoint: Datapoint = [
    'a',
    ['sum'],
    [
      [1230, 1],
      [1236, 2],
      [1231, 3],
    ],
  ];
  expect([...splitByTime(datapoint, 5)]).toEqual([
    [
      246,
      [
        'a',
        ['sum'],
        [
          [1230, 1],
          [1231, 3],
        ],
      ],
    ],
    [247, ['a', ['sum'], [[1236, 2]]]],
  ]);
});

let place: MetricsPlace;
beforeEach(async () => {
  place = await openMetricsPlace();
});
afterEach(() => place[Symbol.asyncDispose]());

const given: readonly Datapoint[] = [
  [
    'vumi.test.foo',
    ['avg', 'max'],
    [
      [1230, 1],
      [1235, 2],
      [1231, 3],
    ],
  ],
  ['vumi.test.bar', ['sum'], [[1241, 4]]],
  ['vumi.test.empty', ['sum'], []],
];

test('each metric of a time bucket goes to its aggregator, one in a message', async () => {
  const [one, two] = [
    await place.listen(EXCHANGES.buckets, 'bucket.1'),
    await place.listen(EXCHANGES.buckets, 'bucket.2'),
  ];
  const worker = await place.start(timeBucketWorker, { buckets: 4, bucket_size: 5 });
  await place.send(EXCHANGES.metrics, METRICS_KEY, ...given);
  await eventually(
    () => [one.length, two.length],
    ([a, b]) => a === 1 && b === 2,
  );
  expect(two).toEqual([
    [
      [
        'vumi.test.foo',
        ['avg', 'max'],
        [
          [1230, 1],
          [1231, 3],
        ],
      ],
    ],
    [['vumi.test.foo', ['avg', 'max'], [[1235, 2]]]],
  ]);
  expect(one).toEqual([[['vumi.test.bar', ['sum'], [[1241, 4]]]]]);
  expect(worker.gauges()).toEqual({ datapoints_total: 3 });
});

test('those for one aggregator may share a message', async () => {
  const heard = await place.listen(EXCHANGES.buckets, 'bucket.0');
  await place.start(timeBucketWorker, { buckets: 1, bucket_size: 5, datapoints_per_message: 2 });
  await place.send(EXCHANGES.metrics, METRICS_KEY, ...given);
  await eventually(
    () => heard,
    (all) => all.length === 2,
  );
  expect(heard.map((datapoints) => datapoints.length)).toEqual([2, 1]);
});

test('what is no metric message is dropped with a warning, and the next one is taken', async () => {
  const heard = await place.listen(EXCHANGES.buckets, 'bucket.0');
  await place.start(timeBucketWorker, { buckets: 1, bucket_size: 5 });
  for (const body of ['{', '{"datapoints": [["a"]]}', '{"datapoints": [["a", ["sum"], [[1, null]]]]}'])
    await place.broker.publish(METRICS_KEY, body, EXCHANGES.metrics);
  await place.send(EXCHANGES.metrics, METRICS_KEY, ['a', ['sum'], [[1230, 1]]]);
  await eventually(
    () => heard,
    (all) => all.length === 1,
  );
  expect(place.complaints).toEqual(Array.from({ length: 3 }, () => 'no metric message: dropped'));
});

test('options say what is missing', async () => {
  const start = place.start(timeBucketWorker, { buckets: 3 });
  await expect(start).rejects.toMatchObject({ code: 'config.invalid', message: '"bucket_size" is missing' });
});
