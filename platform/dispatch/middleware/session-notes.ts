import { stampOf, type Middleware, type UserMessage } from '@vumi/core';
import type { RouteTable } from '../route-table.ts';
import { holderOf, type Holder } from '../route-table-router.ts';
import type { Sessions } from '../sessions.ts';
import { both } from './both.ts';

export interface SessionNotePorts {
  readonly table: () => RouteTable;
  readonly sessions: Pick<Sessions<Holder>, 'sent'>;
}

/** Notes who keeps a conversation with a user of a shared number, so that the user stays with him. */
export function createSessionNotes({ table, sessions }: SessionNotePorts): Middleware {
  const note = (message: UserMessage, transport: string): Promise<void> | null => {
    const stamp = stampOf(message);
    const holder = stamp === null ? null : holderOf(stamp);
    if (holder === null || !table().isShared(transport, message.from_addr)) return null;
    return sessions.sent(message, holder);
  };
  return (transit, next) => {
    if (transit.flow !== 'outbound' || transit.stage !== 'publish') return next(transit);
    const noted = note(transit.message, transit.connector);
    return noted === null ? next(transit) : both(noted, next(transit));
  };
}
