import { stampOf, type EndpointFaults, type TransportEvent, type UserMessage } from '@vumi/core';
import { deliveryClassOf } from '../classic/delivery-class.ts';
import type { TurnStart } from '../guest/host.ts';
import type { LoadedApp } from '../apps/app.ts';
import { outgoingId, turnKind, type TurnOrigin } from './effects-commit.ts';

/** Most handlers send one message: its id goes along, more are asked for. */
const IDS_SENT_ALONG = 1;

/** What the guest gets to see: everything but the platform's own key. */
function forGuest(body: UserMessage | TransportEvent): { helper_metadata: Record<string, unknown> } {
  const { vumi: _platform, ...metadata } = body.helper_metadata;
  return { ...body, helper_metadata: metadata };
}

function forClassicGuest(body: UserMessage | TransportEvent): Record<string, unknown> {
  const own = forGuest(body);
  if (!('transport_type' in body)) return own;
  const delivery_class = deliveryClassOf(body as UserMessage);
  const { international_sender: sender } = body.transport_metadata;
  return {
    ...own,
    // Vumi Go wrote numbers with a plus, and so do the keys and lists of its apps.
    ...(typeof sender === 'string' ? { from_addr: sender } : {}),
    helper_metadata: { delivery_class, ...own.helper_metadata },
  };
}

export interface TurnFacts {
  readonly origin: TurnOrigin;
  readonly app: Pick<LoadedApp, 'kind'>;
  /** What the app can send by; null: by everything. */
  readonly endpoints: EndpointFaults | null;
  /** Its conversation may be of another version, which it goes back to if it does not fit. */
  readonly mustFit?: boolean;
  /** What it will ask for first of its user's state, by key, as JSON: a call and an entry into the guest less. */
  readonly kept?: readonly (readonly [key: string, json: string | null])[];
}

/** JSON of what a turn starts with. */
export function turnStart(
  { origin, app, endpoints, mustFit = false, kept = [] }: TurnFacts,
  body: UserMessage | TransportEvent,
  now: number,
): string {
  const { chain: _, ...schedule } = origin.schedule ?? {};
  const start = {
    kind: turnKind(origin),
    body:
      origin.schedule !== undefined
        ? schedule
        : app.kind === 'classic'
          ? forClassicGuest(body)
          : forGuest(body),
    now,
    // The platform answers the sends of a classic app.
    ...(endpoints === null || app.kind === 'classic' ? {} : { endpoints }),
    ...(mustFit ? { mustFit: true as const } : {}),
    ...(stampOf(body)?.isKeyword === true ? { isOwnKeyword: true as const } : {}),
    ids: Array.from({ length: IDS_SENT_ALONG }, (_, index) => outgoingId(origin.id, index)),
  } satisfies Omit<TurnStart, 'body'> & { body: object };
  const json = JSON.stringify(start);
  if (kept.length === 0) return json;
  const members = kept.map(([key, value]) => `${JSON.stringify(key)}:${value}`);
  return `${json.slice(0, -1)},"kept":{${members.join(',')}}}`;
}
