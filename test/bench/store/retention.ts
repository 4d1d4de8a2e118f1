import { createUserMessage, sleep } from '@vumi/core';
import type { Store } from '@vumi/store';
import { ACCOUNTS, fillOldMonths } from './fill.ts';

const WRITE_EVERY_MS = 5;
const DAY_MS = 86_400_000;
const OLD_ROWS = 300_000;
/** Those who keep less than the others: about every third row is theirs. */
const IMPATIENT = ACCOUNTS / 2;
/** A partition goes so long after the last day that anybody keeps. */
const SAFE_DAYS = 10;

export interface RetentionFigures {
  readonly deleted: number;
  readonly deleteMs: number;
  readonly dropped: number;
  readonly dropMs: number;
  /** Worst waits of somebody who records a message every few milliseconds, in milliseconds. */
  readonly idleWait: number;
  readonly deleteWait: number;
  readonly dropWait: number;
}

/**
 * Adds two months before all others, deletes what half of the accounts keep no longer of them, then drops them, while
 * messages come. The database is then as it was, but for the messages that came.
 */
export async function benchRetention(url: string, store: Store): Promise<RetentionFigures> {
  const end = await fillOldMonths(url, OLD_ROWS);
  const now = Date.now();
  const days = Math.ceil((now - end) / DAY_MS);
  const idleWait = (await withWriter(store, () => sleep(5000))).worst;
  await keep(store, IMPATIENT, days);
  const deleting = await withWriter(store, () =>
    store.messageKeeping.deleteExpired({ now, retentionDays: null }, new AbortController().signal),
  );
  await keep(store, ACCOUNTS, days - SAFE_DAYS);
  const dropping = await withWriter(store, () =>
    store.messageKeeping.tidyPartitions({ now, retentionDays: days - SAFE_DAYS }),
  );
  await keep(store, ACCOUNTS, null);
  return {
    deleted: deleting.result,
    deleteMs: deleting.ms,
    dropped: dropping.result.dropped.length,
    dropMs: dropping.ms,
    idleWait,
    deleteWait: deleting.worst,
    dropWait: dropping.worst,
  };
}

/** All but the biggest of the first accounts, unless it is all of them. */
async function keep(store: Store, accounts: number, days: number | null): Promise<void> {
  for (let n = accounts === ACCOUNTS ? 0 : 1; n < accounts; n += 1)
    await store.accounts.change(`bench${n}`, { retention_days: days }, 'bench');
}

async function withWriter<T>(
  store: Store,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly ms: number; readonly worst: number }> {
  let worst = 0;
  const done = new AbortController();
  const write = async (): Promise<void> => {
    while (!done.signal.aborted) {
      const message = createUserMessage({
        from_addr: '+27761234567',
        to_addr: '12345',
        content: 'while others tidy',
        transport_name: 'smsc0',
        transport_type: 'sms',
      });
      const started = performance.now();
      await store.recorder.inbound(message, { account: 'bench50', app: 'app0' }, 'received');
      worst = Math.max(worst, performance.now() - started);
      await sleep(WRITE_EVERY_MS);
    }
  };
  const writing = write();
  const started = performance.now();
  const result = await work();
  const ms = performance.now() - started;
  done.abort();
  await writing;
  return { result, ms, worst };
}
