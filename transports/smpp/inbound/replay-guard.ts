import { hash } from 'node:crypto';
import { Fifo, newId, type Ledger } from '@vumi/core';

/** One deliver_sm that was taken and of which the SMSC may not know that it was. */
export interface Taken {
  /** The Vumi message id that every copy of the PDU gets. */
  readonly messageId: string;
  readonly hash: string;
}

interface Answered {
  readonly taken: Taken;
  /** Number of the response in the session's output. */
  readonly order: number;
  readonly at: number;
}

/** What one session has taken; others may have an eye on the same SMSC beside it. */
export interface SessionReplays {
  /** Notes a PDU. `flush` before anything is published about it. */
  take(frame: Buffer): Taken;
  /** The response ROK is on its way under this number. */
  answered(taken: Taken, order: number): void;
  /** The SMSC was asked to try again. */
  failed(taken: Taken): void;
  /** The SMSC has read all responses before this number. */
  read(order: number): void;
  /** Since when a response waits to be known as read; null when none does. */
  readonly unreadSince: number | null;
  /** The session is gone: what the SMSC may not have read comes again on any other. */
  end(): void;
}

interface Replayable {
  readonly taken: Taken;
  readonly until: number;
}

/** How long after a lost connection an SMSC may still send again what was not answered. */
const REPLAYABLE_MS = 600_000;
const HEADER_LENGTH = 16;

/**
 * Tells what an SMSC sends again, because our response was lost, from what a user wrote twice.
 *
 * A PDU is remembered from before it is published until the SMSC has provably read our response: until it answers a
 * request that we wrote after that response. What is remembered when the connection ends, or was remembered by a
 * process that was killed, is replayable: an identical PDU takes the same message id, so that everything behind sees
 * one message. Each entry absorbs one PDU. PDUs are identical when all but their headers is.
 */
export class ReplayGuard {
  readonly #ledger: Ledger;
  readonly #prefix: string;
  readonly #clock: () => number;
  readonly #replayable = new Map<string, Replayable[]>();

  constructor(ledger: Ledger, transport: string, clock: () => number) {
    this.#ledger = ledger;
    this.#prefix = `in/${transport}/`;
    this.#clock = clock;
    for (const [key, hash] of ledger.entries(this.#prefix)) {
      this.#makeReplayable({ messageId: key.slice(this.#prefix.length), hash });
    }
  }

  flush(): void {
    this.#ledger.flush();
  }

  /** Begins with a session and ends with it. */
  openSession(): SessionReplays {
    const open = new Set<Taken>();
    const answered = new Fifo<Answered>();
    return {
      take: (frame) => {
        const taken = this.#take(frame);
        open.add(taken);
        return taken;
      },
      answered: (taken, order) => {
        // A session that has ended has made it replayable.
        if (open.delete(taken)) answered.push({ taken, order, at: this.#clock() });
      },
      failed: (taken) => {
        if (open.delete(taken)) this.#makeReplayable(taken);
      },
      read: (order) => {
        for (
          let first = answered.peek();
          first !== undefined && first.order < order;
          first = answered.peek()
        ) {
          answered.shift();
          this.#forget(first.taken);
        }
      },
      get unreadSince() {
        return answered.peek()?.at ?? null;
      },
      end: () => {
        for (let next = answered.shift(); next !== undefined; next = answered.shift()) {
          this.#makeReplayable(next.taken);
        }
        for (const taken of open) this.#makeReplayable(taken);
        open.clear();
      },
    };
  }

  /** Forgets what was not sent again in time. */
  sweep(): void {
    const now = this.#clock();
    for (const [hash, entries] of this.#replayable) {
      const kept = entries.filter(({ until }) => until > now);
      if (kept.length === entries.length) continue;
      for (const { taken, until } of entries) if (until <= now) this.#forget(taken);
      if (kept.length === 0) this.#replayable.delete(hash);
      else this.#replayable.set(hash, kept);
    }
  }

  #take(frame: Buffer): Taken {
    const digest = hash('sha1', frame.subarray(HEADER_LENGTH), 'base64url');
    return this.#replay(digest) ?? this.#note({ messageId: newId(), hash: digest });
  }

  #replay(digest: string): Taken | undefined {
    const entries = this.#replayable.get(digest);
    const entry = entries?.shift();
    if (entries?.length === 0) this.#replayable.delete(digest);
    return entry?.taken;
  }

  #note(taken: Taken): Taken {
    this.#ledger.put(this.#prefix + taken.messageId, taken.hash);
    return taken;
  }

  #forget(taken: Taken): void {
    this.#ledger.delete(this.#prefix + taken.messageId);
  }

  #makeReplayable(taken: Taken): void {
    const entry = { taken, until: this.#clock() + REPLAYABLE_MS };
    const entries = this.#replayable.get(taken.hash);
    if (entries === undefined) this.#replayable.set(taken.hash, [entry]);
    else entries.push(entry);
  }
}
