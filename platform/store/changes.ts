import { errorText, newId, type Logger } from '@vumi/core';
import type { Database, Statements } from './database.ts';
import { TELL } from './postgres-only.ts';
import { CHANGES, type ChangedThing, type ChangeListener } from './store.ts';

export const CHANNEL = 'vumi_changes';

/** Tells of writes: to listeners in this process, who are awaited, and by NOTIFY to other processes. */
export class Changes {
  readonly #listeners = new Set<ChangeListener>();
  /** Of this store in notifications, which come back to their sender. */
  readonly #sender = newId();
  readonly #database: Database;
  readonly #logger: Logger;

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
  }

  listen(listener: ChangeListener): Disposable {
    // A function of its own, so that the same listener may be there twice.
    const entry: ChangeListener = (change) => listener(change);
    this.#listeners.add(entry);
    return { [Symbol.dispose]: () => void this.#listeners.delete(entry) };
  }

  /** Runs a transaction that changes these things, and resolves when the listeners here have heard of it. */
  async write<T>(
    changed: ChangedThing | readonly ChangedThing[],
    work: (statements: Statements) => Promise<T>,
    database: Database = this.#database,
  ): Promise<T> {
    const things = typeof changed === 'string' ? [changed] : changed;
    const result = await database.transaction(async (statements) => {
      const done = await work(statements);
      for (const what of things) {
        await statements.query(TELL, [CHANNEL, `${this.#sender} ${what}`]);
      }
      return done;
    });
    for (const what of things) await this.#tell(what);
    return result;
  }

  /** What another process told. */
  async heard(payload: string): Promise<void> {
    const [sender, what] = payload.split(' ');
    const change = CHANGES.find((known) => known === what);
    if (sender !== this.#sender && change !== undefined) await this.#tell(change);
  }

  /** Something may have been missed. */
  async tellAll(): Promise<void> {
    await Promise.all(CHANGES.map((what) => this.#tell(what)));
  }

  async #tell(what: ChangedThing): Promise<void> {
    await Promise.all(
      [...this.#listeners].map(async (listener) => {
        try {
          await listener({ what });
        } catch (error) {
          // The write is done: its caller has nothing to do with it.
          this.#logger.error({ what, reason: errorText(error) }, 'a listener to changes of the store failed');
        }
      }),
    );
  }
}
