import { createUserMessage, type UserMessage } from '@vumi/core';
import { RouteTable } from '@vumi/dispatch';
import type { TransportRow } from '@vumi/store';
import { expect, it } from 'vitest';
import { createSegmentSums } from './segment-sums.ts';

const ref = { account: 'clinic', app: 'clinic' };
const config = { host: '127.0.0.1', port: 2775, system_id: 'x', password: 'x' };
const row: TransportRow = { name: 'way', type: 'smpp', config };
const wrong: TransportRow = { name: 'wrong', type: 'smpp', config: {} };
const table = new RouteTable({
  accounts: [{ name: 'clinic', active: true }],
  apps: [],
  numbers: [{ account: 'clinic', transport: 'way', number: null, range: false, keyword: null }],
  transports: [row],
  routes: [
    {
      name: 'sms',
      account: 'clinic',
      app: 'clinic',
      smpp_client: null,
      transport: 'way',
      to_addr: null,
      prefix: null,
      keyword: null,
      endpoint: 'sms',
    },
  ],
});
const segmentsOf = createSegmentSums({
  table: () => table,
  transport: (name) => [row, wrong].find((one) => one.name === name) ?? null,
});

function message(content: string, fields: Partial<UserMessage>): UserMessage {
  return createUserMessage({ from_addr: '8000', to_addr: '+27761234567', content, ...fields });
}

it('what an app sends is counted as the transport cuts it that it leaves by', () => {
  const long = 'x'.repeat(161);
  const byEndpoint = { routing_metadata: { endpoint_name: 'sms' } };
  expect(segmentsOf(ref, [])).toBe(0);
  expect(segmentsOf(ref, [message('yes', { transport_name: 'way' }), message(long, byEndpoint)])).toBe(3);
  expect(segmentsOf(ref, [message('ж'.repeat(71), { transport_name: 'way' })])).toBe(2);
  expect(segmentsOf(ref, [message(long, { transport_name: 'way', transport_type: 'ussd' })])).toBe(1);
});

it('what leaves by nothing has no segments', () => {
  expect(segmentsOf(ref, [message('yes', { routing_metadata: { endpoint_name: 'nowhere' } })])).toBe(0);
});

it('what leaves by a transport that cannot run keeps nothing else from being counted', () => {
  expect(segmentsOf(ref, [message('x'.repeat(161), { transport_name: 'wrong' })])).toBe(1);
});
