import { createUserMessage } from '@vumi/core';
import type { StoreEffects } from '@vumi/records';
import { describe, expect, test } from 'vitest';
import type { Catalog } from './catalog.ts';
import { isOptedOut, noteStop } from './optouts.ts';
import { RouteTable } from './route-table.ts';

const table = new RouteTable({
  accounts: [
    { name: 'clinic', active: true, respect_optouts: true },
    { name: 'careless', active: true, respect_optouts: false },
  ],
  apps: [
    { account: 'clinic', app: 'news', version: 1, handlers: [] },
    { account: 'clinic', app: 'old', version: 1, handlers: [], api: 'classic' },
  ],
  routes: [],
  numbers: [],
  transports: [],
});
const ports = {
  catalog: { table: () => table } as Catalog,
  store: {
    optouts: {
      includes: async (_account: string, type: string, value: string) =>
        type === 'msisdn' && value === '+27761234567',
      list: async () => ({ items: [], next_cursor: null }),
    },
  },
};
const news = { account: 'clinic', app: 'news' };
const old = { account: 'clinic', app: 'old' };
const sender = { connector: 'smpp.shop', events: [], note: null };

describe('what nobody asked for', () => {
  test.each([
    ['of an app or a schedule', news, true, true],
    ['of the API', { account: 'clinic', app: null }, false, true],
    ['of an SMPP client', { account: 'clinic', app: null, sender }, false, true],
    ['of the API in the name of an app of Vumi Go', old, false, true],
    ['of an app of Vumi Go itself', old, true, false],
    ['of an account that has switched it off', { account: 'careless', app: null }, false, false],
  ])('%s', async (_whose, owner, byApp, refused) => {
    expect(await isOptedOut(ports, owner, { address: '27761234567', byApp })).toBe(refused);
  });

  test.each(['+27761234567', '0027 76 123 4567', 'tel:+27-76-123-4567'])('to %s', async (address) => {
    expect(await isOptedOut(ports, news, { address, byApp: true })).toBe(true);
    expect(await isOptedOut(ports, news, { address: '+27760000000', byApp: true })).toBe(false);
  });
});

test('STOP is noted once for each account and message, at the time at which it was written', async () => {
  const applied: StoreEffects[] = [];
  const effects = {
    apply: async (given: StoreEffects) => {
      applied.push(given);
      return [];
    },
    change: async () => {},
  };
  const message = createUserMessage({
    from_addr: '27761234567',
    to_addr: '12345',
    message_id: 'm1',
    timestamp: '2026-11-22 10:00:00.000000',
  });
  await noteStop(effects, 'clinic', message, 'stop');
  await noteStop(effects, 'clinic', message, 'start');
  expect(applied).toMatchObject([
    {
      marker: 'stop/clinic/m1',
      effects: [
        {
          kind: 'optout.put',
          address_value: '+27761234567',
          message_id: 'm1',
          created_at: '2026-11-22T10:00:00.000Z',
        },
      ],
    },
    { effects: [{ kind: 'optout.delete', address_type: 'msisdn', address_value: '+27761234567' }] },
  ]);
});
