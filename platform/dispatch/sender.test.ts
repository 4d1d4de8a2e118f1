import type { SendRequest, UserMessage } from '@vumi/core';
import { expect, it } from 'vitest';
import { RouteTable, type RoutingSnapshot } from './route-table.ts';
import { sendForAccount } from './sender.ts';

const route = { account: 'clinic', app: 'news', keyword: null, prefix: null };
const SMS = { ...route, name: 'sms', transport: 'mno', to_addr: '8000' };
const DIAL = {
  ...route,
  name: 'dial',
  app: 'menu',
  transport: 'ussd',
  to_addr: '*120*1#',
  endpoint: 'dialled',
};
const snapshot: RoutingSnapshot = {
  accounts: [{ name: 'clinic', active: true }],
  apps: ['news', 'menu'].map((app) => ({ account: 'clinic', app, version: 1, handlers: [] })),
  routes: [SMS, DIAL],
  numbers: ['mno', 'ussd'].map((transport) => ({
    account: 'clinic',
    transport,
    number: null,
    range: false,
    keyword: null,
  })),
  transports: [],
};

function sending(
  request: Partial<SendRequest>,
  routes: RoutingSnapshot['routes'] = snapshot.routes,
  down: readonly string[] = [],
) {
  const table = new RouteTable({ ...snapshot, routes });
  const sent: UserMessage[] = [];
  const publishOutbound = async (message: UserMessage): Promise<void> => void sent.push(message);
  return sendForAccount(
    {
      table: () => table,
      isUp: (transport) => !down.includes(transport),
      readReceiver: (_transport, address) => address,
      publishOutbound,
    },
    'clinic',
    { to_addr: '+27761234567', content: 'x', ...request },
    null,
  );
}

it.each([
  ['an address', { from_addr: '8000' }, '8000'],
  ['an app', { app: 'menu' }, '*120*1#'],
  ['an endpoint', { endpoint: 'dialled' }, '*120*1#'],
  ['a transport', { transport: 'mno' }, '8000'],
])('what is sent by the API leaves by what it names: %s', async (_what, request, from) => {
  const message = await sending(request);
  expect(message.from_addr).toBe(from);
  expect(message.routing_metadata.endpoint_name).toBe(from === '8000' ? 'default' : 'dialled');
});

it('a route more does not change who sends: either one is marked, or the candidates are told', async () => {
  expect((await sending({}, [SMS])).from_addr).toBe('8000');
  await expect(sending({})).rejects.toMatchObject({
    code: 'route.ambiguous',
    status: 409,
    details: {
      candidates: [
        { route: 'dial', app: 'menu' },
        { route: 'sms', transport: 'mno' },
      ],
    },
  });
  expect((await sending({}, [{ ...SMS, default: true }, DIAL])).from_addr).toBe('8000');
});

it.each([
  ['the first that is up', [], 'mno'],
  ['the next while that is down', ['mno'], 'ussd'],
  ['the first while none is up, to wait there', ['mno', 'ussd'], 'mno'],
])('of routes in failover what is sent by the API takes %s', async (_what, down, transport) => {
  const routes = [
    { ...SMS, failover: 0 },
    { ...SMS, name: 'backup', transport: 'ussd', failover: 1 },
  ];
  expect((await sending({}, routes, down)).transport_name).toBe(transport);
  expect((await sending({ from_addr: '8000' }, routes, down)).transport_name).toBe(transport);
});

it.each([
  ['an app that is not there', { app: 'nws', from_addr: '8000' }, 'not_found'],
  ['an address that is not its own', { from_addr: '777' }, 'route.none'],
  ['an endpoint that has no route', { endpoint: 'voice' }, 'route.none'],
])('nothing is sent by %s', async (_what, request, code) => {
  await expect(sending(request)).rejects.toMatchObject({ code });
});
