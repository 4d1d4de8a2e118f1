import { VumiError, type Logger } from '@vumi/core';
import type { Router } from './router.ts';

export interface SimpleDispatchConfig {
  /** Transport to the applications' connectors that each get a copy. Vumi's documentation shows a text where its code wants a list: both are taken. */
  readonly routeMappings: Readonly<Record<string, string | readonly string[]>>;
  /** Name that applications use for a transport to the transport's own; without an entry they are the same. */
  readonly transportMappings: Readonly<Record<string, string>>;
}

/**
 * Fixed wiring between transports and application connectors (spec vumi-core §3, "Simple"). An unknown transport
 * inbound is logged and the message stays unrouted, where Vumi's consumer stopped; outbound it is a nack to the sender,
 * where Vumi dropped the message with a line in the log.
 */
export function createSimpleDispatchRouter(
  config: SimpleDispatchConfig,
  knowsTransport: (name: string) => boolean,
  logger: Logger,
): Router {
  const targets = (transport: string | null): readonly string[] => {
    const mapped = transport === null ? undefined : config.routeMappings[transport];
    if (mapped === undefined) {
      logger.error({ transport }, 'no route_mappings entry for this transport; message unrouted');
      return [];
    }
    return typeof mapped === 'string' ? [mapped] : mapped;
  };
  return {
    async inbound(message) {
      return targets(message.transport_name).map((connector) => ({ connector, message: { ...message } }));
    },
    async event(event) {
      return targets(event.transport_name).map((connector) => ({ connector, message: { ...event } }));
    },
    outbound(message) {
      const name = message.transport_name ?? '';
      const connector = config.transportMappings[name] ?? name;
      if (knowsTransport(connector)) return { connector, message };
      throw new VumiError('route.none', `unknown transport_name "${name}"; add it to transport_mappings`);
    },
    async noteOutbound() {},
    async noteRefused() {},
  };
}
