import {
  stampOf,
  waitsOf,
  type Middleware,
  type Next,
  type Stamp,
  type Transit,
  type UserMessage,
} from '@vumi/core';
import type { RouteTable } from '../route-table.ts';
import { holderOf, type Holder } from '../route-table-router.ts';
import type { Sessions } from '../sessions.ts';
import { both } from './both.ts';

export interface SessionNotePorts {
  readonly table: () => RouteTable;
  readonly sessions: Pick<Sessions<Holder>, 'sent'>;
}

/**
 * Notes who keeps a conversation with a user of a shared number, so that the user stays with him; and on every number which
 * question is secret, before it is sent: its answer must be known by that.
 */
export function createSessionNotes({ table, sessions }: SessionNotePorts): Middleware {
  const note = (message: UserMessage, transport: string): Promise<void> | null => {
    const stamp = stampOf(message);
    const holder = stamp === null ? null : holderOf(stamp);
    if (stamp === null || holder === null) return null;
    const isNoted = table().isShared(transport, message.from_addr) || isAboutSecret(message, stamp);
    return isNoted ? sessions.sent(message, holder) : null;
  };
  return (transit, next) => {
    if (transit.flow !== 'outbound' || transit.stage !== 'publish') return next(transit);
    const noted = note(transit.message, transit.connector);
    if (noted === null) return next(transit);
    return waitsOf(transit.message)?.secret === true
      ? after(noted, next, transit)
      : both(noted, next(transit));
  };
}

async function after(noted: Promise<void>, next: Next, transit: Transit): Promise<void> {
  await noted;
  return next(transit);
}

/** It asks a secret question, or may end one: in answering, or by its own time. */
function isAboutSecret(message: UserMessage, { answersSecret }: Stamp): boolean {
  const waits = waitsOf(message);
  return (
    waits?.secret === true || answersSecret === true || (waits !== undefined && message.in_reply_to === null)
  );
}
