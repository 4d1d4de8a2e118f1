import { loadExtension } from '@vumi/core';

/** Makes one value of those of a time bucket, oldest first; of none it makes 0. */
export type Aggregate = (values: readonly number[]) => number;

/** A way to make one value of many, of an operator's own. */
export interface Aggregator {
  readonly aggregate: Aggregate;
}

/** For the file of an aggregator: `export default defineAggregator({ aggregate: (values) => … })`. */
export function defineAggregator(aggregator: Aggregator): Aggregator {
  return aggregator;
}

const sum: Aggregate = (values) => values.reduce((total, value) => total + value, 0);

/** Vumi's, by their names (spec vumi-core §7). */
const AGGREGATORS: Readonly<Record<string, Aggregate>> = {
  sum,
  avg: (values) => (values.length === 0 ? 0 : sum(values) / values.length),
  // Not by spreading: a bucket may hold more values than a call takes arguments.
  min: (values) => values.reduce((least, value) => Math.min(least, value), values[0] ?? 0),
  max: (values) => values.reduce((most, value) => Math.max(most, value), values[0] ?? 0),
  last: (values) => values.at(-1) ?? 0,
};

/**
 * Vumi's aggregators and those that files hold, each by its name; a file may replace one of Vumi's. Throws
 * `config.invalid`.
 */
export async function loadAggregators(
  files: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Aggregate>> {
  const loaded = new Map(Object.entries(AGGREGATORS));
  for (const [name, file] of Object.entries(files)) {
    const { aggregate } = await loadExtension<Aggregator>(file, {
      kind: 'aggregator',
      definedBy: 'defineAggregator',
      isKind: (value): value is Aggregator => 'aggregate' in value && typeof value.aggregate === 'function',
    });
    loaded.set(name, aggregate);
  }
  return loaded;
}
