import { endpointOf, type AppRef, type KeyedState } from '@vumi/core';
import { TALK_KEY, type OpenTalks } from '@vumi/core/talks';
import { begunOver } from '@vumi/sdk/talks';
import type { TurnOrigin } from '../turns/effects-commit.ts';
import { statePrefix, userStatePlace } from './keys.ts';

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

/** Which conversations a message or a schedule may be of, the first that is open: the SDK looks for them as this does. */
export function talksOfTurn(turn: Pick<TurnOrigin, 'message' | 'schedule'>): TalkPlace[] {
  const { message, schedule } = turn;
  if (message !== null) {
    const { from_addr: user, to_addr } = message;
    return user === null
      ? []
      : [
          { user, to: to_addr ?? '' },
          { user, to: begunOver(endpointOf(message)) },
        ];
  }
  const user = userOfOpening(turn);
  const { to } = (schedule?.data ?? {}) as { readonly to?: unknown };
  return user !== null && typeof to === 'string' ? [{ user, to }] : [];
}

/** Whom a schedule of a conversation is for: one that begins a conversation is of none yet. */
export function userOfOpening({ schedule }: Pick<TurnOrigin, 'schedule'>): string | null {
  return schedule?.name.startsWith(TALK_KEY) === true ? schedule.user : null;
}

/** A user has one with each of an app's numbers at most. */
const MOST_OF_USER = 20;

/** Conversations with a user, by the app's own address, as they are remembered. */
export async function talksOfUser(
  state: Pick<KeyedState, 'list'>,
  ref: AppRef,
  user: string,
): Promise<OpenTalks['talks']> {
  const { place, start } = userStatePlace(ref, user);
  const prefix = start + TALK_KEY;
  const { entries } = await state.list({ place, prefix, limit: MOST_OF_USER });
  return entries.map(([key, kept]) => [key.slice(prefix.length), JSON.parse(kept)] as const);
}
