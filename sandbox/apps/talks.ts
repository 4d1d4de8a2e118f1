import type { AppRef } from '@vumi/core';
import { TALK_KEY } from '@vumi/core/talks';
import type { TurnOrigin } from '../turns/effects-commit.ts';
import { statePrefix } from './keys.ts';

/** A user talks to a number of an app in one conversation at a time. */
export interface TalkPlace {
  readonly user: string;
  /** The app's own address. */
  readonly to: string;
}

/** Whose conversation a key of the platform's state is; null for what is none. */
export function talkOfKey(ref: AppRef, key: string): TalkPlace | null {
  const start = `${statePrefix(ref)}user/`;
  if (!key.startsWith(start)) return null;
  const slash = key.indexOf('/', start.length);
  if (slash === -1 || !key.startsWith(TALK_KEY, slash + 1)) return null;
  const user = key.slice(start.length, slash).replaceAll('%2F', '/').replaceAll('%25', '%');
  return { user, to: key.slice(slash + 1 + TALK_KEY.length) };
}

/** Which conversation a message or a schedule may be of. */
export function talkOfTurn({
  message,
  schedule,
}: Pick<TurnOrigin, 'message' | 'schedule'>): TalkPlace | null {
  if (message !== null)
    return message.from_addr === null ? null : { user: message.from_addr, to: message.to_addr ?? '' };
  if (schedule?.user === undefined || schedule.user === null || !schedule.name.startsWith(TALK_KEY))
    return null;
  const { to } = (schedule.data ?? {}) as { readonly to?: unknown };
  return typeof to === 'string' ? { user: schedule.user, to } : null;
}
