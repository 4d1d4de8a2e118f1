import type { Chain } from './chain.ts';
import { deriveId } from './ids.ts';
import type { FiredSchedule } from './schedule-message.ts';

/**
 * Names of schedules by which the platform itself tells an app something begin with this. No app can make one: what is due
 * by such a name really happened.
 */
export const OPTOUT_SCHEDULES = 'vumi:opt';

/** What an app is told: somebody has opted out, or wants messages again. */
export type OptoutTurn = 'optout' | 'optin';

/** The handlers of an app that are told. */
export const OPTOUT_HANDLERS = { optout: 'onOptOut', optin: 'onOptIn' } as const;

/** A change of who has opted out, as its app is told of it. */
export interface OptoutNews {
  readonly turn: OptoutTurn;
  /** As messages come from it, which may be another form than that in the list of opt-outs. */
  readonly user: string;
  /** `msisdn`, or what else the address is. */
  readonly type: string;
  /** The message by which it was said; null: it was written through the API. */
  readonly message_id: string | null;
  /** Of the handler that did it, when that was not called by a user's message. */
  readonly chain?: Chain;
}

/**
 * What brings a change to an app: a schedule that is due at once, written with the change. It comes through the queue of
 * the app's messages, in line with the user's, and takes effect once. `id` is that of the change.
 */
export function optoutSchedule(
  { turn, user, type, message_id, chain }: OptoutNews,
  app: string,
  id: string,
): Omit<FiredSchedule, 'due'> {
  return {
    id: deriveId(id, app),
    name: `${OPTOUT_SCHEDULES}${turn.slice(3)}:${id}`,
    user,
    data: { type, message_id },
    ...(chain === undefined ? {} : { chain }),
  };
}

/** Of which kind a schedule is; null: one that an app has made. */
export function optoutTurnOf({ name }: { readonly name: string }): OptoutTurn | null {
  if (!name.startsWith(OPTOUT_SCHEDULES)) return null;
  return name.startsWith(`${OPTOUT_SCHEDULES}out:`) ? 'optout' : 'optin';
}
