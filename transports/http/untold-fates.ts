import type { Ledger } from '@vumi/core';

/** More are not asked for: the oldest are given up. */
const MOST = 5000;
const PER_ANSWER = 100;

/**
 * Messages that a network has and has not told the fate of, where it wants to be asked. They are on this machine's disk: after
 * a change of machines the network is not asked for those before it, and may tell of them nevertheless.
 */
export class UntoldFates {
  readonly #ledger: Ledger;
  readonly #prefix: string;
  /** By the network's id, oldest first: when it was taken, milliseconds since the epoch. */
  readonly #ids = new Map<string, number>();
  #last: string | null = null;

  constructor(ledger: Ledger, transport: string) {
    this.#ledger = ledger;
    this.#prefix = `untold/${transport}/`;
    for (const [key, at] of ledger.entries(this.#prefix))
      this.#ids.set(key.slice(this.#prefix.length), Number(at));
  }

  get size(): number {
    return this.#ids.size;
  }

  add(id: string, at: number): void {
    this.#ids.set(id, at);
    this.#ledger.put(this.#prefix + id, String(at));
    const [oldest] = this.#ids.keys();
    if (this.#ids.size > MOST && oldest !== undefined) this.delete(oldest);
  }

  delete(id: string): void {
    if (this.#ids.delete(id)) this.#ledger.delete(this.#prefix + id);
  }

  /** Some, others each time, so that none keeps the rest from being asked for. */
  next(): readonly string[] {
    const all = [...this.#ids.keys()];
    const from = this.#last === null ? 0 : all.indexOf(this.#last) + 1;
    const some = [...all.slice(from), ...all.slice(0, from)].slice(0, PER_ANSWER);
    this.#last = some.at(-1) ?? null;
    return some;
  }

  /** Gives up those that are older. */
  sweep(olderThan: number): void {
    for (const [id, at] of this.#ids) {
      if (at >= olderThan) return;
      this.delete(id);
    }
  }
}
