import { Fifo, type Ledger } from '@vumi/core';
import type { PartResult } from './part-result.ts';

/** What the ledger says of one part: handed to the socket, or what came of it. */
export type PartRecord = { readonly kind: 'submitting' } | PartResult;

interface StoredRecord {
  /** When it was written, milliseconds since the epoch. */
  readonly at: number;
  /** Reference of the header that joins the parts: parts of one message share it over restarts. */
  readonly reference: number;
  readonly record: PartRecord;
}

interface Finished {
  readonly keys: readonly string[];
  readonly at: number;
}

/** Records that nobody asked for again. */
const FORGOTTEN_MS = 7 * 24 * 3_600_000;
/** Finished messages are answered from here for so long, or until there are so many; then from the state. */
const FINISHED_MS = 600_000;
const FINISHED_MAX = 100_000;
/** Clocks of the machines that date messages may differ by this. */
const CLOCK_SKEW_MS = 60_000;

/** What this machine handed to the network, written in the tick of the socket write (decision 0003). */
export class PartLedger {
  readonly #ledger: Ledger;
  readonly #prefix: string;
  readonly #clock: () => number;
  readonly #finished = new Fifo<Finished>();
  /** Messages with parts on their way to the socket, and how many. */
  readonly #handed = new Map<string, number>();
  /** A message that finished at or after this is still here. */
  #horizon: number;

  constructor(ledger: Ledger, transport: string, clock: () => number) {
    this.#ledger = ledger;
    this.#prefix = `out/${transport}/`;
    this.#clock = clock;
    this.#horizon = clock();
    this.#load();
  }

  /** Whether a message of this age may have been finished without this ledger knowing: then the state knows. */
  mayHaveForgotten(createdAt: number | null): boolean {
    return createdAt === null || createdAt - CLOCK_SKEW_MS < this.#horizon;
  }

  read(messageId: string, part: number): StoredRecord | null {
    const text = this.#ledger.get(this.#key(messageId, part));
    return text === null ? null : (JSON.parse(text) as StoredRecord);
  }

  write(part: { messageId: string; part: number; reference: number }, record: PartRecord): void {
    const stored: StoredRecord = { at: this.#clock(), reference: part.reference, record };
    this.#ledger.put(this.#key(part.messageId, part.part), JSON.stringify(stored));
  }

  /** What is written must be safe before anything else of this tick. */
  flush(): void {
    this.#ledger.flush();
  }

  /** A part goes to the socket now; what is returned says that its attempt is over. */
  hand(messageId: string): () => void {
    this.#handed.set(messageId, (this.#handed.get(messageId) ?? 0) + 1);
    return () => {
      const left = (this.#handed.get(messageId) ?? 1) - 1;
      if (left > 0) this.#handed.set(messageId, left);
      else this.#handed.delete(messageId);
    };
  }

  /** From now on no part of the message is sent; false when one was, or is on its way. */
  withdraw(messageId: string, result: PartResult): boolean {
    if (this.isWithdrawn(messageId)) return true;
    if (this.#handed.has(messageId)) return false;
    if (this.#ledger.entries(`${this.#prefix}${messageId}/`).length > 0) return false;
    this.write({ messageId, part: 0, reference: 0 }, result);
    this.#ledger.flush();
    return true;
  }

  isWithdrawn(messageId: string): boolean {
    return this.read(messageId, 0)?.record.kind === 'cancelled';
  }

  /** The part did not reach the network, or the network does not want it now. */
  forget(messageId: string, part: number): void {
    this.#ledger.delete(this.#key(messageId, part));
  }

  /** All parts have a result, and the event about it is published. */
  finish(messageId: string, total: number): void {
    const keys = Array.from({ length: total }, (_, part) => this.#key(messageId, part));
    this.#finished.push({ keys, at: this.#clock() });
    this.sweep();
  }

  /** Drops what is old or too much. */
  sweep(): void {
    const deadline = this.#clock() - FINISHED_MS;
    for (let oldest = this.#finished.peek(); oldest !== undefined; oldest = this.#finished.peek()) {
      if (oldest.at > deadline && this.#finished.length <= FINISHED_MAX) return;
      this.#finished.shift();
      for (const key of oldest.keys) this.#ledger.delete(key);
      this.#horizon = Math.max(this.#horizon, oldest.at + 1);
    }
  }

  /** What a former life left: results are finished as of now, doubts stay until they are asked for or too old. */
  #load(): void {
    const now = this.#clock();
    for (const [key, text] of this.#ledger.entries(this.#prefix)) {
      const { at, record } = JSON.parse(text) as StoredRecord;
      if (now - at > FORGOTTEN_MS) this.#ledger.delete(key);
      else if (record.kind !== 'submitting') this.#finished.push({ keys: [key], at: now });
    }
  }

  #key(messageId: string, part: number): string {
    return `${this.#prefix}${messageId}/${part}`;
  }
}
