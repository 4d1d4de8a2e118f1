import { z } from 'zod';

/** How a channel sends messages that are no replies to requests that wait (spec channels §1.9). */
export const sendOptions = {
  allow_private: z
    .boolean()
    .default(false)
    .describe('Whether outbound_url may lead to private and loopback addresses. Default: false'),
  outbound_timeout: z
    .number()
    .positive()
    .max(600)
    .default(30)
    .describe('Seconds that the network may take to answer; then nobody knows. Default: 30'),
  mt_tps: z
    .number()
    .min(0)
    .default(0)
    .describe('Messages a second that are sent at most; 0 is as many as the network takes. Default: 0'),
  max_in_flight: z
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe(
      'Messages that may be unanswered at once; those to one address go one after the other. Default: 10',
    ),
  uncertain_policy: z
    .enum(['at-most-once', 'at-least-once'])
    .default('at-most-once')
    .describe(
      'What becomes of a message of which nobody knows whether the network has it: reported as uncertain, or sent again. Default: at-most-once',
    ),
  receipt_lifetime: z
    .number()
    .positive()
    .default(604_800)
    .describe('Seconds that receipts may come later than their messages. Default: 604800, seven days'),
} as const;

const schema = z.object(sendOptions);
export type SendConfig = z.infer<typeof schema>;
