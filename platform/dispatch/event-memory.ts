import type { KeyedState } from '@vumi/core';
import { LRUCache } from 'lru-cache';

/** Vumi's default of `expire_routing_memory`, a week (spec vumi-core §3). */
export const ROUTING_MEMORY_SECONDS = 604_800;
/** Most events come within seconds of their message: these many newest are answered without asking the state. */
const RECENT = 20_000;

const NOBODY = { sender: null } as const;

/** Remembers who sent a message, so that its events find their way back. `S` is JSON. */
export interface EventMemory<S> {
  remember(messageId: string, sender: S): Promise<void>;
  /** Nobody wants the events of this message: for the newest messages that is then answered without asking the state. */
  forgo(messageId: string): void;
  recall(messageId: string): Promise<S | null>;
}

export function createEventMemory<S>(
  state: Pick<KeyedState, 'get' | 'set'>,
  { prefix, ttlMs = ROUTING_MEMORY_SECONDS * 1000 }: { readonly prefix: string; readonly ttlMs?: number },
): EventMemory<S> {
  const recent = new LRUCache<string, { readonly sender: S | null }>({ max: RECENT });
  return {
    async remember(messageId, sender) {
      recent.set(messageId, { sender });
      await state.set(prefix + messageId, JSON.stringify(sender), ttlMs);
    },
    forgo: (messageId) => void recent.set(messageId, NOBODY),
    async recall(messageId) {
      const known = recent.get(messageId);
      if (known !== undefined) return known.sender;
      const stored = await state.get(prefix + messageId);
      return stored === null ? null : (JSON.parse(stored) as S);
    },
  };
}
