import { VumiError, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { defineRouter } from '../router.ts';
import { onlyApplication } from './only-application.ts';
import { toEvent, toInbound, toOutbound } from './routed.ts';

/** Vumi's key in helper_metadata. */
const KEY = 'load_balancer';

/**
 * One application over several transports in turn (spec vumi-core §3, "LoadBalancing"): a reply goes back by the
 * transport that its message came by, which is kept in the message's own helper_metadata as a stack, so that balancers
 * may follow one another. Vumi documents its option as `rewrite_transport_name` and reads `rewrite_transport_names`:
 * both are taken. Turns are counted per process.
 */
export const loadBalancingRouter = defineRouter({
  type: 'load_balancing',
  aliases: [
    'vumi.dispatchers.LoadBalancingRouter',
    'vumi.dispatchers.load_balancer.LoadBalancingRouter',
    'vumi.dispatchers.base.LoadBalancingRouter',
  ],
  summary: 'one application over several transports in turn',
  configSchema: z.strictObject({
    reply_affinity: z
      .boolean()
      .default(true)
      .describe('Replies go back by the transport that their message came by.'),
    rewrite_transport_names: z
      .boolean()
      .optional()
      .describe(
        'The application sees its own name as transport_name, the transports see theirs. Default true.',
      ),
    rewrite_transport_name: z.boolean().optional().describe('Another name of rewrite_transport_names.'),
  }),
  async create(config, ports) {
    const { transports, logger } = ports;
    const rewrites = config.rewrite_transport_names ?? config.rewrite_transport_name ?? true;
    const application = onlyApplication('load_balancing', ports);
    if (transports.length === 0) {
      const text = 'the router load_balancing needs a name in transport_names';
      throw new VumiError('config.invalid', text, { field: 'transport_names' });
    }
    let turn = 0;
    const nextTransport = (): string => transports[turn++ % transports.length] ?? '';
    return {
      async inbound(message, from) {
        const named = message.transport_name ?? '';
        const cameBy = transports.includes(named) ? named : from.connector;
        const seen = rewrites ? { ...message, transport_name: application } : message;
        const told = config.reply_affinity ? withStack(seen, [...stackOf(seen), cameBy]) : seen;
        return toInbound(told, [application], from);
      },
      async event(event, from) {
        const seen = rewrites ? { ...event, transport_name: application } : event;
        return toEvent(seen, [application], from);
      },
      async outbound(message, from) {
        const isBound = config.reply_affinity && message.in_reply_to !== null;
        const stack = isBound ? stackOf(message) : [];
        const wanted = stack.at(-1);
        const isKnown = wanted !== undefined && transports.includes(wanted);
        if (isBound && !isKnown) {
          const { message_id: messageId } = message;
          logger.warn(
            { message_id: messageId, transport: wanted ?? null },
            'the transport of this reply is not known: any',
          );
        }
        const transport = isKnown ? wanted : nextTransport();
        const popped = stack.length === 0 ? message : withStack(message, stack.slice(0, -1));
        const told = rewrites ? { ...popped, transport_name: transport } : popped;
        return toOutbound(told, [transport], from);
      },
    };
  },
});

function stackOf({ helper_metadata }: UserMessage): readonly string[] {
  const kept = helper_metadata[KEY];
  if (typeof kept !== 'object' || kept === null) return [];
  const names: unknown = Reflect.get(kept, 'transport_names');
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

function withStack(message: UserMessage, transport_names: readonly string[]): UserMessage {
  const kept = message.helper_metadata[KEY];
  const more = typeof kept === 'object' && kept !== null ? kept : {};
  const helper_metadata = { ...message.helper_metadata, [KEY]: { ...more, transport_names } };
  return { ...message, helper_metadata };
}
