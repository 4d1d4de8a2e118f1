import { errorText } from './errors.ts';
import type { Logger } from './logger.ts';
import { sleep } from './lifecycle.ts';

/** Who grants a lease to one process at a time; `lost` resolves when somebody else may have it. */
interface Lessor {
  lease(name: string, signal: AbortSignal): Promise<AsyncDisposable & { readonly lost: Promise<unknown> }>;
}

export interface LeasedWork {
  readonly store: Lessor;
  /** Of all processes that ask for the lease of this name one does the work. */
  readonly lease: string;
  /** One round; what it could not do is tried with the next one. */
  readonly round: () => Promise<void>;
  /** Pause between two rounds. */
  readonly everyMs: number;
  /** What the log says when a round fails. */
  readonly failed: string;
  readonly logger: Logger;
}

/** Does one round after the other while this process holds the lease, until it is disposed of. */
export function keepLeased(work: LeasedWork): AsyncDisposable {
  const stop = new AbortController();
  const running = keep(work, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the process is stopping'));
      await running;
    },
  };
}

async function keep(
  { store, lease: name, round, everyMs, failed, logger }: LeasedWork,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await using lease = await store.lease(name, signal);
      const lost = new AbortController();
      void lease.lost.then(() => lost.abort());
      const either = AbortSignal.any([signal, lost.signal]);
      while (!either.aborted) {
        await round();
        await sleep(everyMs, either).catch(() => {});
      }
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ reason: errorText(error) }, failed);
      await sleep(everyMs, signal).catch(() => {});
    }
  }
}
