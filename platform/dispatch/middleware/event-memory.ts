import { endpointOf, type End, type Middleware } from '@vumi/core';
import { defineMiddleware } from '@vumi/middleware';
import { z } from 'zod';
import { withDestination } from '../destination.ts';
import { createEventMemory, ROUTING_MEMORY_SECONDS, type EventMemory } from '../event-memory.ts';
import { both } from './both.ts';

/** Brings the events of a message back to the end that it came from; those of unknown messages go on to the router. */
export function createEventReturn(memory: EventMemory<End>): Middleware {
  return async (transit, next) => {
    const { stage, flow, connector, message } = transit;
    if (stage !== 'consume') return next(transit);
    if (flow === 'outbound') {
      const end = { connector, endpoint: endpointOf(message) };
      return both(memory.remember(message.message_id, end), next(transit));
    }
    if (flow !== 'event') return next(transit);
    const end = await memory.recall(message.user_message_id);
    return next(end === null ? transit : { ...transit, message: withDestination(message, end) });
  };
}

export const eventMemoryMiddleware = defineMiddleware({
  type: 'event_memory',
  aliases: [],
  summary: 'brings events back to the application that sent their message',
  configSchema: z.strictObject({
    expire_routing_memory: z.coerce
      .number()
      .int()
      .positive()
      .default(ROUTING_MEMORY_SECONDS)
      .describe('Seconds for which the sender of a message is remembered. Default: 604800, a week'),
  }),
  start: ({ expire_routing_memory }, { worker, state }) => {
    const options = { prefix: `sender/${worker}/`, ttlMs: expire_routing_memory * 1000 };
    return { handle: createEventReturn(createEventMemory<End>(state, options)) };
  },
});
