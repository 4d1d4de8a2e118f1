import {
  BILLING_DEFAULTS,
  createAck,
  createNack,
  silentLogger,
  stampMessage,
  VumiError,
  type BillingSettings,
  type UserMessage,
} from '@vumi/core';
import type { Charge, ChargeOutcome } from '@vumi/store';
import { describe, expect, it } from 'vitest';
import { message, pass, sent, taken } from '../middleware/passing.fixture.ts';
import { createBilling } from './billing.ts';
import { createCharging } from './charging.ts';
import { RouteTable } from '../route-table.ts';
import { PriceBook } from './price-book.ts';

const of = (account: string, fields: Partial<UserMessage> = {}): UserMessage =>
  stampMessage(message(fields), { account, app: 'quiz' });

const TABLE = new RouteTable({
  accounts: [],
  apps: [],
  numbers: [],
  transports: [{ name: 'mno' }],
  routes: ['jobs', 'quiz'].map((app) => ({
    account: 'paying',
    name: `${app} by number`,
    app,
    transport: 'mno',
    to_addr: '8000',
    keyword: null,
    prefix: null,
  })),
});

/** Accounts "paying", as its settings have it, and "free"; the ledger answers what it is told to. */
function world(outcome: ChargeOutcome, settings: Partial<BillingSettings> = {}) {
  const billing: BillingSettings = { ...BILLING_DEFAULTS, mode: 'enforced', ...settings };
  const charged: Charge[] = [];
  const refunded: [string, string][] = [];
  const passed: string[] = [];
  const credits = {
    charge: async (charge: Charge) => {
      charged.push(charge);
      return charge.unrefusable ? ({ status: 'charged' } as const) : outcome;
    },
    passed: async (id: string) => void passed.push(id),
    refund: async (id: string, why: string) => void refunded.push([id, why]),
  };
  const catalog = {
    billing: (account: string) => (account === 'paying' ? billing : null),
    hasBilling: () => true,
    prices: () => new PriceBook([]),
    table: () => TABLE,
  };
  const ports = { catalog, credits, countSegments: () => 2, logger: silentLogger };
  const own = createBilling(ports);
  return {
    charged,
    refunded,
    passed,
    billing: own,
    middleware: createCharging({ billing: own, catalog, credits }),
  };
}

const CHARGED = { status: 'charged' } as const;
const EMPTY = { status: 'refused', balance: 500_000, cutoff: 'outbound' } as const;

describe('what leaves', () => {
  it('is charged for its segments before it goes on', async () => {
    const { middleware, charged } = world(CHARGED);
    const message = of('paying');
    expect(await pass(middleware, sent('outbound', 'mno', message))).toHaveLength(1);
    expect(charged).toMatchObject([
      {
        messageId: message.message_id,
        account: 'paying',
        app: 'quiz',
        transport: 'mno',
        segments: 2,
        amount: 2e6,
      },
    ]);
  });

  it.each([
    ['of its app and number', { from_addr: '8000' }, {}, 'quiz by number'],
    ['that it was led by', { from_addr: '8000' }, { route: 'by keyword' }, 'by keyword'],
    ['none, of another number', { from_addr: '9000' }, {}, null],
  ])('is charged with the route %s', async (_what, fields, stamp, route) => {
    const { middleware, charged } = world(CHARGED);
    const leaving = stampMessage(message(fields), { account: 'paying', app: 'quiz', ...stamp });
    await pass(middleware, sent('outbound', 'mno', leaving));
    expect(charged).toMatchObject([{ route }]);
  });

  it.each([
    ['of an account that does not pay', of('free')],
    ["that is nobody's", message()],
  ])('%s asks nobody', async (_what, given) => {
    const { middleware, charged, refunded } = world(EMPTY);
    expect(await pass(middleware, taken('outbound', 'app', given))).toHaveLength(1);
    expect(await pass(middleware, sent('outbound', 'mno', given))).toHaveLength(1);
    expect([charged, refunded]).toEqual([[], []]);
  });

  it('is refused without credit, with what it costs and what is left', async () => {
    const { middleware } = world(EMPTY);
    await expect(pass(middleware, sent('outbound', 'mno', of('paying')))).rejects.toMatchObject({
      code: 'credit.insufficient',
      details: { balance: '0.5', price: '2', segments: 2 },
    });
  });

  const reply = { in_reply_to: 'm1', transport_type: 'ussd' };
  it.each([
    ['outbound', reply, 'refused'],
    ['let_replies_through', reply, 'hi'],
    ['let_replies_through', { transport_type: 'ussd' }, 'refused'],
    ['end_sessions', reply, 'closed for now'],
    ['end_sessions', { ...reply, transport_type: 'sms' }, 'refused'],
    ['end_sessions', { transport_type: 'ussd' }, 'refused'],
  ] as const)('without credit, at the cutoff %s and of %j: %s', async (cutoff, fields, expected) => {
    const { middleware } = world({ ...EMPTY, cutoff }, { cutoff, closing_text: 'closed for now' });
    const passed = await pass(middleware, sent('outbound', 'mno', of('paying', fields))).catch(() => null);
    const content =
      passed === null ? 'refused' : passed.map(({ message }) => (message as UserMessage).content).join();
    expect(content).toBe(expected);
    if (expected === 'closed for now')
      expect(passed).toMatchObject([{ message: { session_event: 'close' } }]);
  });

  it.each([
    ['is refused for good', new VumiError('optout.refused', 'no'), 1],
    ['is refused for want of credit', new VumiError('credit.insufficient', 'no'), 0],
    ['cannot go on now', new VumiError('broker.unavailable', 'away'), 0],
    ['breaks something', new TypeError('x is undefined'), 0],
    ['ends on its way', null, 1],
  ])('that %s is paid back: %#', async (_what, error, times) => {
    const { middleware, refunded } = world(CHARGED);
    const given = of('paying');
    const passing = middleware(taken('outbound', 'app', given), async () => {
      if (error !== null) throw error;
    });
    await passing.catch(() => {});
    expect(refunded).toEqual(Array.from({ length: times }, () => [given.message_id, 'discarded']));
  });

  it('that went on is not paid back, nor is what may have', async () => {
    const { middleware, refunded } = world(CHARGED);
    for (const error of [null, new VumiError('broker.unavailable', 'no confirm')]) {
      const given = of('paying');
      const publish = () =>
        middleware(sent('outbound', 'mno', given), async () => {
          if (error !== null) throw error;
        });
      await middleware(taken('outbound', 'app', given), publish).catch(() => {});
    }
    expect(refunded).toEqual([]);
  });
});

describe('at a door', () => {
  it('is charged with its body, published, and not asked for again on its way', async () => {
    const { billing, middleware, charged, passed } = world(CHARGED);
    const given = of('paying', { transport_name: 'mno' });
    await billing.send(given, async (paid) => {
      expect(await pass(middleware, sent('outbound', 'mno', paid))).toHaveLength(1);
      expect(passed).toEqual([]);
    });
    expect(charged.map(({ body }) => JSON.parse(body ?? '').message_id)).toEqual([given.message_id]);
    expect(passed).toEqual([given.message_id]);
  });

  it('without credit nothing is published', async () => {
    const { billing } = world(EMPTY);
    const sending = billing.send(of('paying'), () => Promise.reject(new Error('published')));
    await expect(sending).rejects.toMatchObject({ code: 'credit.insufficient', status: 402 });
  });

  it('what could not be published stays to be sent', async () => {
    const { billing, passed } = world(CHARGED);
    await expect(billing.send(of('paying'), () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(passed).toEqual([]);
  });
});

const fields = { user_message_id: 'm1', transport_name: 'mno' };
const nack = (transport_metadata: Record<string, unknown>) =>
  createNack({ ...fields, transport_metadata }, 'no');

it.each([
  ['expired', nack({ outcome: 'expired' }), [['m1', 'expired']]],
  ['cancelled', nack({ outcome: 'cancelled' }), [['m1', 'cancelled']]],
  ['discarded', nack({ outcome: 'discarded' }), [['m1', 'discarded']]],
  ['refused by the network', nack({}), [['m1', 'nack']]],
  ['sent in part', nack({ outcome: 'expired', parts_sent: 1 }), []],
  ['perhaps sent', nack({ outcome: 'uncertain' }), []],
  ['sent', createAck(fields, '1'), []],
])('a message that was %s is paid back as that', async (_what, event, expected) => {
  const { middleware, refunded } = world(CHARGED);
  expect(
    await pass(middleware, { ...sent('inbound', 'mno'), flow: 'event', stage: 'consume', message: event }),
  ).toHaveLength(1);
  expect(refunded).toEqual(expected);
});
