import { VumiError } from '@vumi/core';
import { z } from 'zod';
import type { Router, RouterPorts } from '../router.ts';
import { byTransport, checkTargets, mapOf, namesSchema } from './names.ts';
import { toEvent, toInbound, toOutbound } from './routed.ts';

/** Fixed ways from transports to applications. */
export const routeMappingsSchema = z
  .record(z.string(), namesSchema)
  .describe('Transport name to the exposed name, or names, that get its messages: a copy for each.');

/** Names by which applications call transports. */
export const transportMappingsSchema = z
  .record(z.string(), z.string())
  .default({})
  .describe(
    'Names that applications use for transports to the transports’ own; others are used as they are.',
  );

/** Inbound messages and events by `route_mappings`; a transport without an entry is an error in the log. */
export function routeByTransport(
  routeMappings: z.infer<typeof routeMappingsSchema>,
  { applications, logger }: RouterPorts,
): Pick<Router, 'inbound' | 'event'> {
  const targets = mapOf(routeMappings);
  checkTargets([...targets.values()].flat(), {
    option: 'route_mappings',
    names: applications,
    list: 'exposed_names',
  });
  const missing = (transport: string | null, connector: string): readonly [] => {
    logger.error({ transport, connector }, 'no entry in route_mappings for this transport: dropped');
    return [];
  };
  return {
    async inbound(message, from) {
      const found = byTransport(targets, message, from);
      return toInbound(message, found ?? missing(message.transport_name, from.connector), from);
    },
    async event(event, from) {
      const found = byTransport(targets, event, from);
      return toEvent(event, found ?? missing(event.transport_name, from.connector), from);
    },
  };
}

/**
 * Outbound messages by their field `transport_name`. Without one they go to the only transport, if there is but one;
 * else, and with an unknown name, they are refused with `route.none`, where Vumi dropped them.
 */
export function sendByName(
  transportMappings: z.infer<typeof transportMappingsSchema>,
  { transports }: RouterPorts,
): Router['outbound'] {
  const mapped = mapOf(transportMappings);
  checkTargets(mapped.values(), { option: 'transport_mappings', names: transports, list: 'transport_names' });
  return async (message, from) => {
    const name = message.transport_name ?? (transports.length === 1 ? transports[0] : undefined);
    if (name === undefined) {
      throw new VumiError('route.none', 'the message names no transport: set its transport_name');
    }
    const transport = mapped.get(name) ?? name;
    if (transports.includes(transport)) return toOutbound(message, [transport], from);
    throw new VumiError('route.none', `unknown transport_name "${name}"; add it to transport_mappings`);
  };
}
