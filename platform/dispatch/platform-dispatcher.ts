import {
  API_CONNECTOR,
  type AppRef,
  type Clock,
  type KeyedState,
  type Logger,
  type Middleware,
  type MiddlewareOrders,
  type Stamp,
  type UserMessage,
} from '@vumi/core';
import { stoppedEntry } from '@vumi/records';
import type { Store } from '@vumi/store';
import type { Catalog } from './catalog.ts';
import { createDispatcher, type Dispatcher, type DispatcherEnds } from './dispatcher.ts';
import { createEventMemory } from './event-memory.ts';
import { createAccountGate } from './middleware/account-gate.ts';
import { createAuthorNotes } from './middleware/author-notes.ts';
import { createButtons } from './middleware/buttons.ts';
import { createConnectorOwner } from './middleware/connector-owner.ts';
import { createOptOuts, type OptOutPorts } from './middleware/opt-outs.ts';
import { createReceivableMiddleware } from './middleware/receivable.ts';
import { createRecording, type MessageRecorder } from './middleware/recording.ts';
import { createSenderReturn, type RememberedSender } from './middleware/sender-return.ts';
import { createSessionNotes } from './middleware/session-notes.ts';
import { createOffers } from './offers.ts';
import { isOptedOut, noteStop } from './optouts.ts';
import type { ReadReceiver } from './receivers.ts';
import type { LimitsOf } from './rich-limits.ts';
import type { RouteTable } from './route-table.ts';
import { createRouteTableRouter, type Holder } from './route-table-router.ts';
import type { Router } from './router.ts';
import { createSessions } from './sessions.ts';
import { createStopWords } from './stop-words.ts';

/** Keys of the state that processes of one platform share. */
export const SESSION_PREFIX = 'session/';
const SENDER_PREFIX = 'sender/';
const OFFER_PREFIX = 'offer/';

/** Connectors that a router of their own joins. */
export interface WiredConnectors {
  readonly router: Router;
  readonly has: (connector: string) => boolean;
}

export interface PlatformDispatcherPorts {
  readonly catalog: Pick<Catalog, 'table'>;
  readonly state: Pick<KeyedState, 'get' | 'set' | 'delete'>;
  readonly clock: Clock;
  readonly store: Pick<Store, 'optouts' | 'effects'>;
  readonly recorder: MessageRecorder;
  readonly ends: DispatcherEnds;
  /** The connector of a hosted app. */
  readonly connectorOf: (ref: AppRef) => string;
  /** Whether what consumes from the connector records what it gets: hosted apps and SMPP clients. */
  readonly isRecordedThere: (connector: string) => boolean;
  readonly readReceiver: ReadReceiver;
  readonly limitsOf: LimitsOf;
  /** Whether somebody takes what is sent to a connector, as far as is known (connector-health.ts). */
  readonly isUp: (connector: string) => boolean;
  /** Gets what no route matches; null leaves such messages unrouted. */
  readonly fallbackApp: AppRef | null;
  /** Puts a line into the log of an app: its message had no way out. */
  readonly tellAuthor: (message: UserMessage, ref: AppRef, reason: string) => void;
  /** Takes connectors past the routes; null leaves all to the routes. */
  readonly wired: WiredConnectors | null;
  /** What accounts pay (credits/charging.ts). */
  readonly charging: Middleware;
  /** What the dispatcher's options list, around the platform's own. */
  readonly middleware?: MiddlewareOrders | undefined;
  readonly logger: Logger;
}

/** The dispatcher of hosted apps: by the routes of the store, with what the platform promises to accounts around it. */
export function createPlatformDispatcher(ports: PlatformDispatcherPorts): Dispatcher {
  const table = (): RouteTable => ports.catalog.table();
  const sessions = createSessions<Holder>(ports.state, { prefix: SESSION_PREFIX });
  const byRoutes = createRouteTableRouter(
    { fallbackApp: ports.fallbackApp },
    { table, connectorOf: ports.connectorOf, sessions, isUp: ports.isUp },
  );
  const deliver: OptOutPorts['deliver'] = (routed) => dispatcher.deliver(routed);
  const own = platformMiddleware(ports, { table, sessions, deliver });
  const dispatcher = createDispatcher({
    router: ports.wired === null ? byRoutes : wiredFirst(ports.wired, byRoutes),
    ends: ports.ends,
    middleware: {
      consume: [...(ports.middleware?.consume ?? []), ...own],
      publish: [...own.toReversed(), ...(ports.middleware?.publish ?? [])],
    },
    logger: ports.logger,
  });
  return dispatcher;
}

interface Parts {
  readonly table: () => RouteTable;
  readonly sessions: Parameters<typeof createSessionNotes>[0]['sessions'];
  readonly deliver: OptOutPorts['deliver'];
}

/** In the order of consuming: what refuses a message on its way out stands behind what records it. */
function platformMiddleware(
  ports: PlatformDispatcherPorts,
  { table, sessions, deliver }: Parts,
): readonly Middleware[] {
  const { recorder, store } = ports;
  const isActive = (account: string): boolean => table().isActive(account);
  return [
    createConnectorOwner(table),
    createRecording({ recorder, isRecordedThere: ports.isRecordedThere }),
    createAuthorNotes(ports.tellAuthor),
    ports.charging,
    createAccountGate({ isActive, recorder }),
    createOptOuts({
      isActive,
      isOptedOut: (owner, address, source) =>
        isOptedOut({ catalog: ports.catalog, store }, owner, { address, byApp: source !== API_CONNECTOR }),
      heedStop: createStopWords({
        table,
        note: async (account, message, wish) => {
          if (wish === 'stop') {
            const entry = stoppedEntry(account, message.from_addr ?? '', ports.clock());
            await ports.state.set(entry.key, entry.value, entry.ttlMs);
          }
          await noteStop(store.effects, account, message, wish);
        },
      }),
      deliver,
      recorder,
    }),
    createSenderReturn({
      memory: createEventMemory<RememberedSender>(ports.state, { prefix: SENDER_PREFIX }),
      wantsEvents: (stamp) => wantsEvents(stamp, table()),
    }),
    createSessionNotes({ table, sessions }),
    createButtons({
      offers: createOffers(ports.state, { prefix: OFFER_PREFIX }),
      limitsOf: ports.limitsOf,
    }),
    createReceivableMiddleware(ports.readReceiver),
  ];
}

function wantsEvents({ account, app, connector, sender }: Stamp, table: RouteTable): boolean {
  if (sender !== undefined) return sender.events.length > 0;
  return app === null ? connector !== undefined : table.handlesEvents({ account, app });
}

function wiredFirst({ router, has }: WiredConnectors, rest: Router): Router {
  return {
    inbound: (message, from) => (has(from.connector) ? router : rest).inbound(message, from),
    event: (event, from) => (has(from.connector) ? router : rest).event(event, from),
    outbound: (message, from) => (has(from.connector) ? router : rest).outbound(message, from),
    async refused(nack, message, from) {
      if (!has(from.connector) && rest.refused !== undefined) return rest.refused(nack, message, from);
      return [{ ...from, flow: 'event', message: nack }];
    },
  };
}
