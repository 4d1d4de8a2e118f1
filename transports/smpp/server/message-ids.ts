import { newId, type KeyedState } from '@vumi/core';

/** Short ids that one process takes at a time. */
const BLOCK = 1000;
/** As long as a client may ask for a message by its id. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;
const SHORT_DIGITS = 8;

/** What we call a message, and what its client calls it. */
export interface MessageIds {
  /** The platform's id, or what one is made of. */
  readonly own: string;
  /** What the response says: the same, or 8 hex digits for peers of v3.3 (spec smpp §5 point 14). */
  readonly told: string;
}

/** Gives ids to what clients submit, and finds messages by the ids that clients were told. */
export class IdBook {
  readonly #state: Pick<KeyedState, 'get' | 'set' | 'increment'>;
  #next = 0;
  #end = 0;
  #block: Promise<void> | null = null;

  constructor(state: Pick<KeyedState, 'get' | 'set' | 'increment'>) {
    this.#state = state;
  }

  async next(knowsLongIds: boolean): Promise<MessageIds> {
    const own = newId();
    return { own, told: knowsLongIds ? own : await this.#short() };
  }

  /** Notes by which ids a client asks for a message; its own id needs no note. */
  async remember(systemId: string, messageId: string, told: readonly string[]): Promise<void> {
    const others = told.filter((id) => id !== messageId);
    await Promise.all(others.map((id) => this.#state.set(keyOf(systemId, id), messageId, REMEMBERED_MS)));
  }

  async messageId(systemId: string, told: string): Promise<string> {
    return (await this.#state.get(keyOf(systemId, told))) ?? told;
  }

  async #short(): Promise<string> {
    while (this.#next >= this.#end) await (this.#block ??= this.#takeBlock());
    const number = this.#next + 1;
    this.#next += 1;
    return (number % 16 ** SHORT_DIGITS).toString(16).padStart(SHORT_DIGITS, '0');
  }

  async #takeBlock(): Promise<void> {
    try {
      this.#end = await this.#state.increment('smpp-server/short-ids', BLOCK);
      this.#next = this.#end - BLOCK;
    } finally {
      this.#block = null;
    }
  }
}

function keyOf(systemId: string, told: string): string {
  return `smpp-server/id/${systemId}/${told.toLowerCase()}`;
}
