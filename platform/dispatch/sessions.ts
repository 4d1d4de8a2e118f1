import { SESSION_IDLE_MS, waitsOf, type KeyedState, type UserMessage, type Waits } from '@vumi/core';

/**
 * With whom a user of a shared number is talking. A keyword begins the conversation; what the user says next goes to the
 * same holder until it answers with the end of the session. Vumi's keyword router had nothing of the kind: there every
 * message had to repeat the keyword. `H` is JSON without a member `waits`, and its members always stand in one order.
 */
export interface Sessions<H> {
  find(message: UserMessage): Promise<Held<H> | null>;
  /**
   * Notes what a holder sent: a reply keeps the session open, or ends it. What answers nothing begins a conversation
   * only with a user who is in none: nobody may draw another's users to himself.
   */
  sent(message: UserMessage, holder: H): Promise<void>;
}

/** Who holds a user, and what he has asked him, where he says so. */
export type Held<H> = H & { readonly waits?: Waits };

export interface SessionOptions {
  readonly prefix: string;
  /** After so long without a word of the holder the conversation is over, unless he said how long he waits. */
  readonly idleMs?: number;
}

export function createSessions<H extends object>(
  state: Pick<KeyedState, 'get' | 'set' | 'delete'>,
  { prefix, idleMs = SESSION_IDLE_MS }: SessionOptions,
): Sessions<H> {
  return {
    async find({ transport_name, to_addr, from_addr, group }) {
      const held = (user: string | null): Promise<string | null> =>
        state.get(prefix + keyOf(transport_name, to_addr, user));
      // Whoever was answered in front of all is talked to by all.
      const found = (await held(from_addr)) ?? (group === null ? null : await held(group));
      return found === null ? null : (JSON.parse(found) as Held<H>);
    },
    async sent(message, holder) {
      const key = prefix + keyOf(message.transport_name, message.from_addr, message.to_addr ?? message.group);
      const waits = waitsOf(message);
      const answersNothing = message.in_reply_to === null;
      const isClose = message.session_event === 'close';
      if (isClose || answersNothing) {
        const held = await state.get(key);
        if (held !== null && !maySay(held, holder, isClose || waits !== undefined)) return;
      }
      if (isOver(isClose, answersNothing, waits)) await state.delete(key);
      else if (waits == null) await state.set(key, JSON.stringify(holder), idleMs);
      else await state.set(key, JSON.stringify({ ...holder, waits }), waits.seconds * 1000);
    },
  };
}

/** Not where an app failed on a secret answer: who is told so may well type it again. */
function isOver(isClose: boolean, answersNothing: boolean, waits: Waits | null | undefined): boolean {
  return isClose ? waits?.secret !== true : answersNothing && waits === null;
}

/** Only who holds a user may; and what he says by the way leaves his question open. */
function maySay(held: string, holder: object, isAboutQuestion: boolean): boolean {
  const { waits: open, ...rest } = JSON.parse(held) as Held<object>;
  return JSON.stringify(rest) === JSON.stringify(holder) && (isAboutQuestion || open === undefined);
}

/** A person is one whether his number is written with its plus or as the network does it. */
function keyOf(transport: string | null, number: string | null, user: string | null): string {
  return JSON.stringify([transport, number, user?.replace(/^\+(?=\d)/, '') ?? null]);
}
