import { defineWorker } from '@vumi/runtime';
import { z } from 'zod';
import { routingTableRouter } from '../routers/routing-table.ts';
import { prefetchOption } from './dispatcher-worker.ts';
import { runDispatcher } from './run-dispatcher.ts';

const configSchema = z.strictObject({
  receive_inbound_connectors: z
    .array(z.string())
    .describe('Connectors of transports: inbound messages and events are taken from them'),
  receive_outbound_connectors: z
    .array(z.string())
    .describe('Connectors of applications: outbound messages are taken from them'),
  routing_table: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .describe('Connector, then endpoint, to [connector, endpoint]: where what comes from there goes'),
  amqp_prefetch_count: prefetchOption,
});

/** Vumi's RoutingTableDispatcher (spec vumi-core §3): a worker of its own there, with names of its own for connectors. */
export const routingTableWorker = defineWorker({
  type: 'routing_table_dispatcher',
  aliases: [
    'vumi.dispatchers.endpoint_dispatchers.RoutingTableDispatcher',
    'vumi.dispatchers.RoutingTableDispatcher',
  ],
  summary: 'moves messages from endpoints to endpoints as a table says',
  configSchema,
  placement: 'shared',
  needs: [],
  takesMiddleware: true,
  ends: ({ receive_inbound_connectors, receive_outbound_connectors }) => ({
    receiveInbound: receive_inbound_connectors,
    receiveOutbound: receive_outbound_connectors,
  }),
  async start(config, ports) {
    const { receive_inbound_connectors: transports, receive_outbound_connectors: applications } = config;
    const { routing_table, amqp_prefetch_count: prefetch } = config;
    const router = await routingTableRouter.create(
      { routing_table },
      { ...ports, dispatcher: ports.name, transports, applications },
    );
    return runDispatcher(router, { transports, applications, prefetch }, ports);
  },
});
