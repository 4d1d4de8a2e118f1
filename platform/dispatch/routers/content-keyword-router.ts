import {
  eventStatus,
  smppClientConnector,
  VumiError,
  type AppRef,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { EventRoutes } from '../event-routes.ts';
import type { RoutingTable, RouteRule } from '../routing-table.ts';
import type { Sessions } from '../sessions.ts';
import { appOf, stampMessage, stampOf, type Stamp } from '../stamp.ts';
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
      const { account } = target;
      const [connector, app] =
        'app' in target
          ? [ports.connectorOf(target), target.app]
          : [smppClientConnector(target.smppClient), null];
      return [{ connector, message: stampMessage(message, { account, app }) }];
    },

    async event(event) {
      const sender = await ports.eventRoutes.senderOf(event.user_message_id);
      if (sender === null) return [];
      if (sender.sender !== undefined) return toSender(event, sender);
      if (sender.app === null) return [];
      const ref = { account: sender.account, app: sender.app };
      if (!ports.table().isActive(ref.account) || !ports.table().handlesEvents(ref)) return [];
      return [{ connector: ports.connectorOf(ref), message: stampEvent(event, ref) }];
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

/** Who gets a message. */
type Target = AppRef | { readonly account: string; readonly smppClient: string };

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
    if (session !== null && table.activeVersion(session) !== null) return session;
  }
  const catchAll = table.matchCatchAll(message);
  return catchAll === null ? config.fallbackApp : targetOf(catchAll);
}

function targetOf({ account, app, smpp_client }: RouteRule): Target {
  return app === null ? { account, smppClient: smpp_client ?? '' } : { account, app };
}

/** Events that a sender other than an app asked for go to it with the stamp of its message. */
function toSender(event: TransportEvent, stamp: Stamp): Routed<TransportEvent>[] {
  const { sender } = stamp;
  if (sender === undefined || !sender.events.includes(eventStatus(event))) return [];
  const message = { ...event, helper_metadata: { ...event.helper_metadata, vumi: stamp } };
  return [{ connector: sender.connector, message }];
}

function stampEvent(event: TransportEvent, ref: AppRef): TransportEvent {
  return { ...event, helper_metadata: { ...event.helper_metadata, vumi: ref } };
}

/** A reply goes back the way its message came; anything else leaves by a route of its app, from that route's number. */
function addressOutbound(message: UserMessage, table: RoutingTable): Routed<UserMessage> {
  if (message.in_reply_to !== null && message.transport_name !== null) {
    return { connector: message.transport_name, message };
  }
  const stamp = stampOf(message);
  // Whoever sends so has found the way already: a client may have senders that no route knows.
  if (stamp?.sender !== undefined && message.transport_name !== null) {
    return { connector: message.transport_name, message };
  }
  if (stamp === null) {
    throw new VumiError('route.none', 'the message names no account, so no route can be found for it');
  }
  const route = table.outboundRoute(stamp.account, {
    ...(stamp.app === null ? {} : { app: stamp.app }),
    ...(message.transport_name === null ? {} : { transport: message.transport_name }),
    ...(message.from_addr === null ? {} : { from: message.from_addr }),
  });
  if (route === null) {
    const who = stamp.app === null ? `account "${stamp.account}"` : `app "${stamp.account}/${stamp.app}"`;
    throw new VumiError('route.none', `${who} has no route to send by; add one with "vumi route set"`);
  }
  return {
    connector: route.transport,
    message: { ...message, transport_name: route.transport, from_addr: route.to_addr },
  };
}
