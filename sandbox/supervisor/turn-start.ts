import type { TransportEvent, UserMessage } from '@vumi/core';
import type { TurnStart } from '../guest/host.ts';
import { outgoingId, turnKind, type TurnOrigin } from './effects-commit.ts';

/** Most handlers send one message: its id goes along, more are asked for. */
const IDS_SENT_ALONG = 1;

/** What the guest gets to see: everything but the platform's own key. */
function forGuest(body: UserMessage | TransportEvent): Record<string, unknown> {
  const { vumi: _platform, ...metadata } = body.helper_metadata;
  return { ...body, helper_metadata: metadata };
}

/** JSON of what a turn starts with. */
export function turnStart(origin: TurnOrigin, body: UserMessage | TransportEvent, now: number): string {
  const { schedule } = origin;
  const start: TurnStart = {
    kind: turnKind(origin),
    body: schedule === undefined ? forGuest(body) : { ...schedule },
    now,
    ids: Array.from({ length: IDS_SENT_ALONG }, (_, index) => outgoingId(origin.id, index)),
  };
  return JSON.stringify(start);
}
