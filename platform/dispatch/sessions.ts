import type { AppRef, KeyedState, UserMessage } from '@vumi/core';

/** A user who says nothing for so long starts anew. */
const IDLE_MS = 10 * 60 * 1000;

/**
 * Which app a user of a shared number is talking to. A keyword begins the conversation; what the user says next goes to
 * the same app until it answers with the end of the session. Vumi's keyword router had nothing of the kind: there every
 * message had to repeat the keyword.
 */
export interface Sessions {
  find(message: UserMessage): Promise<AppRef | null>;
  /** Notes an app's answer: it keeps the session open, or ends it. */
  answered(reply: UserMessage, ref: AppRef): Promise<void>;
}

export function createSessions(state: KeyedState): Sessions {
  return {
    async find(message) {
      const found = await state.get(key(message.transport_name, message.to_addr, message.from_addr));
      return found === null ? null : (JSON.parse(found) as AppRef);
    },
    async answered(reply, ref) {
      const name = key(reply.transport_name, reply.from_addr, reply.to_addr);
      if (reply.session_event === 'close') await state.delete(name);
      else await state.set(name, JSON.stringify({ account: ref.account, app: ref.app }), IDLE_MS);
    },
  };
}

function key(transport: string | null, number: string | null, user: string | null): string {
  return `session/${JSON.stringify([transport, number, user])}`;
}
