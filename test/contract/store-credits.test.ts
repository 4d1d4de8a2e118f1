import {
  BILLING_DEFAULTS,
  createNack,
  DEFAULT_PRICES,
  MICROS,
  newId,
  silentLogger,
  stampMessage,
  type BillingChange,
  type Transit,
  type UserMessage,
} from '@vumi/core';
import { dispatchMiddlewareTypes } from '@vumi/dispatch';
import { MemoryState } from '@vumi/state/memory';
import type { Charge, ChargeOutcome, Store } from '@vumi/store';
import { transportTypes } from '@vumi/transports';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createApp,
  openQuietStore,
  openStorePlace,
  readSql,
  runSql,
  userMessage,
  type StorePlace,
} from './store-place.ts';

describe('credit', () => {
  let place: StorePlace;
  let stores: Store[];
  let store: Store;
  beforeAll(async () => {
    place = await openStorePlace();
    stores = await Promise.all([openQuietStore(place.url), openQuietStore(place.url)]);
    store = stores[0] as Store;
  });
  afterAll(async () => {
    await Promise.all(stores.map((each) => each[Symbol.asyncDispose]()));
    await place[Symbol.asyncDispose]();
  });

  const newAccount = async (credits: number, billing: BillingChange = {}): Promise<string> => {
    const { account } = await createApp(store);
    await store.accounts.change(account, { billing: { mode: 'enforced', ...billing } }, 'test');
    if (credits > 0) await topUp(account, credits);
    return account;
  };
  const topUp = (account: string, credits: number, reference: string | null = null) =>
    store.credits.topUp({ account, amount: credits * MICROS, source: 'test', reference, actor: 'me' });
  const chargeOf = (account: string, fields: Partial<Charge> = {}): Charge => ({
    account,
    messageId: newId(),
    direction: 'outbound',
    transport: 'mno',
    route: 'surveys',
    app: 'hello',
    segments: 1,
    price: { id: '7', ...DEFAULT_PRICES.outbound },
    amount: MICROS,
    unrefusable: false,
    ...fields,
  });
  const balanceOf = async (account: string): Promise<number> =>
    (await store.credits.balance(account)).balance / MICROS;
  /** The sum of the ledger, in credits. */
  const ledgerOf = async (account: string): Promise<number> => {
    const [row] = await readSql<{ sum: number }>(
      place.url,
      `select coalesce(sum(amount), 0)::float8 as sum from credit_entries where account = '${account}'`,
    );
    return (row?.sum ?? 0) / MICROS;
  };

  test('an account starts without any, and is not charged', async () => {
    const { account } = await createApp(store);
    expect((await store.accounts.get(account)).billing).toEqual(BILLING_DEFAULTS);
    expect(await balanceOf(account)).toBe(0);
    expect(await store.credits.charge(chargeOf(account))).toEqual({ status: 'free' });
    await expect(store.credits.balance('nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('of 1,000 credits exactly 1,000 are spent, by two processes at once and with messages that come twice', async () => {
    const account = await newAccount(1000);
    const charges = Array.from({ length: 700 }, () => chargeOf(account));
    const twice = [...charges, ...charges];
    const ask = async (each: Store, asked: readonly Charge[]) =>
      Promise.all(asked.map((one) => each.credits.charge(one)));
    const others = Array.from({ length: 700 }, () => chargeOf(account));
    const outcomes = (
      await Promise.all(stores.map((each, index) => ask(each, index === 0 ? twice : [...others, ...charges])))
    ).flat();
    const count = (status: ChargeOutcome['status']) => outcomes.filter((one) => one.status === status).length;
    expect(count('charged')).toBe(1000);
    expect([await balanceOf(account), await ledgerOf(account)]).toEqual([0, 0]);
    const [row] = await readSql<{ count: number }>(
      place.url,
      `select count(distinct message_id)::int from credit_entries where account = '${account}' and kind = 'charge'`,
    );
    expect(row?.count).toBe(1000);
  });

  test('two that charge the same accounts in another order do not wait for each other', async () => {
    const [a, b] = [await newAccount(500), await newAccount(500)];
    const order = (names: string[]) =>
      Array.from({ length: 300 }, (_, index) => chargeOf(names[index % 2] ?? ''));
    await Promise.all(
      stores.flatMap((each, index) =>
        order(index === 0 ? [a, b] : [b, a]).map((one) => each.credits.charge(one)),
      ),
    );
    expect([await balanceOf(a), await balanceOf(b)]).toEqual([200, 200]);
  });

  test('a charge keeps what it was made of, whatever prices and settings become', async () => {
    const account = await newAccount(10);
    const charge = chargeOf(account, { segments: 3, amount: 3 * MICROS });
    await store.credits.charge(charge);
    expect((await store.credits.entries(account, {})).items).toMatchObject([
      {
        kind: 'charge',
        amount: -3e6,
        balance: 7e6,
        segments: 3,
        per_segment: 1e6,
        price: '7',
        transport: 'mno',
        route: 'surveys',
      },
      { kind: 'top_up', amount: 10e6, balance: 10e6, source: 'test', actor: 'me', message_id: null },
    ]);
    for (const sql of ['update credit_entries set amount = 0', 'delete from credit_entries']) {
      await expect(runSql(place.url, sql)).rejects.toThrow('immutable');
    }
  });

  test('what comes to nothing is paid back once, and charged again when it is sent again', async () => {
    const account = await newAccount(5);
    const charge = chargeOf(account);
    for (const _round of [1, 2]) {
      expect(await store.credits.charge(charge)).toEqual({ status: 'charged' });
      expect(await store.credits.charge(charge)).toEqual({ status: 'known' });
      await store.credits.refund(charge.messageId, 'nack');
      expect(await balanceOf(account)).toBe(4);
      await Promise.all(
        stores.flatMap(({ credits }) => [
          credits.refund(charge.messageId, 'expired'),
          credits.refund(charge.messageId, 'cancelled'),
        ]),
      );
      expect([await balanceOf(account), await ledgerOf(account)]).toEqual([5, 5]);
    }
    expect((await store.credits.ofMessage(charge.messageId)).map(({ kind }) => kind)).toEqual([
      'charge',
      'refund',
      'charge',
      'refund',
    ]);
    await store.credits.refund('never heard of', 'discarded');
  });

  test('a top-up counts once for each reference, and its amount cannot change', async () => {
    const account = await newAccount(0);
    const made = await Promise.all(Array.from({ length: 5 }, () => topUp(account, 20, 'payment 1')));
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(made.map(({ entry }) => entry.id)).size).toBe(1);
    await expect(topUp(account, 21, 'payment 1')).rejects.toMatchObject({ code: 'request.conflict' });
    await expect(topUp(await newAccount(0), 20, 'payment 1')).rejects.toMatchObject({
      code: 'request.conflict',
    });
    await expect(topUp(account, 0)).rejects.toMatchObject({ code: 'request.invalid', field: 'amount' });
    await topUp(account, -5);
    expect([await balanceOf(account), await ledgerOf(account)]).toEqual([15, 15]);
    const { items } = await store.audit.list(account, { limit: 2 });
    expect(items[0]).toMatchObject({ action: 'credits.added', actor: 'me', details: { amount: '-5' } });
  });

  describe('in a dispatcher of a YAML file', () => {
    const start = (config: object) =>
      dispatchMiddlewareTypes(transportTypes).credits.start(config, {
        worker: 'dispatcher',
        name: 'credits',
        state: new MemoryState(),
        store,
        publishMetrics: async () => {},
        clock: Date.now,
        logger: silentLogger,
      });
    const long = (fields: Partial<UserMessage> = {}) => userMessage({ content: 'x'.repeat(200), ...fields });
    const sent = (message: UserMessage): Transit => ({
      stage: 'publish',
      flow: 'outbound',
      connector: 'away',
      message,
    });

    test('messages are charged to who they are of, else to the account of its options, by their segments', async () => {
      const [owner, other] = [await newAccount(5), await newAccount(5)];
      await using running = await start({ account: other });
      const passed: unknown[] = [];
      const next = async (transit: Transit): Promise<void> => void passed.push(transit.message);
      const stamped = stampMessage(long(), { account: owner, app: null });
      const plain = long();
      await running.handle(sent(stamped), next);
      await running.handle(sent(plain), next);
      expect(passed).toEqual([stamped, plain]);
      expect([await balanceOf(owner), await balanceOf(other)]).toEqual([3, 3]);
      const nack = createNack(
        {
          user_message_id: plain.message_id,
          transport_name: 'away',
          transport_metadata: { outcome: 'expired' },
        },
        'expired',
      );
      await running.handle({ stage: 'consume', flow: 'event', connector: 'away', message: nack }, next);
      expect(await balanceOf(other)).toBe(5);
    });

    test('what cannot be paid is refused, and what is nobody’s is free', async () => {
      const account = await newAccount(1);
      await using owned = await start({ account, unknown_transports: 'messages' });
      await owned.handle(sent(long()), async () => {});
      await expect(owned.handle(sent(long()), async () => {})).rejects.toMatchObject({
        code: 'credit.insufficient',
        details: { segments: 1 },
      });
      await using free = await start({});
      await free.handle(sent(long()), async () => {});
      expect(await balanceOf(account)).toBe(0);
    });

    test('a wrong option is named', async () => {
      await expect(start({ acount: 'x' })).rejects.toMatchObject({ code: 'config.invalid' });
    });
  });

  test('a statement adds up from its opening to its closing balance, month by month', async () => {
    const account = await newAccount(100);
    for (const segments of [1, 1, 3]) {
      await store.credits.charge(chargeOf(account, { segments, amount: segments * MICROS }));
    }
    const now = new Date();
    const month = now.toISOString().slice(0, 7);
    const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString().slice(0, 7);
    const statement = await store.credits.statement(account, month);
    expect(statement).toMatchObject({
      opening: 0,
      closing: 95e6,
      lines: [
        {
          kind: 'charge',
          direction: 'outbound',
          transport: 'mno',
          route: 'surveys',
          entries: 3,
          segments: 5,
          amount: -5e6,
        },
        { kind: 'top_up', source: 'test', entries: 1, amount: 100e6 },
      ],
    });
    expect(await store.credits.statement(account, next)).toMatchObject({
      opening: 95e6,
      closing: 95e6,
      lines: [],
    });
    expect(await store.credits.statement(account, '2020-02')).toMatchObject({ opening: 0, closing: 0 });
    await expect(store.credits.statement(account, 'May')).rejects.toMatchObject({ field: 'month' });
  });

  test('the ledger is read page by page, and by time and kind', async () => {
    const account = await newAccount(9);
    for (let n = 0; n < 4; n++) await store.credits.charge(chargeOf(account));
    const first = await store.credits.entries(account, { limit: 3 });
    const rest = await store.credits.entries(account, { limit: 3, cursor: first.next_cursor ?? '' });
    expect([...first.items, ...rest.items].map(({ balance }) => balance / MICROS)).toEqual([5, 6, 7, 8, 9]);
    expect(rest.next_cursor).toBeNull();
    const { items } = await store.credits.entries(account, { kind: 'top_up', from: '2020-01-01' });
    expect(items).toHaveLength(1);
    expect((await store.credits.entries(account, { to: '2020-01-01' })).items).toEqual([]);
  });

  test('settings change one by one, and hold from then on', async () => {
    const account = await newAccount(1, { warn_percent: [50], cutoff: 'let_replies_through' });
    await store.credits.charge(chargeOf(account));
    expect(await store.credits.charge(chargeOf(account))).toEqual({
      status: 'refused',
      balance: 0,
      cutoff: 'let_replies_through',
    });
    await store.accounts.change(account, { billing: { mode: 'counted' } }, 'test');
    expect(await store.credits.charge(chargeOf(account))).toEqual({ status: 'charged' });
    expect((await store.accounts.get(account)).billing).toMatchObject({
      mode: 'counted',
      warn_percent: [50],
    });
    expect(await balanceOf(account)).toBe(-1);
    const told = await readSql(
      place.url,
      `select threshold::int, balance::int from credit_warnings where account = '${account}' order by id`,
    );
    expect(told).toEqual([{ threshold: 500_000, balance: 0 }]);
  });
});
