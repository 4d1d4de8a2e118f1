import { defineMiddleware } from '@vumi/middleware';
import { z } from 'zod';

/** Ends what is sent with a signature. On a dispatcher a message passes twice: it is signed when it is taken. */
export default defineMiddleware({
  type: 'signature',
  summary: 'ends what is sent with a signature',
  configSchema: z.strictObject({ text: z.string().describe('The signature') }),
  start: ({ text }) => ({
    consumeOutbound: (message) => ({ ...message, content: `${message.content ?? ''} -- ${text}` }),
  }),
});
