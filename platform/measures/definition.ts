/** What a measure is, for its reference and for Prometheus. */
export interface Definition<L extends readonly string[] = readonly string[]> {
  /** With its unit, or `_total` when it counts: Prometheus' conventions. */
  readonly name: string;
  /** One line. */
  readonly help: string;
  readonly labels: L;
  /** Combinations of labels that are kept apart; further ones share `other`. Default 200. */
  readonly most?: number;
}

/** One value for each label, in their order. */
export type LabelValues<L extends readonly string[]> = { readonly [K in keyof L]: string };

/** One line of Prometheus' text: what follows the name of the measure, its labels, its value. */
export interface Sample {
  readonly suffix: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

/** A measure that can be read. */
export interface Measure {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly definition: Definition;
  samples(): Iterable<Sample>;
}

const MOST = 200;

export function mostOf({ labels, most }: Definition): number {
  return labels.length === 0 ? 1 : (most ?? MOST);
}

/** Names and values of labels, side by side. */
export function pairs(
  names: readonly string[],
  values: readonly string[],
): (readonly [name: string, value: string])[] {
  return names.map((name, index) => [name, values[index] ?? '']);
}
