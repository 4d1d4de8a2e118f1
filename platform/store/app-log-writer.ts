import type { LogEntry } from './message-records.ts';
import type { Store } from './store.ts';
import type { Logger } from '@vumi/core';

/** Lines that wait while the database is slow or away; a flood beyond them is cut, as its ring would cut it. */
const MOST = 10_000;
/** Lines in one statement. */
const BATCH = 500;

export interface AppLogWriter extends AsyncDisposable {
  /** Returns at once: the log is for the author, no message waits for it. */
  write(entry: LogEntry): void;
}

/** Writes the lines of apps, one statement at a time with all the lines that came meanwhile. */
export function createAppLogWriter(logs: Store['logs'], logger: Logger): AppLogWriter {
  const waiting: LogEntry[] = [];
  let lost = 0;
  let running: Promise<void> | null = null;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH);
      try {
        await logs.append(batch);
      } catch (error) {
        lost += batch.length;
        logger.error({ error, lost }, 'cannot keep lines of the logs of apps');
      }
    }
    running = null;
  };
  return {
    write(entry) {
      if (waiting.length >= MOST) {
        lost += 1;
        if (lost % BATCH === 1) logger.warn({ lost }, 'apps log faster than their lines can be kept');
        return;
      }
      waiting.push(entry);
      running ??= drain();
    },
    async [Symbol.asyncDispose]() {
      await running;
    },
  };
}
