import { hash } from 'node:crypto';
import type { Clock, KeyedState } from '@vumi/core';

export interface DeadlinesPorts {
  readonly state: KeyedState;
  readonly clock: Clock;
  /** Keys begin with it. */
  readonly prefix: string;
}

/** Things that are due in one such time are kept in a few records, since each write gives its whole record back. */
const SLOT_MS = 1000;
const SHARDS = 16;
/** With more than this in one record, whoever sends so many must wait. */
const MOST_PER_RECORD = 1000;
/** Records outlive their time by so much, for a transport that is down. */
const KEPT_MS = 24 * 3_600_000;
/** Slots that one `visit` looks at, after a pause. */
const MOST_SLOTS = 2000;
/** How far it has come is written down so often, in slots: what is looked at twice does no harm. */
const SAVED_SLOTS = 30;

/**
 * What is to be looked at later, in the state: it survives the transport, and any of the transport's lives may look.
 * Whoever is looked at twice must not mind.
 */
export class Deadlines {
  readonly #ports: DeadlinesPorts;
  /** All slots up to this one have been visited; null before the state was asked. */
  #visited: number | null = null;
  #saved = 0;
  #running = false;

  constructor(ports: DeadlinesPorts) {
    this.#ports = ports;
  }

  /** Notes that `id` is due in so many milliseconds. False when too much is due then: its sender should slow down. */
  async add(id: string, delayMs: number): Promise<boolean> {
    const { state, clock } = this.#ports;
    const slot = Math.ceil((clock() + delayMs) / SLOT_MS);
    const due = await state.putField(this.#key(slot, shardOf(id)), id, '', delayMs + KEPT_MS);
    return Object.keys(due).length <= MOST_PER_RECORD;
  }

  /** Calls `look` with all that is due. What it rejects for is due again; a call during another does nothing. */
  async visit(look: (id: string) => Promise<void>): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      await this.#visit(look);
    } finally {
      this.#running = false;
    }
  }

  async #visit(look: (id: string) => Promise<void>): Promise<void> {
    const now = Math.floor(this.#ports.clock() / SLOT_MS);
    const before = this.#visited ?? (await this.#recall(now));
    const last = Math.min(now, before + MOST_SLOTS);
    for (let slot = before + 1; slot <= last; slot += 1) {
      await Promise.all(
        Array.from({ length: SHARDS }, (_, shard) => this.#lookAt(this.#key(slot, shard), look)),
      );
      this.#visited = slot;
    }
    if (last < this.#saved + SAVED_SLOTS) return;
    await this.#ports.state.set(`${this.#ports.prefix}/visited`, String(last), KEPT_MS);
    this.#saved = last;
  }

  async #lookAt(key: string, look: (id: string) => Promise<void>): Promise<void> {
    const ids = Object.keys(await this.#ports.state.getFields(key));
    for (const id of ids) await look(id);
    if (ids.length > 0) await this.#ports.state.delete(key);
  }

  async #recall(now: number): Promise<number> {
    const visited = await this.#ports.state.get(`${this.#ports.prefix}/visited`);
    const oldest = now - Math.floor(KEPT_MS / SLOT_MS);
    return visited === null ? now - 1 : Math.max(oldest, Number(visited));
  }

  #key(slot: number, shard: number): string {
    return `${this.#ports.prefix}/due/${slot}/${shard}`;
  }
}

function shardOf(id: string): number {
  return Number.parseInt(hash('md5', id).slice(0, 2), 16) % SHARDS;
}
