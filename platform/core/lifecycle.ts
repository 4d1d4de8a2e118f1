/** Settles after `ms`; rejects with the signal's reason when that aborts first. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Waits until `work` has settled, well or badly, but not longer than `ms`. Leaves no timer that keeps the process. */
export async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  const patience = new AbortController();
  const end = (): void => patience.abort();
  work.then(end, end);
  await sleep(ms, patience.signal).catch(() => {});
}

/** Milliseconds before attempt `n` (0, 1, …): doubles from `baseMs` up to `capMs`, with ±25 % jitter so that peers spread out. */
export function backoffMs(
  attempt: number,
  baseMs: number,
  capMs: number,
  random: () => number = Math.random,
): number {
  const whole = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(whole * (0.75 + random() * 0.5));
}

/** Runs `task` once at a time. Who calls during a run waits for the next one, which sees what that caller has written. */
export function oneAtATime(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const run = (): Promise<void> => {
    next = null;
    running = task().finally(() => {
      running = null;
    });
    return running;
  };
  return () => {
    if (running === null) return run();
    next ??= running.then(run, run);
    return next;
  };
}
