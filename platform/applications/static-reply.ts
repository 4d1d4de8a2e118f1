import { formatTimestamp } from '@vumi/core';
import { z } from 'zod';
import { defineApplication } from './base/application.ts';
import { applicationOptions } from './base/options.ts';

const configSchema = z.strictObject({
  ...applicationOptions,
  reply_text: z
    .string()
    .min(1)
    .default('Hello {user} at {now}.')
    .describe(
      'What everybody is answered; `{user}` is who wrote, `{now}` the time in UTC. Default: `Hello {user} at {now}.`',
    ),
});

/** Answers each message with the same text and ends the session (spec vumi-core appendix C). */
export const staticReply = defineApplication({
  type: 'static_reply',
  aliases: ['vumi.demos.static_reply.StaticReplyApplication', 'StaticReplyApplication'],
  summary: 'Answers every message with one text',
  configSchema,
  start: ({ reply_text }, { clock }) =>
    Promise.resolve({
      onMessage: (message, turn) => {
        const words = { user: message.from_addr ?? '', now: formatTimestamp(clock()).slice(0, 19) };
        const text = reply_text.replaceAll(/\{(user|now)\}/g, (_, name: keyof typeof words) => words[name]);
        turn.reply(message, text, { continueSession: false });
        return Promise.resolve();
      },
    }),
});
