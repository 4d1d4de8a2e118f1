import { isSigned, VumiError } from '@vumi/core';
import type { PaymentEvent } from '@vumi/store';
import { z } from 'zod';
import type { Checkout, PaymentProvider } from './payment-provider.ts';

const TIMEOUT_MS = 30_000;
const PROVIDER = 'stripe';

/** An answer of Stripe's API; null: there was none. */
interface StripeAnswer {
  readonly status: number;
  readonly body: string;
}

export interface StripePorts {
  readonly secretKey: string;
  /** Of the webhook's endpoint; two while one is being changed. */
  readonly webhookSecrets: readonly string[];
  /** `https://api.stripe.com`, without a final slash. */
  readonly apiUrl: string;
  /** Where the buyer goes on. */
  readonly successUrl: string;
  readonly cancelUrl: string;
  readonly post: (request: {
    url: string;
    headers: Record<string, string>;
    body: string;
    timeoutMs: number;
  }) => Promise<StripeAnswer | null>;
  readonly clock: () => number;
}

const sessionSchema = z.looseObject({ id: z.string(), url: z.string() });
const metadata = z.record(z.string(), z.string()).nullish();
const idOf = z.union([z.string(), z.looseObject({ id: z.string() }).transform(({ id }) => id)]).nullish();
const eventSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  data: z.looseObject({ object: z.looseObject({}) }),
});
const checkoutSchema = z.looseObject({
  id: z.string(),
  client_reference_id: z.string().nullish(),
  payment_status: z.string(),
  payment_intent: idOf,
  amount_total: z.int().nullish(),
  currency: z.string().nullish(),
});
const chargeSchema = z.looseObject({
  payment_intent: idOf,
  amount_refunded: z.int(),
  metadata,
});

/**
 * Stripe's Checkout. Its webhooks are signed as ours are (core, request-signature): `t=…,v1=…` over the raw body, a `v1` for
 * each secret, five minutes long.
 */
export function createStripe(ports: StripePorts): PaymentProvider {
  return {
    name: PROVIDER,
    openCheckout: (checkout) => openCheckout(ports, checkout),
    readEvent: (body, signature) => {
      const now = ports.clock();
      const signed = ports.webhookSecrets.some((secret) => isSigned(signature, { body, secret, now }));
      if (!signed) {
        throw new VumiError(
          'payment.forged',
          "this is not signed with the endpoint's secret, or was more than five minutes ago: compare payments.stripe.webhook_secrets with the endpoint's signing secret, and this machine's clock",
        );
      }
      return readEvent(body);
    },
  };
}

async function openCheckout(
  { secretKey, apiUrl, successUrl, cancelUrl, post }: StripePorts,
  { id, account, amount, currency, title }: Checkout,
): Promise<{ session: string; url: string }> {
  const form = new URLSearchParams({
    mode: 'payment',
    client_reference_id: id,
    success_url: successUrl,
    cancel_url: cancelUrl,
    'line_items[0][quantity]': '1',
    'line_items[0][price_data][currency]': currency,
    'line_items[0][price_data][unit_amount]': String(amount),
    'line_items[0][price_data][product_data][name]': title,
    'metadata[top_up]': id,
    'metadata[account]': account,
    // So that charges, and with them refunds, have it.
    'payment_intent_data[metadata][top_up]': id,
  });
  const answer = await post({
    url: `${apiUrl}/v1/checkout/sessions`,
    headers: {
      authorization: `Bearer ${secretKey}`,
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': id,
    },
    body: form.toString(),
    timeoutMs: TIMEOUT_MS,
  });
  if (answer === null || answer.status !== 200) throw unavailable(answer);
  const { id: session, url } = sessionSchema.parse(JSON.parse(answer.body));
  return { session, url };
}

function unavailable(answer: StripeAnswer | null): VumiError {
  const why = answer === null ? 'it does not answer' : `it answered ${answer.status}: ${messageOf(answer)}`;
  return new VumiError(
    'payment.unavailable',
    `Stripe has made no place to pay at, because ${why}; nothing was paid: try again later`,
  );
}

/** Stripe's own words, which are for people and hold no secrets. */
function messageOf({ body }: StripeAnswer): string {
  try {
    const { error } = z
      .looseObject({ error: z.looseObject({ message: z.string() }) })
      .parse(JSON.parse(body));
    return error.message.slice(0, 300);
  } catch {
    return 'no reason was given';
  }
}

function readEvent(body: Buffer): PaymentEvent | null {
  const event = eventSchema.parse(JSON.parse(body.toString()));
  const { object } = event.data;
  const { id } = event;
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return paid(id, checkoutSchema.parse(object));
    case 'checkout.session.async_payment_failed':
    case 'checkout.session.expired': {
      const { client_reference_id: topUp } = checkoutSchema.parse(object);
      if (typeof topUp !== 'string') return null;
      const kind = event.type.endsWith('expired') ? 'expired' : 'failed';
      return { provider: PROVIDER, id, topUp, payment: null, what: { kind } };
    }
    case 'charge.refunded':
      return refunded(id, chargeSchema.parse(object));
    default:
      return null;
  }
}

/** A session may be completed before its money is there: then another event tells of that. */
function paid(id: string, session: z.infer<typeof checkoutSchema>): PaymentEvent | null {
  const { client_reference_id: topUp, payment_intent: payment, amount_total: amount, currency } = session;
  if (session.payment_status !== 'paid' || typeof topUp !== 'string') return null;
  if (typeof amount !== 'number' || typeof currency !== 'string') return null;
  const what = { kind: 'paid', session: session.id, amount, currency } as const;
  return { provider: PROVIDER, id, topUp, payment: payment ?? null, what };
}

function refunded(id: string, charge: z.infer<typeof chargeSchema>): PaymentEvent | null {
  const payment = charge.payment_intent ?? null;
  const topUp = charge.metadata?.['top_up'] ?? null;
  if (topUp === null && payment === null) return null;
  const what = { kind: 'refunded', amount: charge.amount_refunded } as const;
  return { provider: PROVIDER, id, topUp, payment, what };
}
