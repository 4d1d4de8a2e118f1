import { Cells } from './cells.ts';
import { mostOf, pairs, type Definition, type LabelValues, type Measure, type Sample } from './definition.ts';

/** Counts up from 0 as long as the process lives. */
export class Counter<const L extends readonly string[]> implements Measure {
  readonly kind = 'counter';
  readonly definition: Definition<L>;
  readonly #cells: Cells<{ count: number }>;

  constructor(definition: Definition<L>) {
    this.definition = definition;
    this.#cells = new Cells(mostOf(definition), () => ({ count: 0 }));
    // Without labels there is one count, which Prometheus shall see from its 0 on.
    if (definition.labels.length === 0) this.#cells.of([]);
  }

  /** `by` is not negative. */
  add(by: number, ...labels: LabelValues<L>): void {
    this.#cells.of(labels).count += by;
  }

  /** Where one combination counts often: its own count, looked up once. */
  countOf(...labels: LabelValues<L>): { count: number } {
    return this.#cells.of(labels);
  }

  /** Counts by their labels. */
  *counts(): Iterable<readonly [labels: readonly string[], count: number]> {
    for (const [labels, { count }] of this.#cells.entries()) yield [labels, count];
  }

  *samples(): Iterable<Sample> {
    for (const [labels, value] of this.counts())
      yield { suffix: '', labels: pairs(this.definition.labels, labels), value };
  }
}
