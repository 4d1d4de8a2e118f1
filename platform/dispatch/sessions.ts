import { appKey, SESSION_IDLE_MS, type AppRef, type KeyedState, type UserMessage } from '@vumi/core';

/**
 * Which app a user of a shared number is talking to. A keyword begins the conversation; what the user says next goes to
 * the same app until it answers with the end of the session. Vumi's keyword router had nothing of the kind: there every
 * message had to repeat the keyword.
 */
export interface Sessions {
  find(message: UserMessage): Promise<AppRef | null>;
  /**
   * Notes what an app sent: a reply keeps the session open, or ends it. What answers nothing begins a conversation only
   * with a user who is in none: no app may draw another's users to itself.
   */
  sent(message: UserMessage, ref: AppRef): Promise<void>;
}

export function createSessions(state: KeyedState): Sessions {
  const holderOf = async (name: string): Promise<AppRef | null> => {
    const found = await state.get(name);
    return found === null ? null : (JSON.parse(found) as AppRef);
  };
  return {
    find: (message) => holderOf(key(message.transport_name, message.to_addr, message.from_addr)),
    async sent(message, ref) {
      const name = key(message.transport_name, message.from_addr, message.to_addr);
      const isClose = message.session_event === 'close';
      if (isClose || message.in_reply_to === null) {
        const holder = await holderOf(name);
        if (holder !== null && appKey(holder) !== appKey(ref)) return;
      }
      if (isClose) await state.delete(name);
      else await state.set(name, JSON.stringify({ account: ref.account, app: ref.app }), SESSION_IDLE_MS);
    },
  };
}

/** A person is one whether his number is written with its plus or as the network does it. */
function key(transport: string | null, number: string | null, user: string | null): string {
  return `session/${JSON.stringify([transport, number, user?.replace(/^\+(?=\d)/, '') ?? null])}`;
}
