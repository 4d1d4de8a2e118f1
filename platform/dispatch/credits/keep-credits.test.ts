import { createUserMessage, silentLogger, type UserMessage } from '@vumi/core';
import { eventually } from '@vumi/machine/testing';
import type { Alert, AlertKey, CreditWarning, RaisedAlert } from '@vumi/store';
import { expect, it } from 'vitest';
import { startCreditKeeping } from './keep-credits.ts';

it('what was charged and not sent is sent once, and low credit is told and taken back', async () => {
  const overdue = [createUserMessage({ from_addr: '8000', to_addr: '27761234567', message_id: 'm1' })];
  const warnings: CreditWarning[] = [
    { id: '1', account: 'shop', at: '2026-11-29T00:00:00.000Z', threshold: 20e6, balance: 0 },
  ];
  const raised: RaisedAlert[] = [];
  const cleared: AlertKey[] = [];
  const sent: UserMessage[] = [];
  let balance = 0;
  const credits = {
    overdue: async () =>
      overdue.map((message) => ({ message_id: message.message_id, body: JSON.stringify(message) })),
    passed: async (id: string) =>
      void overdue.splice(
        overdue.findIndex(({ message_id }) => message_id === id),
        1,
      ),
    warnings: async () => warnings,
    toldWarning: async () => void warnings.pop(),
    balance: async (account: string) => ({ account, balance, topped_up: 0 }),
  };
  const alerts = {
    raise: async (alert: RaisedAlert) => {
      raised.push(alert);
      return null;
    },
    open: async () =>
      raised.filter(({ subject }) => !cleared.some((one) => one.subject === subject)) as unknown as Alert[],
    clear: async (key: AlertKey) => {
      cleared.push(key);
      return null;
    },
  };
  const lease = async () => ({ lost: new Promise<void>(() => {}), [Symbol.asyncDispose]: async () => {} });
  await using _ = startCreditKeeping({
    store: { credits, alerts, lease } as unknown as Parameters<typeof startCreditKeeping>[0]['store'],
    send: async (message) => void sent.push(message),
    clock: Date.now,
    everyMs: 1,
    logger: silentLogger,
  });
  await eventually(
    () => raised,
    ({ length }) => length > 0,
  );
  expect(sent.map(({ message_id }) => message_id)).toEqual(['m1']);
  expect(raised).toEqual([
    {
      kind: 'credit.low',
      subject: 'shop below 20',
      account: 'shop',
      level: 'critical',
      message: 'account "shop" has 0 credits, less than 20: top it up',
      at: Date.parse('2026-11-29T00:00:00.000Z'),
      details: { balance: '0', threshold: '20' },
    },
  ]);
  expect(cleared).toEqual([]);
  balance = 20e6;
  await eventually(
    () => cleared,
    ({ length }) => length > 0,
  );
  expect(cleared).toEqual([{ kind: 'credit.low', subject: 'shop below 20', account: 'shop' }]);
  expect(raised).toHaveLength(1);
});
