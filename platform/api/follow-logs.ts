import { sleep, type Clock } from '@vumi/core';
import type { LogRow, Page } from '@vumi/store';

const POLL_MS = 500;
/** An empty line now and then tells a client from one that has gone without a word. */
const KEEP_ALIVE_MS = 15_000;

export interface FollowOptions {
  /** Behind which the first page is. */
  readonly after: string | undefined;
  readonly first: Page<LogRow>;
  /** Rows after a cursor, oldest first; of a log that was empty so far, all. */
  readonly listAfter: (cursor: string | undefined) => Promise<Page<LogRow>>;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** A first page of the log and then what comes, as NDJSON, until the signal aborts. */
export async function* followLogs({
  after,
  first,
  listAfter,
  signal,
  clock,
}: FollowOptions): AsyncGenerator<string> {
  let cursor = after;
  let page = first;
  let written = clock();
  while (!signal.aborted) {
    cursor = page.next_cursor ?? cursor;
    if (page.items.length > 0 || clock() - written >= KEEP_ALIVE_MS) {
      yield page.items.map((row) => `${JSON.stringify(row)}\n`).join('') || '\n';
      written = clock();
    }
    await sleep(POLL_MS, signal).catch(() => {});
    page = signal.aborted ? page : await listAfter(cursor);
  }
}
