import { Cells } from './cells.ts';
import { mostOf, pairs, type Definition, type LabelValues, type Measure, type Sample } from './definition.ts';

/** How much there is at present. */
export class Gauge<const L extends readonly string[]> implements Measure {
  readonly kind = 'gauge';
  readonly definition: Definition<L>;
  readonly #cells: Cells<{ level: number }>;

  constructor(definition: Definition<L>) {
    this.definition = definition;
    this.#cells = new Cells(mostOf(definition), () => ({ level: 0 }));
    if (definition.labels.length === 0) this.#cells.of([]);
  }

  set(level: number, ...labels: LabelValues<L>): void {
    this.#cells.of(labels).level = level;
  }

  /** More, or less when `by` is negative. */
  add(by: number, ...labels: LabelValues<L>): void {
    this.#cells.of(labels).level += by;
  }

  *samples(): Iterable<Sample> {
    for (const [labels, { level }] of this.#cells.entries())
      yield { suffix: '', labels: pairs(this.definition.labels, labels), value: level };
  }
}
