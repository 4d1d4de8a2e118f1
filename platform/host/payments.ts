import { createStripe, type Payments } from '@vumi/api';
import { creditsSchema, secretSchema, type Clock } from '@vumi/core';
import { createSender } from '@vumi/http';
import { z } from 'zod';

const currencySchema = z.strictObject({
  credits: creditsSchema.describe('Credits for one whole unit.'),
  decimals: z
    .int()
    .min(0)
    .max(3)
    .default(2)
    .describe("Digits of the currency's smallest unit as the provider counts it: 2 for cents, 0 for yen."),
});

/** How accounts buy credit (docs/top-ups.md). */
export const paymentsSchema = z.strictObject({
  currencies: z
    .record(z.string().regex(/^[a-z]{3}$/, 'three lower-case letters, such as usd'), currencySchema)
    .default({})
    .describe('What credit is sold for, by currency: {usd: {credits: 100}}. Default: nothing'),
  stripe: z
    .strictObject({
      secret_key: secretSchema.describe('Of the API: sk_live_… or sk_test_….'),
      webhook_secrets: z
        .array(secretSchema)
        .min(1)
        .max(5)
        .describe('Signing secrets of the endpoint, whsec_…; two while one is being changed.'),
      api_url: z
        .string()
        .regex(/^https?:\/\/[^/?#\s]+$/, 'use a URL without a path, such as https://api.stripe.com')
        .default('https://api.stripe.com')
        .describe('Where the API is.'),
      success_url: z
        .string()
        .optional()
        .describe('Where a buyer goes on who has paid. Default: the platform'),
      cancel_url: z.string().optional().describe('Where one goes on who has not. Default: the platform'),
    })
    .optional()
    .describe('The account at Stripe. Absent: no credit is sold.'),
});

/** Null where no credit is sold. */
export function openPayments(
  { stripe, currencies }: z.infer<typeof paymentsSchema>,
  { publicUrl, clock }: { readonly publicUrl: string; readonly clock: Clock },
): Payments | null {
  if (stripe === undefined) return null;
  const send = createSender();
  const provider = createStripe({
    secretKey: stripe.secret_key.reveal(),
    webhookSecrets: stripe.webhook_secrets.map((secret) => secret.reveal()),
    apiUrl: stripe.api_url,
    successUrl: stripe.success_url ?? publicUrl,
    cancelUrl: stripe.cancel_url ?? publicUrl,
    clock,
    post: async (request) => {
      const outcome = await send({ ...request, method: 'POST', allowPrivate: true });
      if (outcome.kind !== 'answered') return null;
      return { status: outcome.status, body: outcome.body.toString() };
    },
  });
  return { provider, currencies };
}
