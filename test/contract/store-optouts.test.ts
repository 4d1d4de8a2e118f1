import { optoutTurnOf, type AppRef } from '@vumi/core';
import type { OptoutEffect, StoreEffect } from '@vumi/records';
import type { Store } from '@vumi/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createApp,
  newVersion,
  openQuietStore,
  openStorePlace,
  runSql,
  type StorePlace,
} from './store-place.ts';

const HIS = '+27761234567';
const BOTH = ['onMessage', 'onOptOut', 'onOptIn'];

let place: StorePlace;
let store: Store;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

const put = (message_id: string | null, address_value = HIS): OptoutEffect => ({
  kind: 'optout.put',
  address_type: 'msisdn',
  address_value,
  message_id,
  created_at: '2026-11-24T08:00:00.000Z',
});
const end = (message_id?: string): OptoutEffect => ({
  kind: 'optout.delete',
  address_type: 'msisdn',
  address_value: HIS,
  ...(message_id === undefined ? {} : { message_id }),
});

/** An account with an app that has no handler of opt-outs, and one that has these. */
async function accountWith(handlers: readonly string[]): Promise<AppRef> {
  const { account } = await createApp(store);
  const ref = { account, app: 'told' };
  await store.versions.add(newVersion(ref, 'told', { handlers }));
  return ref;
}

async function apply(ref: AppRef, marker: string, ...effects: StoreEffect[]): Promise<void> {
  await store.effects.apply({ marker: `${ref.account}/${marker}`, ...ref, effects });
}

/** What apps of the account will be told, in order. */
async function told(account: string): Promise<unknown[]> {
  const due = await store.schedules.due(Date.now() + 1000, { limit: 500, perApp: 500, except: [] });
  return due
    .filter((one) => one.account === account)
    .map((one) => [one.app, optoutTurnOf(one), one.user, one.data]);
}

test('who opts out, and who opts in again, is told of once, to the apps that have a handler', async () => {
  const ref = await accountWith(BOTH);
  await Promise.all([apply(ref, 'm1', put('m1')), apply(ref, 'm1', put('m1'))]);
  await apply(ref, 'm1', put('m1'));
  const left = ['told', 'optout', HIS, { type: 'msisdn', message_id: 'm1' }];
  expect(await told(ref.account)).toEqual([left]);
  await apply(ref, 'm2', put('m2'));
  await store.effects.change(ref.account, [put(null)]);
  expect(await told(ref.account)).toEqual([left]);
  await apply(ref, 'm3', end('m3'));
  await apply(ref, 'm4', end('m4'));
  const back = ['told', 'optin', HIS, { type: 'msisdn', message_id: 'm3' }];
  expect(await told(ref.account)).toEqual([left, back]);
  await store.effects.change(ref.account, [put(null)]);
  await store.effects.change(ref.account, [end()]);
  expect(await told(ref.account)).toEqual([
    left,
    back,
    ['told', 'optout', HIS, { type: 'msisdn', message_id: null }],
    ['told', 'optin', HIS, { type: 'msisdn', message_id: null }],
  ]);
  expect(await store.records.countSchedules(ref)).toBe(0);
});

test('each of several who leave together is told of, by the address that apps know him by', async () => {
  const ref = await accountWith(['onOptOut']);
  const other: OptoutEffect = { ...put('m1', '+27820000000'), user: '27820000000' };
  await apply(ref, 'm1', put('m1'), other, put('m1'));
  await apply(ref, 'm2', end('m2'));
  const users = (await told(ref.account)).map((one) => (one as string[])[2]);
  expect(new Set(users)).toEqual(new Set([HIS, '27820000000']));
  expect(users).toHaveLength(2);
});

test('who leaves and comes back in one step has done neither', async () => {
  const ref = await accountWith(BOTH);
  await apply(ref, 'm1', put('m1'), end('m1'));
  expect(await told(ref.account)).toEqual([]);
});

test('what could not be stored is not told of either', async () => {
  const ref = await accountWith(BOTH);
  const never = put('m1', '+27\u0000');
  const failures = await store.effects.apply({
    marker: `${ref.account}/m1`,
    ...ref,
    effects: [never, put('m1')],
  });
  expect(failures).toHaveLength(1);
  expect((await told(ref.account)).map((one) => (one as string[])[2])).toEqual([HIS]);
});

test('an app is told as soon as a version of a rollout has the handler', async () => {
  const ref = await accountWith(['onMessage']);
  await store.versions.add(newVersion(ref, 'candidate', { handlers: BOTH, activate: false }));
  await apply(ref, 'm1', put('m1'));
  expect(await told(ref.account)).toEqual([]);
  await store.versions.activate(ref, 2, { percent: 10 });
  await apply(ref, 'm2', end('m2'));
  expect(await told(ref.account)).toEqual([['told', 'optin', HIS, { type: 'msisdn', message_id: 'm2' }]]);
});

test('who has opted out and was erased opts in once, and has not left twice', async () => {
  const ref = await accountWith(BOTH);
  await apply(ref, 'm1', put('m1'));
  const { id } = await store.erasures.request({
    account: ref.account,
    address: HIS,
    dryRun: false,
    actor: 'Thandi',
  });
  await runSql(place.url, `update erasures set requested_at = requested_at - interval '1 hour'`);
  const isErased = async () =>
    (await store.erasures.get(ref.account, id)).counts['outbox_left'] !== undefined;
  while (!(await isErased())) await store.erasures.eraseRows(id);
  expect(await told(ref.account)).toEqual([]);
  await apply(ref, 'm2', put('m2'));
  expect(await told(ref.account)).toEqual([]);
  await apply(ref, 'm3', end('m3'));
  expect(await told(ref.account)).toEqual([['told', 'optin', HIS, { type: 'msisdn', message_id: 'm3' }]]);
});
