import { z } from 'zod';
import { defineRouter } from '../router.ts';
import {
  routeByTransport,
  routeMappingsSchema,
  sendByName,
  transportMappingsSchema,
} from './by-transport.ts';

/**
 * Fixed wiring between transports and applications (spec vumi-core §3, "Simple"). A transport without an entry is an
 * error in the log and its message is dropped, where Vumi's consumer ended with a KeyError.
 */
export const simpleRouter = defineRouter({
  type: 'simple',
  aliases: ['vumi.dispatchers.SimpleDispatchRouter', 'vumi.dispatchers.base.SimpleDispatchRouter'],
  summary: 'each transport to fixed applications, and back by transport_name',
  configSchema: z.strictObject({
    route_mappings: routeMappingsSchema,
    transport_mappings: transportMappingsSchema,
  }),
  async create({ route_mappings, transport_mappings }, ports) {
    return { ...routeByTransport(route_mappings, ports), outbound: sendByName(transport_mappings, ports) };
  },
});
