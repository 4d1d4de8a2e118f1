import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';
import { DatabaseInUse, openDatabase } from './database.ts';

/** What the owner hands to the thread at its start. */
export interface JournalData {
  readonly file: string;
}

/** What the thread says: first whether it runs, then the replies to each batch in the order of the batches. */
export type JournalNotice =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly code: 'data.in_use' | 'internal'; readonly text: string }
  | { readonly kind: 'replies'; readonly replies: readonly unknown[] }
  | { readonly kind: 'failed'; readonly text: string };

/** Asks the thread to close its file and end. */
export const CLOSE = 'close';

/** Carries out one request inside the transaction of its batch. */
export type Transact<Request> = (request: Request) => unknown;

/**
 * The body of a journal's thread: opens the file that the owner named and carries out batches of requests. All the
 * batches that have arrived meanwhile share one transaction and hence one fsync. A thread starts quickly when its
 * module loads nothing else; hence an entry of its own, `@vumi/journal/thread`, without the core's schemas.
 */
export function serveJournal<Request>(
  schema: string,
  prepare: (database: DatabaseSync) => Transact<Request>,
): void {
  const port = parentPort;
  if (port === null) throw new Error('a journal is served in a worker thread');
  const say = (notice: JournalNotice): void => port.postMessage(notice);
  try {
    const database = openDatabase((workerData as JournalData).file, 'full', schema);
    const transact = prepare(database);
    port.on('message', (first: Request[] | typeof CLOSE) => {
      const { batches, close } = drain<Request>(first);
      if (batches.length > 0) for (const notice of commit(database, transact, batches)) say(notice);
      if (!close) return;
      database.close();
      port.close();
    });
    say({ kind: 'ready' });
  } catch (error) {
    const code = error instanceof DatabaseInUse ? 'data.in_use' : 'internal';
    say({ kind: 'refused', code, text: textOf(error) });
    port.close();
  }

  function drain<R>(first: R[] | typeof CLOSE): { batches: R[][]; close: boolean } {
    const batches: R[][] = [];
    let next: R[] | typeof CLOSE | undefined = first;
    while (next !== undefined && next !== CLOSE) {
      batches.push(next);
      next = port === null ? undefined : (receiveMessageOnPort(port)?.message as typeof next);
    }
    return { batches, close: next === CLOSE };
  }
}

function commit<Request>(
  database: DatabaseSync,
  transact: Transact<Request>,
  batches: readonly Request[][],
): JournalNotice[] {
  try {
    database.exec('BEGIN');
    const notices = batches.map((batch): JournalNotice => ({
      kind: 'replies',
      replies: batch.map((request) => transact(request)),
    }));
    database.exec('COMMIT');
    return notices;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    return batches.map(() => ({ kind: 'failed', text: textOf(error) }));
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
