import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyedState } from '@vumi/core';
import { LRUCache } from 'lru-cache';

/** How long it may be taken that a holder has offered nothing. Counted from before the state was asked. */
const SILENT_MS = 250;
/** Longer than anyone's word that a holder has offered nothing. */
const ANNOUNCED_MS = 300;
/** A holder that offers says so again after this time. */
const AGAIN_MS = 3_600_000;
/** Holders that are known at a time; of others the state is asked. */
const MOST_KNOWN = 10_000;

/** Whether a holder is one that offers: most apps never do, and need not pay for those that do. */
export interface Offering {
  /** False only where nothing that was offered can still be open. */
  mayHave(holder: string): Promise<boolean>;
  /** Resolves when each process knows that the holder offers: the first time in a day that takes 300 ms. */
  announce(holder: string): Promise<void>;
}

interface Known {
  readonly offers: boolean;
  /** Milliseconds of this process's monotonic clock. */
  readonly until: number;
}

/** `lastsMs`: how long an offer is open. */
export function createOffering(
  state: Pick<KeyedState, 'get' | 'set'>,
  { prefix, lastsMs }: { readonly prefix: string; readonly lastsMs: number },
): Offering {
  const known = new LRUCache<string, Known>({ max: MOST_KNOWN });
  const asked = new Map<string, Promise<boolean>>();
  const ask = async (holder: string): Promise<boolean> => {
    const since = performance.now();
    const offers = (await state.get(prefix + holder)) !== null;
    known.set(holder, { offers, until: since + (offers ? AGAIN_MS : SILENT_MS) });
    return offers;
  };
  const askOnce = async (holder: string): Promise<boolean> => {
    const running = asked.get(holder) ?? ask(holder).finally(() => asked.delete(holder));
    asked.set(holder, running);
    return running;
  };
  const recall = (holder: string): boolean | null => {
    const found = known.get(holder);
    return found === undefined || found.until <= performance.now() ? null : found.offers;
  };
  return {
    mayHave: async (holder) => recall(holder) ?? askOnce(holder),
    async announce(holder) {
      if (recall(holder) === true) return;
      const since = performance.now();
      const wasKnown = (await state.get(prefix + holder)) !== null;
      await state.set(prefix + holder, '1', lastsMs + 2 * AGAIN_MS);
      if (!wasKnown) await sleep(ANNOUNCED_MS);
      known.set(holder, { offers: true, until: since + AGAIN_MS });
    },
  };
}
