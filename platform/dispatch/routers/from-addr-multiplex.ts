import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { defineRouter } from '../router.ts';
import { checkTargets, mapOf } from './names.ts';
import { onlyApplication } from './only-application.ts';
import { toEvent, toInbound, toOutbound } from './routed.ts';

/**
 * One application behind several transports, each with its number (spec vumi-core §3): the application sees one
 * transport, under its own name, and chooses by the number that it sends from. Decided: an unknown or missing from_addr
 * is refused with `route.none`, where Vumi's consumer ended with a KeyError.
 */
export const fromAddrMultiplexRouter = defineRouter({
  type: 'from_addr_multiplex',
  aliases: ['vumi.dispatchers.FromAddrMultiplexRouter', 'vumi.dispatchers.base.FromAddrMultiplexRouter'],
  summary: 'one application over several transports, chosen by the number that it sends from',
  configSchema: z.strictObject({
    fromaddr_mappings: z
      .record(z.string(), z.string())
      .describe('Number that a message is sent from to the transport that sends it.'),
  }),
  async create({ fromaddr_mappings }, ports) {
    const application = onlyApplication('from_addr_multiplex', ports);
    const transports = mapOf(fromaddr_mappings);
    checkTargets(transports.values(), {
      option: 'fromaddr_mappings',
      names: ports.transports,
      list: 'transport_names',
    });
    return {
      inbound: async (message, from) =>
        toInbound({ ...message, transport_name: application }, [application], from),
      event: async (event, from) => toEvent({ ...event, transport_name: application }, [application], from),
      async outbound(message, from) {
        const transport = transports.get(message.from_addr ?? '');
        if (transport === undefined) {
          const number = message.from_addr ?? 'null';
          throw new VumiError(
            'route.none',
            `no transport for from_addr "${number}"; add it to fromaddr_mappings`,
          );
        }
        return toOutbound({ ...message, transport_name: transport }, [transport], from);
      },
    };
  },
});
