/** How often something happened, by the texts that tell it apart. */
export interface Sum {
  readonly key: readonly string[];
  readonly count: number;
}

/** Adds up the counts of rows whose keys are the same. */
export function sumUp<R extends { readonly count: number }>(
  rows: readonly R[],
  keyOf: (row: R) => readonly string[],
): Sum[] {
  const sums = new Map<string, { key: readonly string[]; count: number }>();
  for (const row of rows) {
    const key = keyOf(row);
    const name = JSON.stringify(key);
    const sum = sums.get(name);
    if (sum === undefined) sums.set(name, { key, count: row.count });
    else sum.count += row.count;
  }
  return [...sums.values()];
}
