import { pythonPattern } from '@vumi/core';
import { z } from 'zod';
import { defineRouter } from '../router.ts';
import { sendByName, transportMappingsSchema } from './by-transport.ts';
import { checkTargets, mapOf, namesSchema } from './names.ts';
import { toInbound } from './routed.ts';
import { createSenderMemory, memoryOptions } from './sender-memory.ts';

/**
 * By the number that a message was sent to (spec vumi-core §3, "ToAddr"): every application whose pattern matches gets
 * a copy. Decided: a message without to_addr matches nothing (Vumi's consumer ended); what matches nothing is dropped
 * with a warning (Vumi: in silence); events go back to the application that sent their message (Vumi dropped them).
 */
export const toAddrRouter = defineRouter({
  type: 'to_addr',
  aliases: ['vumi.dispatchers.ToAddrRouter', 'vumi.dispatchers.base.ToAddrRouter'],
  summary: 'to applications by patterns of the number that was written to',
  configSchema: z.strictObject({
    toaddr_mappings: z
      .record(z.string(), namesSchema)
      .describe(
        'Exposed name to a regular expression of to_addr, or several; it has to match from the start.',
      ),
    transport_mappings: transportMappingsSchema,
    ...memoryOptions,
  }),
  async create(config, ports) {
    const { applications, logger } = ports;
    checkTargets(Object.keys(config.toaddr_mappings), {
      option: 'toaddr_mappings',
      names: applications,
      list: 'exposed_names',
    });
    const patterns = [...mapOf(config.toaddr_mappings)].map(([application, sources]) => {
      const option = `toaddr_mappings.${application}`;
      return { application, matchers: sources.map((source) => pythonPattern(source, option)) };
    });
    const memory = createSenderMemory(config, ports);
    const send = sendByName(config.transport_mappings, ports);
    return {
      async inbound(message, from) {
        const { to_addr, message_id: messageId } = message;
        const found = patterns.filter(
          ({ matchers }) => to_addr !== null && matchers.some((matches) => matches(to_addr) !== null),
        );
        if (found.length === 0)
          logger.warn({ message_id: messageId, to_addr }, 'no pattern matches to_addr: dropped');
        return toInbound(
          message,
          found.map(({ application }) => application),
          from,
        );
      },
      event: (event) => memory.toSender(event),
      async outbound(message, from) {
        const routed = await send(message, from);
        await memory.remember(message, from);
        return routed;
      },
    };
  },
});
