import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGGREGATES_KEY, EXCHANGES } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Aggregation } from './aggregation.ts';
import { aggregatorWorker } from './aggregator-worker.ts';
import { loadAggregators } from './aggregators.ts';
import type { Datapoint } from './datapoint.ts';
import { openMetricsPlace, type MetricsPlace } from './metrics-place.fixture.ts';

const aggregators = await loadAggregators({});

describe('an aggregator (spec vumi-core §7)', () => {
  let refused: string[];
  let aggregation: Aggregation;
  beforeEach(() => {
    refused = [];
    const refuse = (reason: string): void => void refused.push(reason);
    // Time bucket 246 is 1230 to 1235.
    aggregation = new Aggregation({ size: 5, lag: 5, aggregators, refuse }, 1231);
  });

  test('waits for a time bucket until the lag after its end is over', () => {
    aggregation.add([
      'a',
      ['sum'],
      [
        [1230, 1],
        [1234, 2],
      ],
    ]);
    expect(aggregation.takeDue(1239.9)).toEqual([]);
    expect(aggregation.waiting).toBe(2);
    expect(aggregation.takeDue(1240)).toEqual([['a.sum', [], [[1230, 3]]]]);
    expect(aggregation.waiting).toBe(0);
    expect(refused).toEqual([]);
  });

  test('unites the aggregators that are asked for, and the values in the order of their times', () => {
    aggregation.add(['a', ['last', 'min'], [[1232, 7]]]);
    aggregation.add([
      'a',
      ['avg', 'last', 'max', 'sum'],
      [
        [1234, 5],
        [1231, 6],
      ],
    ]);
    expect(aggregation.takeDue(1300)).toEqual([
      ['a.last', [], [[1230, 5]]],
      ['a.min', [], [[1230, 5]]],
      ['a.avg', [], [[1230, 6]]],
      ['a.max', [], [[1230, 7]]],
      ['a.sum', [], [[1230, 18]]],
    ]);
  });

  test('discards with an error what comes for a time bucket that it has handled', () => {
    aggregation.takeDue(1245);
    aggregation.add(['a', ['sum'], [[1234, 1]]]);
    aggregation.add(['a', ['sum'], [[1240, 1]]]);
    expect(aggregation.takeDue(1250)).toEqual([['a.sum', [], [[1240, 1]]]]);
    expect(refused).toEqual(['metrics came too late for their time bucket']);
  });

  test('takes, when it starts, what the lag allows, and nothing older', () => {
    for (const at of [1219, 1220, 1225]) aggregation.add([`at_${at}`, ['sum'], [[at, 1]]]);
    expect(aggregation.takeDue(1236).map(([name]) => name)).toEqual(['at_1220.sum', 'at_1225.sum']);
    expect(refused).toHaveLength(1);
  });

  test('hands out all at its end, but for what is too late', () => {
    aggregation.add(['a', ['sum'], [[1234, 1]]]);
    aggregation.add(['b', ['sum'], [[9999, 1]]]);
    aggregation.add(['c', ['sum'], [[5, 1]]]);
    expect(aggregation.takeAll().map(([name]) => name)).toEqual(['a.sum', 'b.sum']);
    expect(refused).toHaveLength(1);
  });

  test('leaves an unknown aggregator out and does the others', () => {
    aggregation.add(['a', ['p95', 'sum'], [[1234, 1]]]);
    expect(aggregation.takeDue(1300)).toEqual([['a.sum', [], [[1230, 1]]]]);
    expect(refused).toEqual(['no such aggregator: give its file under "aggregators"']);
  });

  test('ignores a datapoint without values, and refuses what would fill the memory', () => {
    aggregation.add(['a', ['sum'], []]);
    expect(aggregation.takeDue(1300)).toEqual([]);
    const many = Array.from({ length: 600_000 }, () => [1295, 1] as const);
    for (const name of ['a', 'b']) aggregation.add([name, ['sum'], many]);
    expect(aggregation.waiting).toBe(600_000);
    expect(refused).toEqual(['too many values wait to be aggregated']);
    expect(aggregation.takeAll()).toEqual([['a.sum', [], [[1295, 600_000]]]]);
  });
});

test.each([
  ['sum', [1, 2, 6], 9],
  ['avg', [1, 2, 6], 3],
  ['min', [2, 1, 6], 1],
  ['max', [2, 6, -1], 6],
  ['max', [-3, -1], -1],
  ['last', [2, 6, -1], -1],
  ['sum', [], 0],
  ['avg', [], 0],
  ['min', [], 0],
  ['max', [], 0],
  ['last', [], 0],
])('%s of %j is %d', (name, values, result) => {
  expect(aggregators.get(name)?.(values)).toBe(result);
});

describe('the worker', () => {
  let place: MetricsPlace;
  let folder: string;
  beforeEach(async () => {
    place = await openMetricsPlace();
    folder = await mkdtemp(join(tmpdir(), 'vumi-aggregator-'));
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const values: Datapoint = [
    'vumi.a',
    ['sum', 'avg'],
    [
      [1_334_567_886, 1],
      [1_334_567_886, 2],
    ],
  ];

  test('publishes an aggregate a message when a time bucket is over, under the name and its aggregator', async () => {
    const heard = await place.listen(EXCHANGES.aggregates, AGGREGATES_KEY);
    const worker = await place.start(aggregatorWorker, { bucket: 3, bucket_size: 1, lag: 5 });
    await place.send(EXCHANGES.buckets, 'bucket.3', values);
    await eventually(
      () => worker.gauges(),
      ({ values_waiting: waiting }) => waiting === 2,
    );
    expect(heard).toEqual([]);
    place.now += 60_000;
    await eventually(
      () => heard,
      (all) => all.length === 2,
    );
    expect(heard).toEqual([
      [['vumi.a.sum', [], [[1_334_567_886, 3]]]],
      [['vumi.a.avg', [], [[1_334_567_886, 1.5]]]],
    ]);
  });

  test('publishes what it holds when it stops, with an aggregator of one’s own', async () => {
    const file = join(folder, 'count.ts');
    await writeFile(file, 'export default { aggregate: (values) => values.length };\n');
    const heard = await place.listen(EXCHANGES.aggregates, AGGREGATES_KEY);
    const options = { bucket: 0, bucket_size: 3, datapoints_per_message: 50, aggregators: { count: file } };
    const worker = await place.start(aggregatorWorker, options);
    await place.send(EXCHANGES.buckets, 'bucket.0', [values[0], ['count', 'sum'], values[2]]);
    await eventually(
      () => worker.gauges(),
      ({ values_waiting: waiting }) => waiting === 2,
    );
    await place.stop(worker);
    await eventually(
      () => heard,
      (all) => all.length === 1,
    );
    expect(heard).toEqual([
      [
        ['vumi.a.count', [], [[1_334_567_886, 2]]],
        ['vumi.a.sum', [], [[1_334_567_886, 3]]],
      ],
    ]);
  });

  test('does not start with a file that is no aggregator', async () => {
    const file = join(folder, 'none.ts');
    await writeFile(file, 'export default {};\n');
    const start = place.start(aggregatorWorker, { bucket: 0, bucket_size: 5, aggregators: { x: file } });
    await expect(start).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(start).rejects.toThrow('export default defineAggregator({ … })');
  });
});
