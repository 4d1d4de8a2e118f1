import { Cells } from './cells.ts';
import { mostOf, pairs, type Definition, type LabelValues, type Measure, type Sample } from './definition.ts';

export interface HistogramDefinition<L extends readonly string[]> extends Definition<L> {
  /** Upper ends of its buckets, growing; the last bucket, without an end, is added. */
  readonly buckets: readonly number[];
}

/** From half a millisecond to a minute: what waits for a disk, a network or a person. */
export const SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];
/** Of things that come in batches. */
export const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500];

class Distribution {
  /** Not cumulated. */
  readonly counts: number[];
  sum = 0;

  constructor(buckets: number) {
    this.counts = Array.from({ length: buckets + 1 }, () => 0);
  }
}

/** How values are spread, in buckets that never change, so that those of several processes add up. */
export class Histogram<const L extends readonly string[]> implements Measure {
  readonly kind = 'histogram';
  readonly definition: HistogramDefinition<L>;
  readonly #cells: Cells<Distribution>;

  constructor(definition: HistogramDefinition<L>) {
    this.definition = definition;
    this.#cells = new Cells(mostOf(definition), () => new Distribution(definition.buckets.length));
    if (definition.labels.length === 0) this.#cells.of([]);
  }

  observe(value: number, ...labels: LabelValues<L>): void {
    const distribution = this.#cells.of(labels);
    const { buckets } = this.definition;
    let at = 0;
    while (at < buckets.length && value > (buckets[at] ?? 0)) at += 1;
    distribution.counts[at] = (distribution.counts[at] ?? 0) + 1;
    distribution.sum += value;
  }

  /** Seconds since `startedAt`, of `performance.now()`. */
  since(startedAt: number, ...labels: LabelValues<L>): void {
    this.observe((performance.now() - startedAt) / 1000, ...labels);
  }

  *samples(): Iterable<Sample> {
    const { labels: names, buckets } = this.definition;
    for (const [values, { counts, sum }] of this.#cells.entries()) {
      const labels = pairs(names, values);
      let count = 0;
      for (const [index, own] of counts.entries()) {
        count += own;
        const end = buckets[index];
        const le = end === undefined ? '+Inf' : String(end);
        yield { suffix: '_bucket', labels: [...labels, ['le', le]], value: count };
      }
      yield { suffix: '_sum', labels, value: sum };
      yield { suffix: '_count', labels, value: count };
    }
  }
}
