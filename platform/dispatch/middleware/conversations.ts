import { endpointOf, type End, type Middleware, type Transit } from '@vumi/core';
import { defineMiddleware } from '@vumi/middleware';
import { z } from 'zod';
import { withDestination } from '../destination.ts';
import { createSessions, type Sessions } from '../sessions.ts';
import { both } from './both.ts';

const IDLE_SECONDS = 600;

/** Keeps a user with the application that he is talking to; who is in no conversation goes where the router says. */
export function createConversations(sessions: Sessions<End>): Middleware {
  return async (transit, next) => {
    const { stage, flow, connector, message } = transit;
    if (stage !== 'consume') return next(transit);
    if (flow === 'outbound') {
      const holder: End = { connector, endpoint: endpointOf(message) };
      return both(sessions.sent(message, holder), next(transit));
    }
    if (flow !== 'inbound') return next(transit);
    const holder = await sessions.find(message);
    if (holder === null) return next(transit);
    const kept: Transit = { ...transit, message: withDestination(message, holder) };
    return next(kept);
  };
}

export const conversationMiddleware = defineMiddleware({
  type: 'conversations',
  aliases: [],
  summary: 'keeps a user with the application that he is talking to',
  configSchema: z.strictObject({
    idle_timeout: z.coerce
      .number()
      .positive()
      .default(IDLE_SECONDS)
      .describe('Seconds after which a conversation is over in which nobody said anything. Default: 600'),
  }),
  start: ({ idle_timeout }, { worker, state }) => {
    const options = { prefix: `session/${worker}/`, idleMs: idle_timeout * 1000 };
    return { handle: createConversations(createSessions<End>(state, options)) };
  },
});
