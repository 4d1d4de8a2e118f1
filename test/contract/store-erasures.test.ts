import { createAck, stampMessage } from '@vumi/core';
import { EMPTY_CONTACT, type ContactFields, type ContactEffect } from '@vumi/records';
import type { Erasure, Store } from '@vumi/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createApp,
  openQuietStore,
  openStorePlace,
  readSql,
  runSql,
  userMessage,
  type StorePlace,
} from './store-place.ts';

const HIS = '+27761234567';
const ANYWHERE = '27761234567';
/** More than one step has. */
const FRIENDS = 700;

let place: StorePlace;
let account: string;

beforeAll(async () => {
  place = await openStorePlace();
  await using store = await openQuietStore(place.url);
  const ref = await createApp(store);
  account = ref.account;
  const message = userMessage({ from_addr: HIS, content: 'I am here' });
  await store.recorder.inbound(message, ref, 'received');
  await store.recorder.event(createAck({ user_message_id: message.message_id, transport_name: 'x' }, HIS));
  const contact = (key: string, fields: Partial<ContactFields>): ContactEffect => {
    const created_at = '2026-11-01T00:00:00.000Z';
    return { kind: 'contact.create', contact: { ...EMPTY_CONTACT, ...fields, key, account, created_at } };
  };
  const friends = Array.from({ length: FRIENDS }, (_, n) =>
    contact(`friend-${n}`, { extra: { friend: HIS } }),
  );
  await store.effects.change(account, [contact('his', { msisdn: HIS }), ...friends]);
  await store.alerts.raise({
    kind: 'failures',
    subject: 'hello',
    account,
    level: 'warning',
    message: `a message of ${HIS} could not be handled`,
    at: Date.now(),
    details: { last: HIS },
  });
  await store.batches.start({ account, name: `for 0027 76 123 4567`, tags: [] });
  await store.effects.change(account, [
    {
      kind: 'group.create',
      group: {
        account,
        key: 'g1',
        name: `friends of ${HIS}`,
        query: `msisdn:"${HIS}"`,
        created_at: '2026-11-01T00:00:00.000Z',
      },
    },
  ]);
  const paid = stampMessage(userMessage({ to_addr: HIS }), { account, app: null });
  await runSql(
    place.url,
    `insert into credit_outbox (message_id, body) values ('${paid.message_id}', '${JSON.stringify(paid)}')`,
  );
  await runSql(
    place.url,
    `insert into network_exchanges (message_id, transport, at, failed, exchange)
       values ('${message.message_id}', 'x', now(), false, '{"from":"${HIS}"}')`,
  );
});

afterAll(() => place[Symbol.asyncDispose]());

async function found(table: string): Promise<number> {
  const [row] = await readSql<{ count: number }>(
    place.url,
    `select count(*)::int as count from ${table} as r where r::text ~ '${ANYWHERE}'`,
  );
  return row?.count ?? 0;
}

async function request(store: Store, dryRun: boolean): Promise<Erasure> {
  return store.erasures.request({ account, address: HIS, dryRun, actor: 'Thandi' });
}

/** Steps until `isEnough`; how many there were. */
async function step(store: Store, id: string, isEnough: (erasure: Erasure) => boolean): Promise<void> {
  for (let steps = 0; steps < 100; steps++) {
    if (isEnough(await store.erasures.get(account, id))) return;
    await store.erasures.eraseRows(id);
  }
  throw new Error('an erasure of a hundred steps goes on');
}

test('an erasure begins some seconds after it was asked for, and what broke off in a step goes on with that step', async () => {
  let id: string;
  {
    await using store = await openQuietStore(place.url);
    ({ id } = await request(store, false));
    expect(await store.erasures.next()).toBeNull();
    await step(store, id, ({ counts }) => (counts['contacts_cleaned'] ?? 0) > 0);
    expect((await store.erasures.get(account, id)).counts).toMatchObject({ messages: 1, contacts: 0 });
    expect(await found('contacts')).toBe(FRIENDS + 1 - 500);
    // The last friends and he himself are one step: half of it is done when it breaks off.
    await runSql(
      place.url,
      `create function break_off() returns trigger language plpgsql as $$ begin raise 'killed'; end $$;
       create trigger breaks_off before insert or update on contacts for each row execute function break_off()`,
    );
    await expect(store.erasures.eraseRows(id)).rejects.toThrow();
    expect(await found('contacts')).toBe(FRIENDS + 1 - 500);
    await runSql(place.url, 'drop trigger breaks_off on contacts; drop function break_off');
  }
  await using store = await openQuietStore(place.url);
  await runSql(place.url, `update erasures set requested_at = requested_at - interval '5 seconds'`);
  expect(await store.erasures.next()).toMatchObject({ id, account, address: HIS, isAtState: false });
  await step(store, id, ({ counts }) => counts['outbox_left'] !== undefined);
  const open = await store.erasures.next();
  expect(open).toMatchObject({ id, isAtState: true, statePosition: null });
  await store.erasures.noteState(id, { state_keys: 2 }, 'half');
  expect(await store.erasures.next()).toMatchObject({ statePosition: 'half' });
  await store.erasures.noteState(id, { state_keys: 1 }, null);
  expect(await store.erasures.next()).toBeNull();

  const counts = { messages: 1, events: 1, network_exchanges: 1, contacts: 1, contacts_cleaned: FRIENDS };
  const done = await store.erasures.get(account, id);
  const cleaned = { alerts: 1, contact_groups: 1, batches: 1, outbox_left: 1 };
  expect(done.counts).toMatchObject({ ...counts, ...cleaned, state_keys: 3, audit_left: 0 });
  const kept = ['alerts', 'contact_groups', 'batches'];
  for (const table of ['messages', 'events', 'network_exchanges', 'contacts', 'erasures', ...kept])
    expect(await found(table), table).toBe(0);
  expect(await store.alerts.open('failures')).toMatchObject([
    { subject: 'hello', message: 'a message of erased could not be handled', details: { last: 'erased' } },
  ]);
  expect(await store.erasures.check(account, id, '0027761234567')).toEqual({
    seal_valid: true,
    address_matches: true,
  });
});

test('seals are a chain over all accounts, and the audit log has each', async () => {
  await using store = await openQuietStore(place.url);
  const { id } = await request(store, true);
  await step(store, id, ({ counts }) => counts['outbox_left'] !== undefined);
  await store.erasures.noteState(id, {}, null);
  const [last, first] = (await store.erasures.list(account, { limit: 10 })).items;
  expect(last).toMatchObject({ id, dry_run: true, previous_seal: first?.seal });
  const { items } = await store.audit.list(account, { limit: 10 });
  expect(items[0]).toMatchObject({ action: 'erasure.finished', details: { id, seal: last?.seal } });
});
