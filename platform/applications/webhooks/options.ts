import { z } from 'zod';

/** How webhooks are served; what belongs to one of them is among its settings (core, webhookSettingsSchema). */
export const webhookOptionsSchema = z.strictObject({
  retry_initial_delay: z
    .number()
    .positive()
    .max(3600)
    .default(5)
    .describe(
      'Seconds before a delivery is tried a second time; doubles with each further attempt. Default: 5',
    ),
  retry_max_delay: z
    .number()
    .positive()
    .max(86_400)
    .default(3600)
    .describe('Seconds between two attempts at most. Default: 3600'),
  probe_max_delay: z
    .number()
    .positive()
    .max(3600)
    .default(60)
    .describe('Seconds at most between two looks whether a receiver that takes nothing is back. Default: 60'),
  look_every: z
    .number()
    .min(0.01)
    .max(60)
    .default(0.25)
    .describe('Seconds between two looks for what was written. Default: 0.25'),
});

export type WebhookOptions = z.infer<typeof webhookOptionsSchema>;
