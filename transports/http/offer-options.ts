import { z } from 'zod';

/** How a network is answered that asks for what to send (spec channels §F.2, "on poll"). */
export const offerOptions = {
  reply_delay: z
    .number()
    .min(0)
    .max(25)
    .default(0.5)
    .describe(
      'Seconds that the answer to a message is held back for replies, which then go with it. Default: 0.5',
    ),
  ack_on: z
    .enum(['confirmation', 'poll'])
    .default('confirmation')
    .describe(
      'When a message counts as taken: when the phone says that it has it, or, as Vumi had it, when it was handed out, for phones that say nothing. Default: confirmation',
    ),
  offer_again: z
    .number()
    .min(1)
    .max(86_400)
    .default(60)
    .describe(
      'Seconds after which a message that was handed out and not confirmed is handed out again, under the same id. Default: 60',
    ),
  max_offers: z
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe(
      'How often a message is handed out to a phone that does not confirm it; then it is reported as uncertain. Default: 10',
    ),
  offers_per_answer: z
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe('Messages that one answer holds at most. Default: 100'),
  poll_timeout: z
    .number()
    .min(0.1)
    .max(604_800)
    .default(1800)
    .describe(
      'Seconds without a request of the phone after which the status is `down`. Default: 1800, half an hour',
    ),
  uncertain_policy: z
    .enum(['at-most-once', 'at-least-once'])
    .default('at-most-once')
    .describe(
      'With `ack_on: poll`: what becomes of a message that was being handed out when the platform was killed: reported as uncertain, or handed out again. Default: at-most-once',
    ),
  receipt_lifetime: z
    .number()
    .positive()
    .default(604_800)
    .describe('Seconds that the phone may tell later what became of a message. Default: 604800, seven days'),
} as const;

const schema = z.object(offerOptions);
export type OfferConfig = z.infer<typeof schema>;
