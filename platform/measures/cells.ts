/** The value of every label of a combination that came after the bound was reached. */
const OTHER = 'other';

/** Between the values of labels in a key: no name of ours has it. */
const SEPARATOR = '\u0000';

/** One value per combination of labels, so many at most: what comes later shares the combination `other`. */
export class Cells<T> {
  readonly #byKey = new Map<string, { readonly labels: readonly string[]; readonly value: T }>();
  readonly #most: number;
  readonly #make: () => T;

  constructor(most: number, make: () => T) {
    this.#most = most;
    this.#make = make;
  }

  of(labels: readonly string[]): T {
    const known = this.#byKey.get(keyOf(labels));
    return known === undefined ? this.#add(labels) : known.value;
  }

  /** With the values of their labels. */
  *entries(): Iterable<readonly [labels: readonly string[], value: T]> {
    for (const { labels, value } of this.#byKey.values()) yield [labels, value];
  }

  #add(given: readonly string[]): T {
    const isFull = this.#byKey.size >= this.#most;
    const labels = isFull ? given.map(() => OTHER) : [...given];
    const key = keyOf(labels);
    const entry = this.#byKey.get(key) ?? { labels, value: this.#make() };
    this.#byKey.set(key, entry);
    return entry.value;
  }
}

/** Most have one label or none: those need no joined text. */
function keyOf(labels: readonly string[]): string {
  return labels.length === 1 ? (labels[0] ?? '') : labels.join(SEPARATOR);
}
