import {
  DEFAULT_ENDPOINT,
  endpointOf,
  eventStatus,
  smppClientConnector,
  VumiError,
  type AppRef,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { EventRoutes } from '../event-routes.ts';
import { refusalOf } from '../refusal.ts';
import type { RoutingTable, RouteRule } from '../routing-table.ts';
import type { Sessions } from '../sessions.ts';
import { appOf, stampMessage, stampOf, type Stamp } from '../stamp.ts';
import { endpointOfRoute } from '../ways-out.ts';
import type { Routed, Router } from './router.ts';

export interface ContentKeywordConfig {
  /** Gets what no route matches; null leaves such messages unrouted. */
  readonly fallbackApp: AppRef | null;
}

export interface ContentKeywordPorts {
  /** The table as it is now. */
  readonly table: () => RoutingTable;
  readonly connectorOf: (ref: AppRef) => string;
  readonly sessions: Sessions;
  readonly eventRoutes: EventRoutes;
}

/**
 * Routes by number, sender's prefix and first word, from the store's routes (spec vumi-core §3, "ContentKeyword").
 * Decided differently from Vumi: a message goes to one app, the most specific match, not to every rule that fires; and
 * a user stays with the app that a keyword led to while the app keeps the session open.
 */
export function createContentKeywordRouter(config: ContentKeywordConfig, ports: ContentKeywordPorts): Router {
  return {
    async inbound(message) {
      const target = await findTarget(message, config, ports);
      if (target === null) return [];
      const { account, endpoint } = target;
      const [connector, app] =
        'app' in target
          ? [ports.connectorOf(target), target.app]
          : [smppClientConnector(target.smppClient), null];
      const routing_metadata = { ...message.routing_metadata, endpoint_name: endpoint };
      return [{ connector, message: stampMessage({ ...message, routing_metadata }, { account, app }) }];
    },

    async event(event) {
      const sender = await ports.eventRoutes.senderOf(event.user_message_id);
      if (sender === null) return [];
      if (sender.sender !== undefined) return toSender(event, sender);
      if (sender.app === null) return [];
      const ref = { account: sender.account, app: sender.app };
      if (!ports.table().isActive(ref.account) || !ports.table().handlesEvents(ref)) return [];
      return [
        { connector: ports.connectorOf(ref), message: stampEvent(event, { ...ref, ...chainOf(sender) }) },
      ];
    },

    outbound: (message) => addressOutbound(message, ports.table()),

    async noteRefused({ message }) {
      const ref = appOf(message);
      if (ref !== null && ports.table().handlesEvents(ref)) await ports.eventRoutes.remember(message);
    },

    async noteOutbound({ connector, message }) {
      const ref = appOf(message);
      if (ref === null) {
        const isWanted = (stampOf(message)?.sender?.events.length ?? 0) > 0;
        if (isWanted) await ports.eventRoutes.remember(message);
        else ports.eventRoutes.forgo(message.message_id);
        return;
      }
      const table = ports.table();
      const isShared = table.hasKeywords(connector, message.from_addr);
      await Promise.all([
        // Events of other apps are only recorded, by the id of their message.
        table.handlesEvents(ref)
          ? ports.eventRoutes.remember(message)
          : ports.eventRoutes.forgo(message.message_id),
        isShared ? ports.sessions.sent(message, ref) : null,
      ]);
    },
  };
}

/** Who gets a message, and at which endpoint. */
type Target = (AppRef | { readonly account: string; readonly smppClient: string }) & {
  readonly endpoint: string;
};

async function findTarget(
  message: UserMessage,
  config: ContentKeywordConfig,
  ports: ContentKeywordPorts,
): Promise<Target | null> {
  const table = ports.table();
  const keyword = table.matchKeyword(message);
  if (keyword !== null) return targetOf(keyword);
  if (table.hasKeywords(message.transport_name, message.to_addr)) {
    const session = await ports.sessions.find(message);
    if (session !== null && canGoOn(session, message, table)) {
      return { ...session, endpoint: table.endpointAt(session, message) };
    }
  }
  const catchAll = table.matchCatchAll(message);
  if (catchAll !== null) return targetOf(catchAll);
  return config.fallbackApp === null ? null : { ...config.fallbackApp, endpoint: DEFAULT_ENDPOINT };
}

/** A conversation ends with the app's last version, and when the number is no more its account's. */
function canGoOn(session: AppRef, { transport_name, to_addr }: UserMessage, table: RoutingTable): boolean {
  if (table.activeVersion(session) === null) return false;
  return transport_name !== null && table.mayAnswer(session.account, transport_name, to_addr);
}

function targetOf(route: RouteRule): Target {
  const { account, app, smpp_client } = route;
  const endpoint = endpointOfRoute(route);
  return app === null ? { account, smppClient: smpp_client ?? '', endpoint } : { account, app, endpoint };
}

/** Events that a sender other than an app asked for go to it with the stamp of its message. */
function toSender(event: TransportEvent, stamp: Stamp): Routed<TransportEvent>[] {
  const { sender } = stamp;
  if (sender === undefined || !sender.events.includes(eventStatus(event))) return [];
  const message = { ...event, helper_metadata: { ...event.helper_metadata, vumi: stamp } };
  return [{ connector: sender.connector, message }];
}

function stampEvent(event: TransportEvent, stamp: Stamp): TransportEvent {
  return { ...event, helper_metadata: { ...event.helper_metadata, vumi: stamp } };
}

function chainOf({ chain }: Stamp): Pick<Stamp, 'chain'> {
  return chain === undefined ? {} : { chain };
}

/**
 * A reply goes back the way its message came; what an app sends leaves by the route of the endpoint that it names, from
 * that route's number. Nothing leaves from a number that is not its account's.
 */
function addressOutbound(message: UserMessage, table: RoutingTable): Routed<UserMessage> {
  const { transport_name: transport, from_addr: from } = message;
  const stamp = stampOf(message);
  if (transport !== null) {
    const refusal = refusalOf(message, table);
    if (refusal !== null) throw new VumiError('number.not_assigned', refusal);
    // Whoever names it has found the way already.
    if (message.in_reply_to !== null || stamp !== null) return { connector: transport, message };
  }
  if (stamp === null) {
    throw new VumiError('route.none', 'the message names no account, so no route can be found for it');
  }
  const way = table.wayOut(stamp.account, {
    app: stamp.app ?? undefined,
    endpoint: endpointOf(message),
    from: from ?? undefined,
  });
  return {
    connector: way.transport,
    message: { ...message, transport_name: way.transport, from_addr: way.from_addr },
  };
}
