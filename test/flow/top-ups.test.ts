import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestPlatform } from '../platform.ts';
import { StripeDouble, stripeSignature, type AskedSession } from '../stripe-double.ts';

const SECRET = 'whsec_test_of_the_endpoint';
const MINUTE_MS = 60_000;

let stripe: StripeDouble;
let world: Awaited<ReturnType<typeof startTestPlatform>>;
let account: string;
let accounts = 0;

beforeAll(async () => {
  stripe = await StripeDouble.start();
  world = await startTestPlatform({
    payments: {
      currencies: { usd: { credits: 100 }, jpy: { credits: '0.5', decimals: 0 } },
      stripe: { secret_key: 'sk_test_1', webhook_secrets: ['whsec_old', SECRET], api_url: stripe.url },
    },
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await stripe[Symbol.asyncDispose]();
});
beforeEach(async () => {
  account = `buyer${++accounts}`;
  await world.client.must('POST', '/accounts', { name: account });
});

async function buy(amount: number | string = 25, currency = 'usd'): Promise<AskedSession> {
  await world.client.must('POST', `/accounts/${account}/top-ups`, { amount, currency });
  const session = stripe.sessions.at(-1);
  if (session === undefined) throw new TypeError('no session was asked for');
  return session;
}

const baseUrl = (): string => new URL(world.client.url).origin;

async function tell(body: string, signature = stripeSignature(body, [SECRET])): Promise<number> {
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  return (await fetch(`${baseUrl()}/payments/stripe`, { method: 'POST', headers, body })).status;
}

const balance = async (): Promise<string> =>
  String((await world.client.must('GET', `/accounts/${account}/credits/balance`)).balance);
const states = async (): Promise<string[]> =>
  (await world.client.must('GET', `/accounts/${account}/top-ups`)).items.map(
    ({ state }: { state: string }) => state,
  );

it('credit is bought: asked for, paid, credited, and found in ledger and list', async () => {
  const made = await world.client.must('POST', `/accounts/${account}/top-ups`, {
    amount: '19.50',
    currency: 'USD',
  });
  expect(made).toMatchObject({ state: 'open', amount: 1950, credits: '1950', rate: '100' });
  const session = stripe.sessions.at(-1);
  expect(made.url).toBe(`https://checkout.stripe.example/${session?.id}`);
  expect(session).toMatchObject({ key: made.id, authorization: 'Bearer sk_test_1' });
  expect(Object.fromEntries(session?.form ?? [])).toMatchObject({
    mode: 'payment',
    client_reference_id: made.id,
    'line_items[0][price_data][unit_amount]': '1950',
    'payment_intent_data[metadata][top_up]': made.id,
  });
  if (session === undefined) return;
  expect(await tell(stripe.event('checkout.session.completed', stripe.completed(session)))).toBe(200);
  expect(await balance()).toBe('1950');
  expect(await states()).toEqual(['paid']);
  const { items } = await world.client.must('GET', `/accounts/${account}/credits`);
  expect(items).toMatchObject([{ kind: 'top_up', source: 'stripe', reference: session.id, amount: '1950' }]);
});

it('a payment is credited once, however often, in whatever order and at once it is told', async () => {
  const session = await buy();
  const paid = stripe.completed(session);
  const same = stripe.event('checkout.session.completed', paid);
  const others = [1, 2, 3].map(() => stripe.event('checkout.session.async_payment_succeeded', paid));
  const answers = await Promise.all([same, same, same, ...others].map((body) => tell(body)));
  expect(new Set(answers)).toEqual(new Set([200]));
  expect(await tell(same)).toBe(200);
  expect(await balance()).toBe('2500');
  expect(await tell(stripe.event('checkout.session.expired', paid))).toBe(200);
  expect(await states()).toEqual(['paid']);
});

it('a session that is completed before its money is there is credited when it is', async () => {
  const session = await buy(1000, 'jpy');
  const unpaid = stripe.completed(session, { payment_status: 'unpaid' });
  expect(await tell(stripe.event('checkout.session.completed', unpaid))).toBe(200);
  expect(await balance()).toBe('0');
  const paid = stripe.completed(session);
  expect(await tell(stripe.event('checkout.session.async_payment_succeeded', paid))).toBe(200);
  expect(await balance()).toBe('500');
});

it('what is paid back is taken back, in parts, also when a later part or the refund is told first', async () => {
  const session = await buy(10);
  const id = session.form.get('client_reference_id');
  const refund = (cents: number): string =>
    stripe.event('charge.refunded', {
      payment_intent: `pi_of_${session.id}`,
      amount_refunded: cents,
      metadata: { top_up: id },
    });
  expect(await tell(refund(250))).toBe(200);
  expect(await tell(stripe.event('checkout.session.completed', stripe.completed(session)))).toBe(200);
  expect(await balance()).toBe('750');
  expect(await tell(refund(1000))).toBe(200);
  expect(await tell(refund(500))).toBe(200);
  expect(await balance()).toBe('0');
  expect(await states()).toEqual(['refunded']);
});

it('a forged, an aged, a changed and an unsigned event are refused, and are in the audit log', async () => {
  const session = await buy();
  const body = stripe.event('checkout.session.completed', stripe.completed(session));
  const now = Date.now();
  for (const signature of [
    stripeSignature(body, ['whsec_guess']),
    stripeSignature(body, [SECRET], now - 6 * MINUTE_MS),
    stripeSignature(body, [SECRET], now + 6 * MINUTE_MS),
    stripeSignature(`${body} `, [SECRET]),
    't=,v1=',
    '',
  ])
    expect(await tell(body, signature), signature).toBe(400);
  expect(await balance()).toBe('0');
  const refused = await world.client.must('GET', '/audit?action=refused.payment.forged');
  expect(refused.items).toMatchObject([{ target: 'POST /payments/stripe', outcome: 'refused' }]);
  expect(await tell(body, stripeSignature(body, ['whsec_other', 'whsec_old']))).toBe(200);
  expect(await balance()).toBe('2500');
});

it('another amount than was asked for, other events and top-ups of others change nothing', async () => {
  const session = await buy();
  const less = stripe.completed(session, { amount_total: 1 });
  expect(await tell(stripe.event('checkout.session.completed', less))).toBe(409);
  expect(await tell(stripe.event('customer.created', { id: 'cus_1' }))).toBe(200);
  const strange = stripe.completed(session, { client_reference_id: 'somebody-elses' });
  expect(await tell(stripe.event('checkout.session.completed', strange))).toBe(200);
  expect(await balance()).toBe('0');
});

it('what cannot be bought is refused with what to do', async () => {
  const place = `/accounts/${account}/top-ups`;
  for (const [body, field] of [
    [{ amount: 25, currency: 'eur' }, 'currency'],
    [{ amount: '1.234', currency: 'usd' }, 'amount'],
    [{ amount: '0.5', currency: 'jpy' }, 'amount'],
    [{ amount: 0, currency: 'usd' }, 'amount'],
    [{ amount: -5, currency: 'usd' }, 'amount'],
    [{ amount: 99_999_999, currency: 'usd' }, 'amount'],
  ] as const)
    expect(await world.client.call('POST', place, body)).toMatchObject({ status: 400, body: { field } });
  stripe.fails = true;
  const failed = await world.client.call('POST', place, { amount: 5, currency: 'usd' });
  stripe.fails = false;
  expect(failed).toMatchObject({ status: 502, body: { code: 'payment.unavailable' } });
  expect(JSON.stringify(failed)).toContain('cannot take payments');
  expect(await states()).toEqual(['failed']);
});
