/** Milliseconds of work by which the machine's speed is measured: more than one turn of the scheduler. */
const WORK_MS = 40;

/**
 * How many times longer something may take in this run than on a quiet machine, as measured when it began
 * (test/vitest.config.ts). Limits of tests are multiplied by it.
 */
export const patience = Math.max(1, Number(process.env['VUMI_TEST_PATIENCE'] ?? 1));

/** Milliseconds on a quiet machine, as milliseconds of this run. */
export function patiently(ms: number): number {
  return Math.ceil(ms * patience);
}

/** As `patiently`, of the machine as it is now: for what has just been measured by the clock. */
export function patientlyNow(ms: number): number {
  return Math.ceil(ms * Math.max(patience, measureSlowness()));
}

/** How many milliseconds go by for each millisecond of work that this process gets done; 1 on a quiet machine. */
export function measureSlowness(): number {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let cpuMs = 0;
  while (cpuMs < WORK_MS) {
    const { user, system } = process.cpuUsage(before);
    cpuMs = (user + system) / 1000;
  }
  return Math.max(1, (performance.now() - startedAt) / cpuMs);
}
