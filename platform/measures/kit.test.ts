import { expect, test } from 'vitest';
import { Counter } from './counter.ts';
import { Gauge } from './gauge.ts';
import { Histogram } from './histogram.ts';
import { toText } from './text-format.ts';

test('a counter counts for each combination of its labels', () => {
  const counter = new Counter({ name: 'sent_total', help: 'Sent', labels: ['transport', 'event'] });
  counter.add(1, 'mno', 'ack');
  counter.add(2, 'mno', 'ack');
  counter.add(1, 'mno', 'nack');
  expect(toText([counter])).toBe(
    '# HELP sent_total Sent\n# TYPE sent_total counter\n' +
      'sent_total{transport="mno",event="ack"} 3\nsent_total{transport="mno",event="nack"} 1\n',
  );
});

test('what has no labels is there from its zero on; what has some, when it has counted', () => {
  expect(toText([new Counter({ name: 'a_total', help: 'A', labels: [] })])).toContain('\na_total 0\n');
  expect(toText([new Counter({ name: 'a_total', help: 'A', labels: ['b'] })])).toBe('');
});

test('combinations beyond the bound share one, and those before it go on', () => {
  const counter = new Counter({ name: 'a_total', help: 'A', labels: ['account', 'app'], most: 2 });
  for (const account of ['one', 'two', 'three', 'four', 'one']) counter.add(1, account, 'x');
  expect([...counter.counts()]).toEqual([
    [['one', 'x'], 2],
    [['two', 'x'], 1],
    [['other', 'other'], 2],
  ]);
});

test('a gauge goes up and down', () => {
  const gauge = new Gauge({ name: 'in_flight', help: 'In flight', labels: ['queue'] });
  gauge.add(3, 'a.inbound');
  gauge.add(-1, 'a.inbound');
  gauge.set(7, 'b.inbound');
  expect([...gauge.samples()].map(({ value }) => value)).toEqual([2, 7]);
});

test('a histogram counts what is not above the end of a bucket, in it and in all that follow', () => {
  const histogram = new Histogram({ name: 't_seconds', help: 'T', labels: ['q'], buckets: [0.1, 1] });
  for (const value of [0.05, 0.1, 0.5, 3]) histogram.observe(value, 'a');
  expect(toText([histogram]).split('\n').slice(2)).toEqual([
    't_seconds_bucket{q="a",le="0.1"} 2',
    't_seconds_bucket{q="a",le="1"} 3',
    't_seconds_bucket{q="a",le="+Inf"} 4',
    't_seconds_sum{q="a"} 3.65',
    't_seconds_count{q="a"} 4',
    '',
  ]);
});

test('what stands in labels and help cannot end its line', () => {
  const counter = new Counter({ name: 'a_total', help: 'A\nb\\c', labels: ['x'] });
  counter.add(1, 'say "hi"\n\\');
  expect(toText([counter])).toBe(
    '# HELP a_total A\\nb\\\\c\n# TYPE a_total counter\na_total{x="say \\"hi\\"\\n\\\\"} 1\n',
  );
});
