import { endpointOf, VumiError, type AppRef, type KeyedState } from '@vumi/core';
import { TALK_KEY, type OpenTalks } from '@vumi/core/talks';
import { begunOver } from '@vumi/sdk/talks';
import type { TurnOrigin } from '../turns/effects-commit.ts';
import { escaped, statePrefix, unescaped, userStateKey, userStatePlace } from './keys.ts';

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
  return { user: unescaped(key.slice(start.length, slash)), to: key.slice(slash + 1 + TALK_KEY.length) };
}

/** Under which key of the platform's state it is remembered. */
export function talkKeyOf(ref: AppRef, { user, to }: TalkPlace): string {
  return userStateKey(ref, user, TALK_KEY + to);
}

/** On which version a conversation is, and when that was written. */
export interface TalkPin {
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Where the pins of an app's conversations can be listed: what is open is found by them. */
export function talkPinPlace(ref: AppRef): { readonly place: string; readonly start: string } {
  const place = statePrefix(ref);
  return { place, start: `${place}talk/` };
}

export function talkPinKey(ref: AppRef, { user, to }: TalkPlace): string {
  return `${talkPinPlace(ref).start}${escaped(user)}/${to}`;
}

/** Whose pin a key is. */
export function talkOfPin(ref: AppRef, key: string): TalkPlace {
  const { start } = talkPinPlace(ref);
  const slash = key.indexOf('/', start.length);
  return { user: unescaped(key.slice(start.length, slash)), to: key.slice(slash + 1) };
}

export function writePin({ version, at }: TalkPin): string {
  return JSON.stringify([version, at]);
}

export function readPin(text: string): TalkPin {
  const [version, at] = JSON.parse(text) as [number, number];
  return { version, at };
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

/** What the SDK will ask for first: the conversation that a turn is of, by its key in the user's state, as JSON. */
export async function keptTalksOf(
  state: Pick<KeyedState, 'get'>,
  turn: Pick<TurnOrigin, 'ref' | 'message' | 'schedule'>,
): Promise<[key: string, json: string | null][]> {
  const kept: [string, string | null][] = [];
  for (const place of talksOfTurn(turn)) {
    const key = possibleKeyOf(turn.ref, place);
    // The app is told so when it asks: its user gets the apology.
    if (key === null) return [];
    const json = await state.get(key);
    kept.push([TALK_KEY + place.to, json]);
    if (json !== null) break;
  }
  return kept;
}

/** Null where the network gave an address that no key can have. */
function possibleKeyOf(ref: AppRef, place: TalkPlace): string | null {
  try {
    return talkKeyOf(ref, place);
  } catch (error) {
    if (error instanceof VumiError && error.code === 'request.invalid') return null;
    throw error;
  }
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
