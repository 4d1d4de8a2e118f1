import { RouteTable } from '@vumi/dispatch';
import type { TransportRow } from '@vumi/store';
import { expect, it } from 'vitest';
import { networkOf } from './network-of.ts';

const ref = { account: 'clinic', app: 'clinic' };

function networkBehind(row: TransportRow): string | null {
  const table = new RouteTable({
    accounts: [{ name: 'clinic', active: true }],
    apps: [],
    numbers: [{ account: 'clinic', transport: row.name, number: null, range: false, keyword: null }],
    transports: [row],
    routes: [
      {
        name: 'menu',
        account: 'clinic',
        app: 'clinic',
        smpp_client: null,
        transport: row.name,
        to_addr: null,
        prefix: null,
        keyword: null,
        endpoint: 'menu',
      },
    ],
  });
  return networkOf({ table: () => table, transport: () => row }, ref, 'menu');
}

it.each<readonly [string, Record<string, unknown>, string | null]>([
  ['truroute_ussd', {}, 'ussd'],
  ['telnet', { telnet_port: 8023, transport_type: 'ussd' }, 'ussd'],
  ['telnet', { telnet_port: 8023 }, 'telnet'],
  ['smpp', {}, null],
])('over a transport of type %s with %j it is %s', (type, config, network) => {
  expect(networkBehind({ name: 'way', type, config })).toBe(network);
});

it('is not known of an endpoint by which nothing leaves', () => {
  const table = new RouteTable({ accounts: [], apps: [], numbers: [], transports: [], routes: [] });
  expect(networkOf({ table: () => table, transport: () => null }, ref, 'menu')).toBeNull();
});
