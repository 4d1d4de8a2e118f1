import { formatCredits, newId, VumiError } from '@vumi/core';
import type { BoughtTopUp } from '@vumi/store';
import { z } from 'zod';
import { accountScope, actorOf, everybody } from '../access.ts';
import { jsonBody, rawBody } from '../body.ts';
import type { CurrencyRate, Payments } from '../payments/payment-provider.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery } from '../query.ts';
import { pageOf } from '../resources.ts';
import { topUpSchema } from '../top-up-resources.ts';
import { created, defineRoute, ok, type Route } from '../route.ts';

const UNRECORDED = 'what it credits or takes back is, with the ledger';
const MOST_MINOR = 100_000_000;

const wanted = jsonBody(
  z.strictObject({
    amount: z
      .union([z.string(), z.number()])
      .transform(String)
      .pipe(z.string().regex(/^\d{1,9}(\.\d{1,3})?$/, 'write an amount of money such as 25 or "19.50"'))
      .describe('Of money, in whole units of the currency: 25, "19.50"'),
    currency: z
      .string()
      .toLowerCase()
      .regex(/^[a-z]{3}$/, 'three letters, such as usd')
      .describe('ISO 4217, such as usd'),
  }),
);

/** Buying credit with a payment provider, and what that says of it. */
export function topUpRoutes(ports: ApiPorts): Route[] {
  return [...accountRoutes(ports), eventRoute(ports)];
}

function accountRoutes(ports: ApiPorts): Route[] {
  const { store } = ports;
  const answer = { description: 'The top-up', schema: topUpSchema };
  return [
    defineRoute({
      method: 'POST',
      path: '/accounts/:account/top-ups',
      id: 'buyCredits',
      audited: 'in its transaction',
      summary: 'Buy credit: answers where it is paid. It is credited when the provider says that it was',
      access: accountScope('credits:buy'),
      params: accountParams,
      body: wanted,
      answers: { 201: answer },
      handle: async ({ params: { account }, body, caller }) =>
        created(show(await buy(ports, { account, ...body, actor: actorOf(caller) }))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/top-ups',
      id: 'listTopUps',
      summary: 'Credit that was bought or is to be paid, newest first',
      access: accountScope('credits:read'),
      params: accountParams,
      query: pageQuery,
      answers: { 200: { description: 'Top-ups', schema: pageOf(topUpSchema) } },
      handle: async ({ params: { account }, query }) => {
        const page = await store.topUps.list(account, pageOfQuery(query));
        return ok({ ...page, items: page.items.map(show) });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/top-ups/:id',
      id: 'getTopUp',
      summary: 'One top-up, and how its payment goes',
      access: accountScope('credits:read'),
      params: accountParams.extend({ id: z.string().min(1).max(64) }),
      answers: { 200: answer },
      handle: async ({ params: { account, id } }) => ok(show(await store.topUps.get(account, id))),
    }),
  ];
}

/** Stripe asks for an answer within seconds, and tells again what was not answered with 200. */
function eventRoute(ports: ApiPorts): Route {
  const { store, logger } = ports;
  return defineRoute({
    method: 'POST',
    prefix: '',
    path: '/payments/stripe',
    id: 'takeStripeEvent',
    audited: { unrecorded: UNRECORDED },
    summary: 'What Stripe tells of payments, signed',
    access: everybody,
    headers: z.strictObject({ 'stripe-signature': z.string() }),
    body: rawBody,
    answers: {
      200: { description: 'It was done', schema: z.object({ outcome: z.string() }) },
    },
    handle: async ({ body, header }) => {
      const { provider } = requirePayments(ports);
      const event = provider.readEvent(body, header('stripe-signature'));
      if (event === null) return ok({ outcome: 'ignored' });
      const outcome = await store.topUps.apply(event);
      if (outcome === 'unknown') {
        logger.warn({ event: event.id }, 'a payment provider tells of a top-up that is not known here');
      }
      return ok({ outcome });
    },
  });
}

function requirePayments({ payments }: ApiPorts): Payments {
  if (payments !== null) return payments;
  throw new VumiError(
    'payment.not_configured',
    'this platform sells no credit: its administrator sets payments.stripe and payments.currencies, or adds credit with "vumi credits add"',
  );
}

interface Purchase {
  readonly account: string;
  readonly amount: string;
  readonly currency: string;
  readonly actor: string;
}

async function buy(ports: ApiPorts, { account, amount, currency, actor }: Purchase): Promise<BoughtTopUp> {
  const { provider, currencies } = requirePayments(ports);
  const rate = currencies[currency];
  if (rate === undefined) {
    const known = Object.keys(currencies).join(', ');
    throw new VumiError('request.invalid', `credit is sold for ${known}, not for "${currency}"`, {
      field: 'currency',
    });
  }
  const minor = minorOf(amount, rate);
  const credits = Number((BigInt(minor) * BigInt(rate.credits)) / 10n ** BigInt(rate.decimals));
  if (credits === 0) throw tooLittle();
  const { topUps } = ports.store;
  const { id } = await topUps.begin({
    id: newId(),
    account,
    provider: provider.name,
    currency,
    amount: minor,
    credits,
    rate: formatCredits(rate.credits),
    actor,
  });
  try {
    const title = `${formatCredits(credits)} credits for account ${account}`;
    return await topUps.opened(
      id,
      await provider.openCheckout({ id, account, amount: minor, currency, title }),
    );
  } catch (error) {
    await topUps.opened(id, null);
    throw error;
  }
}

/** Exact: money is never a float. */
function minorOf(amount: string, { decimals }: CurrencyRate): number {
  const [whole = '', fraction = ''] = amount.split('.');
  if (fraction.length > decimals) {
    throw new VumiError('request.invalid', `this currency has ${decimals} decimals at most`, {
      field: 'amount',
    });
  }
  const minor = Number(whole + fraction.padEnd(decimals, '0'));
  if (minor === 0) throw tooLittle();
  if (minor <= MOST_MINOR) return minor;
  throw new VumiError('request.invalid', 'this is more than is sold at once: buy it in parts', {
    field: 'amount',
  });
}

function tooLittle(): VumiError {
  return new VumiError('request.invalid', 'this amount buys no credit: pay more', { field: 'amount' });
}

function show(topUp: BoughtTopUp): z.infer<typeof topUpSchema> {
  return { ...topUp, credits: formatCredits(topUp.credits) };
}
