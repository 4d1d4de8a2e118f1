import { DEFAULT_ENDPOINT, VumiError, type End } from '@vumi/core';
import { z } from 'zod';
import { defineRouter, type RouterPorts } from '../router.ts';
import { checkTargets, textSchema } from './names.ts';
import { toEvent, toInbound, toOutbound } from './routed.ts';

/** `[connector, endpoint]`, or a connector alone: its default endpoint. */
const targetSchema = z.union([textSchema, z.tuple([textSchema, textSchema])]).transform((target): End => {
  const [connector, endpoint] = typeof target === 'string' ? [target, DEFAULT_ENDPOINT] : target;
  return { connector, endpoint };
});

const tableSchema = z
  .record(z.string(), z.record(z.string(), targetSchema))
  .describe('Connector, then endpoint, to [connector, endpoint]: where what comes from there goes.');

/**
 * From each endpoint of a connector to one of another (spec vumi-core §3, "RoutingTableDispatcher"); messages get the
 * endpoint that they go to. Decided: what comes in without an entry is dropped with a warning, as Vumi's; what goes out
 * without one is refused with `route.none`.
 */
export const routingTableRouter = defineRouter({
  type: 'routing_table',
  aliases: ['vumi.dispatchers.endpoint_dispatchers.RoutingTableDispatcher'],
  summary: 'from each endpoint of a connector to one of another',
  configSchema: z.strictObject({ routing_table: tableSchema }),
  async create({ routing_table }, ports) {
    const ends = readTable(routing_table, ports);
    const { logger } = ports;
    const find = (from: End): End | undefined => ends.get(keyOf(from));
    const missing = (from: End): readonly [] => {
      logger.warn({ ...from }, 'no entry in routing_table for this endpoint: dropped');
      return [];
    };
    return {
      async inbound(message, from) {
        const end = find(from);
        return end === undefined ? missing(from) : toInbound(message, [end.connector], end);
      },
      async event(event, from) {
        const end = find(from);
        return end === undefined ? missing(from) : toEvent(event, [end.connector], end);
      },
      async outbound(message, from) {
        const end = find(from);
        if (end !== undefined) return toOutbound(message, [end.connector], end);
        const text = `endpoint "${from.endpoint}" of "${from.connector}" leads nowhere; add it to routing_table`;
        throw new VumiError('route.none', text);
      },
    };
  },
});

function readTable(
  table: z.infer<typeof tableSchema>,
  { transports, applications }: RouterPorts,
): ReadonlyMap<string, End> {
  const ends = new Map<string, End>();
  for (const [connector, endpoints] of Object.entries(table)) {
    const isTransport = transports.includes(connector);
    if (!isTransport) {
      checkTargets([connector], {
        option: 'routing_table',
        names: applications,
        list: 'receive_outbound_connectors',
      });
    }
    for (const [endpoint, end] of Object.entries(endpoints)) {
      const option = `routing_table.${connector}.${endpoint}`;
      checkTargets(
        [end.connector],
        isTransport
          ? { option, names: applications, list: 'receive_outbound_connectors' }
          : { option, names: transports, list: 'receive_inbound_connectors' },
      );
      ends.set(keyOf({ connector, endpoint }), end);
    }
  }
  return ends;
}

function keyOf({ connector, endpoint }: End): string {
  return `${connector}\u0000${endpoint}`;
}
