import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { defineRouter } from '../router.ts';
import { byTransport, checkTargets, mapOf, namesSchema } from './names.ts';
import { toOutbound } from './routed.ts';

/**
 * What comes in from one transport goes out by others (spec vumi-core §3). There is no application: events end here,
 * and an outbound message from one is refused with `route.none`, where Vumi dropped it.
 */
export const transportToTransportRouter = defineRouter({
  type: 'transport_to_transport',
  aliases: [
    'vumi.dispatchers.TransportToTransportRouter',
    'vumi.dispatchers.base.TransportToTransportRouter',
  ],
  summary: 'what comes in from one transport goes out by others',
  configSchema: z.strictObject({
    route_mappings: z
      .record(z.string(), namesSchema)
      .describe('Transport name to the transport, or transports, that send its inbound messages on.'),
  }),
  async create({ route_mappings }, { transports, logger }) {
    const targets = mapOf(route_mappings);
    checkTargets([...targets.values()].flat(), {
      option: 'route_mappings',
      names: transports,
      list: 'transport_names',
    });
    return {
      async inbound(message, from) {
        const found = byTransport(targets, message, from);
        if (found === undefined) {
          const { transport_name: transport } = message;
          logger.error({ transport, ...from }, 'no entry in route_mappings for this transport: dropped');
        }
        return toOutbound(message, found ?? [], from);
      },
      async event(event, from) {
        logger.debug({ message_id: event.user_message_id, ...from }, 'no application wants events: dropped');
        return [];
      },
      async outbound() {
        throw new VumiError('route.none', 'this dispatcher joins transports only; send by another one');
      },
    };
  },
});
