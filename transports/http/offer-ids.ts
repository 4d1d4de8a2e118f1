import type { KeyedState } from '@vumi/core';

export interface OfferIdsPorts {
  readonly ids: 'own' | 'numbers';
  readonly state: Pick<KeyedState, 'get' | 'set' | 'increment'>;
  readonly transport: string;
  readonly lifetimeMs: number;
}

/** A message of ours has such an id. */
const OWN_ID = /^[\w.:-]{1,100}$/;
/** Numbers of signed 32 bits, which old phones read. */
const NUMBER = /^[1-9]\d{0,9}$/;

/** What a network calls our messages by: their ids, or numbers that are kept in the state. */
export class OfferIds {
  readonly #ports: OfferIdsPorts;

  constructor(ports: OfferIdsPorts) {
    this.#ports = ports;
  }

  /** The same message has the same number in each life of the transport. */
  async idOf(messageId: string): Promise<string> {
    const { ids, state, lifetimeMs } = this.#ports;
    if (ids === 'own') return messageId;
    const key = this.#key('number-of', messageId);
    const known = await state.get(key);
    if (known !== null) return known;
    const number = String(await state.increment(this.#key('numbers'), 1));
    await state.set(this.#key('numbered', number), messageId, lifetimeMs);
    await state.set(key, number, lifetimeMs);
    return number;
  }

  /** Null: it is none of ours. */
  async messageOf(id: string): Promise<string | null> {
    const { ids, state } = this.#ports;
    if (ids === 'own') return OWN_ID.test(id) ? id : null;
    return NUMBER.test(id) ? state.get(this.#key('numbered', id)) : null;
  }

  #key(...parts: readonly string[]): string {
    return ['transport', this.#ports.transport, ...parts].join('/');
  }
}
