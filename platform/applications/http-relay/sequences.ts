import type { KeyedState } from '@vumi/core';
import { stateKey } from '../base/turn.ts';

/** A number is remembered with what it was given to for so long. */
const NUMBER_TTL_MS = 7 * 24 * 3600 * 1000;
/** Somebody of whom nothing was heard for so long begins at 1 again. */
const SEQUENCE_TTL_MS = 365 * 24 * 3600 * 1000;

/** Numbers what a receiver gets of each user, without gaps, in state that outlives the worker. */
export class Sequences {
  readonly #worker: string;
  readonly #state: KeyedState;

  constructor(worker: string, state: KeyedState) {
    this.#worker = worker;
    this.#state = state;
  }

  /**
   * The number of a message or an event: the next one (1, 2, …), or the one that it was given before. Calls for one
   * stream and user must not overlap.
   */
  async numberOf(id: string, { stream, user }: { stream: string; user: string }): Promise<number> {
    const key = stateKey(this.#worker, 'sequence', stream, user);
    const next = String(Number((await this.#state.get(key)) ?? 0) + 1);
    const { outbox } = await this.#state.commit({
      marker: stateKey(this.#worker, 'number', stream, id),
      markerTtlMs: NUMBER_TTL_MS,
      writes: [{ op: 'set', key, value: next, ttlMs: SEQUENCE_TTL_MS }],
      outbox: [next],
    });
    return Number(outbox[0] ?? next);
  }
}
