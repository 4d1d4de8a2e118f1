import type { AppRef, UserMessage } from '@vumi/core';

/**
 * The platform's own key in helper_metadata: whose message this is. Applications cannot set it; `reply` carries it
 * along, so that a message names its account in every queue.
 */
const KEY = 'vumi';

/** Whose message it is; `app` null for one that an account sent through the API. */
export interface Stamp {
  readonly account: string;
  readonly app: string | null;
}

export function stampMessage(message: UserMessage, stamp: Stamp): UserMessage {
  return { ...message, helper_metadata: { ...message.helper_metadata, [KEY]: stamp } };
}

export function stampOf(message: Pick<UserMessage, 'helper_metadata'>): Stamp | null {
  const value = message.helper_metadata[KEY];
  if (typeof value !== 'object' || value === null) return null;
  const { account, app } = value as { account?: unknown; app?: unknown };
  if (typeof account !== 'string') return null;
  return { account, app: typeof app === 'string' ? app : null };
}

/** The app that a message belongs to, or null when it has none. */
export function appOf(message: Pick<UserMessage, 'helper_metadata'>): AppRef | null {
  const stamp = stampOf(message);
  return stamp === null || stamp.app === null ? null : { account: stamp.account, app: stamp.app };
}
