import type { AppRef } from './app-ref.ts';
import type { Chain } from './chain.ts';
import { deriveId } from './ids.ts';
import { createUserMessage } from './message.ts';
import { formatTimestamp } from './timestamp.ts';
import type { UserMessage } from './wire.ts';

/** The platform's own key in helper_metadata (dispatch/stamp.ts), in which a schedule travels beside its app. */
const KEY = 'vumi';

/** A schedule whose time has come. */
export interface FiredSchedule {
  readonly id: string;
  readonly name: string;
  /** The address of the user whom it is for; null: nobody. */
  readonly user: string | null;
  /** When it was to happen, milliseconds since the epoch. */
  readonly due: number;
  readonly data: unknown;
  /** Of the handler that made it, when that was not called by a user's message. */
  readonly chain?: Chain;
}

/** By which a schedule is fired: each time of one that comes again is a message of its own. */
export function occurrenceId(schedule: {
  readonly id: string;
  readonly repeat: unknown;
  /** ISO 8601. */
  readonly due_at: string;
}): string {
  const { id, repeat, due_at } = schedule;
  return repeat === null ? id : deriveId(id, Date.parse(due_at));
}

/** Of the message that brings the schedule with that id to its app. */
export function scheduleMessageId(id: string): string {
  return deriveId(id, 'fired');
}

/**
 * The message that brings a schedule to its app, through the queue of the app's other messages and, where it is for a
 * user, in line with that user's. Its id is the schedule's: published twice it takes effect once.
 */
export function scheduleMessage(ref: AppRef, schedule: FiredSchedule): UserMessage {
  return createUserMessage({
    message_id: scheduleMessageId(schedule.id),
    timestamp: formatTimestamp(schedule.due),
    from_addr: schedule.user,
    to_addr: null,
    helper_metadata: { [KEY]: { account: ref.account, app: ref.app, schedule } },
  });
}

/** The schedule that a message brings, or null for one that a user sent. Whoever stamps a user's message leaves none. */
export function scheduleOf({ helper_metadata }: Pick<UserMessage, 'helper_metadata'>): FiredSchedule | null {
  const stamp = helper_metadata[KEY] as { readonly schedule?: FiredSchedule } | null | undefined;
  return stamp?.schedule ?? null;
}
