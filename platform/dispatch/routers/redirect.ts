import { VumiError } from '@vumi/core';
import { z } from 'zod';
import { defineRouter } from '../router.ts';
import { byTransport, checkTargets, mapOf, namesSchema } from './names.ts';
import { toEvent, toInbound, toOutbound } from './routed.ts';

/**
 * Names of transports that stand for other connectors (spec vumi-core §3, "Redirect"): inbound messages and events get
 * the name of where they go as their transport_name; outbound ones keep theirs. Decided: a transport without an entry
 * inbound is an error in the log and its message is dropped, where Vumi's consumer ended with a KeyError; outbound it is
 * refused with `route.none`, where Vumi dropped it. Vumi's RedirectOutboundRouter is an old name of the same.
 */
export const redirectRouter = defineRouter({
  type: 'redirect',
  aliases: [
    'vumi.dispatchers.RedirectRouter',
    'vumi.dispatchers.base.RedirectRouter',
    'vumi.dispatchers.RedirectOutboundRouter',
    'vumi.dispatchers.base.RedirectOutboundRouter',
  ],
  summary: 'transport names that stand for other connectors, in either direction',
  configSchema: z.strictObject({
    redirect_inbound: z
      .record(z.string(), namesSchema)
      .default({})
      .describe(
        'Transport name to the exposed name that gets its messages and becomes their transport_name.',
      ),
    redirect_outbound: z
      .record(z.string(), z.string())
      .default({})
      .describe('transport_name of an outbound message to the transport that sends it.'),
  }),
  async create({ redirect_inbound, redirect_outbound }, { transports, applications, logger }) {
    const inward = mapOf(redirect_inbound);
    const outward = mapOf(redirect_outbound);
    const targets = [...inward.values()].flat();
    checkTargets(targets, { option: 'redirect_inbound', names: applications, list: 'exposed_names' });
    const option = 'redirect_outbound';
    checkTargets(outward.values(), { option, names: transports, list: 'transport_names' });
    const missing = (transport: string | null, connector: string): readonly [] => {
      logger.error({ transport, connector }, 'no entry in redirect_inbound for this transport: dropped');
      return [];
    };
    return {
      async inbound(message, from) {
        const names = byTransport(inward, message, from) ?? missing(message.transport_name, from.connector);
        return names.flatMap((name) =>
          toInbound({ ...structuredClone(message), transport_name: name }, [name], from),
        );
      },
      async event(event, from) {
        const names = byTransport(inward, event, from) ?? missing(event.transport_name, from.connector);
        return names.flatMap((name) =>
          toEvent({ ...structuredClone(event), transport_name: name }, [name], from),
        );
      },
      async outbound(message, from) {
        const name = message.transport_name ?? '';
        const transport = outward.get(name);
        if (transport !== undefined) return toOutbound(message, [transport], from);
        throw new VumiError('route.none', `unknown transport_name "${name}"; add it to redirect_outbound`);
      },
    };
  },
});
