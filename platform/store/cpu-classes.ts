/** CPU of a run is counted in classes, each a tenth wider than the one before; the last is of all that is more. */
const FIRST_US = 32;
const STEPS_OF_DOUBLE = 8;
export const CPU_CLASSES = 128;

export function cpuClass(microseconds: number): number {
  const steps = Math.floor(STEPS_OF_DOUBLE * Math.log2(Math.max(1, microseconds) / FIRST_US)) + 1;
  return Math.min(CPU_CLASSES - 1, Math.max(0, steps));
}

/** What that share of all runs need at most, microseconds: within a class as if they lay evenly. Null: there are none. */
export function cpuOf(counts: readonly number[], share: number): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let before = 0;
  for (const [index, count] of counts.entries()) {
    if (count > 0 && before + count >= share * all) {
      const part = (share * all - before) / count;
      return Math.round(lowest(index) + part * (lowest(index + 1) - lowest(index)));
    }
    before += count;
  }
  return lowest(CPU_CLASSES);
}

function lowest(index: number): number {
  return index === 0 ? 0 : FIRST_US * 2 ** ((index - 1) / STEPS_OF_DOUBLE);
}
