import {
  smppClientSettingsSchema,
  type AssignedNumber,
  type SmppClientSettings,
  type UserMessage,
} from '@vumi/core';
import { RouteTable, type RoutingSnapshot } from '@vumi/dispatch';
import { expect, it } from 'vitest';
import { submitForClient } from './submit.ts';

const number = (account: string, transport: string, to: string): AssignedNumber => ({
  account,
  transport,
  number: to,
  range: false,
  keyword: null,
});
const route = {
  account: 'shop',
  app: null,
  smpp_client: null,
  transport: 'mno',
  keyword: null,
  prefix: null,
};
const OWN = { ...route, name: 'own', smpp_client: 'acme', to_addr: '8000' };
const OTHER = { ...route, name: 'app', app: 'news', to_addr: '9000', transport: 'other' };
const FOREIGN = { ...route, account: 'victim', name: 'v', app: 'app', to_addr: '777' };
const snapshot: RoutingSnapshot = {
  accounts: [
    { name: 'shop', active: true },
    { name: 'victim', active: true },
  ],
  apps: [],
  routes: [OWN, OTHER, FOREIGN],
  numbers: [
    number('shop', 'mno', '8000'),
    ...['mno', 'other'].map((name) => number('shop', name, '8100')),
    number('shop', 'other', '9000'),
    number('victim', 'mno', '777'),
  ],
  transports: [{ name: 'mno' }, { name: 'other' }],
};

/** By which transport and from whom a message of the client leaves, or the code of what it is told. */
async function wayOf(
  from: string,
  settings: Partial<SmppClientSettings> = {},
  routes: RoutingSnapshot['routes'] = snapshot.routes,
  down: string | null = null,
): Promise<string> {
  const sent: UserMessage[] = [];
  const table = new RouteTable({ ...snapshot, routes });
  const unused = (): never => {
    throw new Error('nothing else is asked for');
  };
  const client = {
    account: 'shop',
    system_id: 'acme',
    ...smppClientSettingsSchema.parse(settings),
    password_set_at: '2026-11-29T00:00:00.000Z',
  };
  const submission = { messageId: 'm', from, to: '+27761234567', content: 'x', metadata: {}, receipt: null };
  try {
    await submitForClient(
      {
        catalog: { table: () => table },
        ends: { receiveOutbound: unused },
        recorder: { inbound: unused, outbound: unused, event: unused },
        isUp: (transport) => transport !== down,
        publishOutbound: async (message) => void sent.push(message),
      },
      client,
      submission,
    );
  } catch (error) {
    return (error as { code: string }).code;
  }
  return sent.map(({ transport_name, from_addr }) => `${transport_name} ${from_addr}`).join();
}

it.each([
  ['names a number of its account', '8000', {}, 'mno 8000'],
  ['writes it otherwise', '+8000', {}, 'mno 8000'],
  ['names a number that leads to an app', '9000', {}, 'other 9000'],
  ['names none', '', {}, 'mno 8000'],
  ['names none and has a transport', '', { transport: 'other' }, 'other 9000'],
  ['names none and has a usual sender', '', { source_addr: '9000' }, 'other 9000'],
  ['names a number of another account', '777', {}, 'route.none'],
  ['writes that otherwise', '+777', {}, 'route.none'],
  ['names what nobody has', 'SHOP', {}, 'route.none'],
  ['names what an operator allowed it', 'SHOP', { source_addrs: ['SHOP'] }, 'mno SHOP'],
  ['names that and has a transport', 'SHOP', { source_addrs: ['*'], transport: 'other' }, 'other SHOP'],
  ['has a transport that is not there', '', { transport: 'none', source_addr: 'SHOP' }, 'route.none'],
])('a client that %s', async (_what, from, settings, way) => {
  expect(await wayOf(from, settings)).toBe(way);
});

it('of several ways that are as good the default is taken, and no other', async () => {
  const routes = [OTHER, { ...OTHER, name: 'second', to_addr: '8000', transport: 'mno' }];
  expect(await wayOf('', {}, routes)).toBe('route.ambiguous');
  expect(await wayOf('', {}, [{ ...OTHER, default: true }, ...routes.slice(1)])).toBe('other 9000');
  expect(await wayOf('', { transport: 'mno' }, routes)).toBe('mno 8000');
});

it.each([
  ['no sender, by its routes', '', { smpp_client: 'acme' }],
  ["no sender, by its account's", '', { app: 'news' }],
  ['a sender', '8100', { app: 'news' }],
])('of routes in failover a client that names %s sends by one that is up', async (_what, from, leads) => {
  const first = { ...route, ...leads, name: 'first', to_addr: '8100', failover: 0 };
  const routes = [first, { ...first, name: 'second', transport: 'other', failover: 1 }];
  expect(await wayOf(from, {}, routes)).toBe('mno 8100');
  expect(await wayOf(from, {}, routes, 'mno')).toBe('other 8100');
});
