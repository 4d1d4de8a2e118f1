import { Lanes, newId, type Clock, type KeyedState, type StateWrite } from '@vumi/core';
import { z } from 'zod';

export interface SessionManagerOptions {
  readonly state: KeyedState;
  readonly clock: Clock;
  /** Sessions of one prefix are one set: the name of the application, as a rule. */
  readonly prefix: string;
  /** How long a session lasts from its creation, whatever is saved meanwhile. Absent: for ever. */
  readonly maxSessionLengthMs?: number;
}

/** Texts by name, `created_at` among them: seconds since the epoch, as Vumi writes it. */
export type Session = Readonly<Record<string, string>>;

const storedSchema = z.object({
  /** Milliseconds since the epoch. */
  ends: z.number().nullable(),
  fields: z.record(z.string(), z.string()),
});
type Stored = z.infer<typeof storedSchema>;

/** Nobody asks for these markers again. */
const MARKER_MS = 1;
const PAGE = 500;

/**
 * What a trusted application remembers of a user for one conversation (spec vumi-core §6 SessionManager). Two savers of
 * one user in one process wait for each other; of two processes the later wins, as with everything that a worker keeps
 * of a user whose messages are handled in order.
 */
export class SessionManager {
  readonly #options: SessionManagerOptions;
  readonly #users = new Lanes();
  /** Written under a quota only to be listed. */
  readonly #place: string;

  constructor(options: SessionManagerOptions) {
    this.#options = options;
    this.#place = `session_manager/${JSON.stringify(options.prefix)}/`;
  }

  /** Begins a session; one that is open is forgotten with all that it held. */
  create(user: string, fields: Session = {}): Promise<Session> {
    return this.#alone(user, () => this.#begin(user, fields));
  }

  /** Null when there is none, or its time is over. */
  async load(user: string): Promise<Session | null> {
    return (await this.#read(user))?.fields ?? null;
  }

  /**
   * Adds the fields to the session, whose end stays where it was. Where none is open one begins: Vumi's lasted for ever
   * then (spec ⚠), ours as long as any.
   */
  save(user: string, fields: Session): Promise<Session> {
    return this.#alone(user, async () => {
      const open = await this.#read(user);
      if (open === null) return this.#begin(user, fields);
      const saved = { ...open.fields, ...fields };
      await this.#write(user, { ...open, fields: saved });
      return saved;
    });
  }

  /** Ends the session, whether there is one or not. */
  clear(user: string): Promise<void> {
    return this.#alone(user, () => this.#commit({ op: 'delete', key: this.#key(user) }));
  }

  /** Those that are open, in no order that means anything; asked for a page at a time. */
  async *active(): AsyncGenerator<readonly [user: string, session: Session]> {
    let after: string | null = null;
    do {
      const page = await this.#options.state.list({
        place: this.#place,
        prefix: this.#place,
        limit: PAGE,
        ...(after === null ? {} : { after }),
      });
      for (const [key, value] of page.entries) {
        const { fields } = storedSchema.parse(JSON.parse(value));
        yield [key.slice(this.#place.length), fields];
      }
      after = page.next;
    } while (after !== null);
  }

  #alone<T>(user: string, task: () => Promise<T>): Promise<T> {
    return this.#users.run(user, 1, task);
  }

  async #begin(user: string, fields: Session): Promise<Session> {
    const { maxSessionLengthMs, clock } = this.#options;
    const now = clock();
    const begun = { created_at: String(now / 1000), ...fields };
    await this.#write(user, {
      ends: maxSessionLengthMs === undefined ? null : now + maxSessionLengthMs,
      fields: begun,
    });
    return begun;
  }

  async #read(user: string): Promise<Stored | null> {
    const text = await this.#options.state.get(this.#key(user));
    if (text === null) return null;
    const stored = storedSchema.parse(JSON.parse(text));
    return stored.ends !== null && stored.ends <= this.#options.clock() ? null : stored;
  }

  async #write(user: string, session: Stored): Promise<void> {
    const leftMs = session.ends === null ? null : session.ends - this.#options.clock();
    if (leftMs !== null && leftMs <= 0) return;
    const value = JSON.stringify(session);
    await this.#commit({
      op: 'set',
      key: this.#key(user),
      value,
      ...(leftMs === null ? {} : { ttlMs: leftMs }),
    });
  }

  async #commit(write: StateWrite): Promise<void> {
    await this.#options.state.commit({
      marker: `session_manager/${newId()}`,
      markerTtlMs: MARKER_MS,
      writes: [write],
      outbox: [],
      quota: { prefix: this.#place, maxKeys: Number.MAX_SAFE_INTEGER },
    });
  }

  #key(user: string): string {
    return this.#place + user;
  }
}
