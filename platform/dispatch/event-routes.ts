import { RecentMap, type KeyedState, type UserMessage } from '@vumi/core';
import { stampOf, type Stamp } from './stamp.ts';

/** As long as Vumi's `expire_routing_memory` (spec vumi-core §3). */
const MEMORY_MS = 7 * 24 * 3600 * 1000;
/** Most events come within seconds of their message: these many newest are answered without asking the state. */
const RECENT = 20_000;

/** Remembers who sent a message, so that its events find their way back. */
export interface EventRoutes {
  remember(message: UserMessage): Promise<void>;
  /** Nobody wants the events of this message: for the newest messages that is then answered without asking the state. */
  forgo(messageId: string): void;
  senderOf(messageId: string): Promise<Stamp | null>;
}

export function createEventRoutes(state: KeyedState): EventRoutes {
  const recent = new RecentMap<string, Stamp | null>(RECENT);
  return {
    async remember(message) {
      const stamp = stampOf(message);
      if (stamp === null) return;
      recent.set(message.message_id, stamp);
      await state.set(key(message.message_id), JSON.stringify(stamp), MEMORY_MS);
    },
    forgo: (messageId) => recent.set(messageId, null),
    async senderOf(messageId) {
      const known = recent.get(messageId);
      if (known !== undefined) return known;
      const stored = await state.get(key(messageId));
      return stored === null ? null : (JSON.parse(stored) as Stamp);
    },
  };
}

function key(messageId: string): string {
  return `sender/${messageId}`;
}
