import { BILLING_DEFAULTS, DEFAULT_PRICES, type BillingSettings } from '@vumi/core';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Charge, UnpaidOutcome } from './credit-ports.ts';
import {
  decideCharges,
  decideRefunds,
  type Holding,
  type NewEntry,
  type OpenCharge,
  type Rounds,
} from './decide.ts';

const charge = (messageId: string, amount: number, fields: Partial<Charge> = {}): Charge => ({
  account: 'a',
  messageId,
  direction: 'outbound',
  transport: 'mno',
  route: null,
  app: null,
  segments: 1,
  price: { id: null, ...DEFAULT_PRICES.outbound },
  amount,
  unrefusable: false,
  ...fields,
});

const holding = (balance: number, billing: Partial<BillingSettings> = {}): Holding => ({
  account: 'a',
  billing: { ...BILLING_DEFAULTS, mode: 'enforced', ...billing },
  balance,
  toppedUp: balance,
  warned: null,
});

/** The statuses of charges that come together, and the balance after them. */
function together(balance: number, charges: readonly Charge[], billing: Partial<BillingSettings> = {}) {
  const held = holding(balance, billing);
  const { outcomes, entries, warnings } = decideCharges(charges, new Map([['a', held]]), new Map());
  return { statuses: outcomes.map(({ status }) => status), balance: held.balance, entries, warnings };
}

it('the last credit can be spent, also behind what does not fit', () => {
  const { statuses, balance } = together(5, [charge('1', 3), charge('2', 3), charge('3', 2), charge('4', 1)]);
  expect(statuses).toEqual(['charged', 'refused', 'charged', 'refused']);
  expect(balance).toBe(0);
});

it.each([
  ['is charged once', {}, {}, { statuses: ['charged', 'known'], balance: 3 }],
  [
    'of an account that is only counted is never refused',
    { mode: 'counted' },
    { amount: 9 },
    { statuses: ['charged', 'known'], balance: -4 },
  ],
  [
    'that arrived is never refused',
    {},
    { amount: 9, unrefusable: true },
    { statuses: ['charged', 'known'], balance: -4 },
  ],
  [
    'of an account that does not pay costs nothing',
    { mode: 'off' },
    {},
    { statuses: ['free', 'free'], balance: 5 },
  ],
] as const)('a message %s', (_what, billing, fields, expected) => {
  const one = charge('1', 2, fields);
  expect(together(5, [one, one], billing)).toMatchObject(expected);
});

it('an account is warned once for each warning, by the lowest of those that it passes at once', () => {
  const billing = { warn_percent: [50, 20], warn_below: [15] };
  const told = (...amounts: number[]) =>
    together(
      100,
      amounts.map((amount, index) => charge(`${index}`, amount)),
      billing,
    ).warnings.map(({ threshold, balance }) => [threshold, balance]);
  expect(told(50)).toEqual([]);
  expect(told(51, 1, 1)).toEqual([[50, 49]]);
  expect(told(51, 31, 1, 3, 1)).toEqual([
    [50, 49],
    [20, 18],
    [15, 14],
  ]);
  expect(told(95, 1)).toEqual([[15, 5]]);
});

it.each([
  ['unsent', ['discarded', 'cancelled', 'expired']],
  ['refused', ['discarded', 'cancelled', 'expired', 'nack']],
  ['never', []],
] as const)('by the policy "%s" is paid back: %j', (refund, expected) => {
  const outcomes: UnpaidOutcome[] = ['discarded', 'cancelled', 'expired', 'nack'];
  const paidBack = outcomes.filter((outcome) => {
    const held = new Map([['a', holding(5)]]);
    const price = { id: null, ...DEFAULT_PRICES.outbound, refund };
    const { entries } = decideCharges([charge('1', 3, { price })], held, new Map());
    const back = decideRefunds(
      [
        { messageId: '1', outcome },
        { messageId: '1', outcome },
      ],
      held,
      openOf(entries),
    );
    return back.entries.length === 1 && held.get('a')?.balance === 5;
  });
  expect(paidBack).toEqual(expected);
});

/** What the ledger tells of charges that stand. */
function openOf(ledger: readonly NewEntry[]): Map<string, OpenCharge> {
  const open = new Map<string, OpenCharge>();
  for (const entry of ledger) {
    if (entry.message_id === null) continue;
    if (entry.kind === 'charge') open.set(entry.message_id, { ...entry, message_id: entry.message_id });
    else open.delete(entry.message_id);
  }
  return open;
}

function roundsOf(ledger: readonly NewEntry[]): Map<string, Rounds> {
  const open = openOf(ledger);
  const rounds = new Map<string, Rounds>();
  for (const { message_id: id, round } of ledger)
    if (id !== null) rounds.set(id, { round: round ?? 0, open: open.has(id) });
  return rounds;
}

const step = fc.oneof(
  fc.record({
    do: fc.constant('charge' as const),
    batch: fc.array(fc.record({ id: fc.nat(30), amount: fc.nat(20) }), { minLength: 1, maxLength: 8 }),
    // The process dies after its transaction and before it hears of it, so that whoever has the messages asks again.
    dies: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('refund' as const),
    batch: fc.array(fc.nat(30), { maxLength: 8 }),
    dies: fc.boolean(),
  }),
  fc.record({ do: fc.constant('top up' as const), amount: fc.nat(50) }),
);

it('whatever is asked, asked again and lost, the ledger makes the balance, which never falls below 0', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ledger: NewEntry[] = [];
      const held = holding(0);
      let toppedUp = 0;
      const holdings = new Map([['a', held]]);
      for (const one of steps) {
        if (one.do === 'top up') {
          held.balance += one.amount;
          toppedUp += one.amount;
          continue;
        }
        for (const _attempt of one.dies ? [1, 2] : [1]) {
          const { entries } =
            one.do === 'charge'
              ? decideCharges(
                  one.batch.map(({ id, amount }) => charge(`${id}`, amount)),
                  holdings,
                  roundsOf(ledger),
                )
              : decideRefunds(
                  one.batch.map((id) => ({ messageId: `${id}`, outcome: 'discarded' as const })),
                  holdings,
                  openOf(ledger),
                );
          ledger.push(...entries);
          expect(held.balance).toBeGreaterThanOrEqual(0);
        }
      }
      expect(held.balance).toBe(ledger.reduce((sum, { amount }) => sum + amount, toppedUp));
      const keys = ledger.map(({ message_id, kind, round }) => `${message_id} ${kind} ${round}`);
      expect(new Set(keys).size).toBe(keys.length);
    }),
  );
});
