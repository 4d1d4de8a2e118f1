import { backoffMs, sleep, type Clock } from '@vumi/core';

/** How one connection went. `refused`: the other side knows us and does not want us, which more haste will not change. */
export type TryOutcome = 'ended' | 'refused';

export interface KeepTryingOptions {
  /** One connection from its beginning to its end. */
  readonly attempt: () => Promise<TryOutcome>;
  /** The first wait after the first loss; doubles up to `mostMs`. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** A refusal is waited for as after so many losses more. */
  readonly refusedSteps: number;
  readonly clock: Clock;
  /** 0 to 1, as Math.random. */
  readonly random: () => number;
  /** Ends it: nothing is tried any more. */
  readonly signal: AbortSignal;
}

/** A connection that lasted so long shows that the other side is well: the next loss is the first one again. */
const STABLE_MS = 10_000;

/** Connects again and again, for as long as it takes. */
export async function keepTrying(options: KeepTryingOptions): Promise<void> {
  const { attempt, clock, signal } = options;
  for (let failures = 0; !signal.aborted; failures += 1) {
    const startedAt = clock();
    const outcome = await attempt();
    if (signal.aborted) return;
    if (outcome === 'ended' && clock() - startedAt >= STABLE_MS) failures = 0;
    await sleep(delayMs(options, failures, outcome), signal).catch(() => {});
  }
}

/** The first new attempt comes fast, the others after growing times. */
function delayMs(
  { firstMs, mostMs, refusedSteps, random }: KeepTryingOptions,
  failures: number,
  outcome: TryOutcome,
): number {
  if (failures === 0 && outcome === 'ended') return 100 + random() * 400;
  const steps = Math.max(0, failures - 1) + (outcome === 'refused' ? refusedSteps : 0);
  return backoffMs(steps, firstMs, mostMs, random);
}
