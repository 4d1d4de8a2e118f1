import { reply } from '@vumi/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryPorts } from '../testing/memory-ports.ts';
import type { Transport, TransportType } from '../transport-type.ts';
import { oldSimpleHttpTransport, oldTemplateHttpTransport } from './old-http.ts';

let ports: MemoryPorts;
let transport: Transport | null = null;

beforeEach(() => {
  ports = new MemoryPorts('old');
});
afterEach(async () => {
  await transport?.[Symbol.asyncDispose]();
  await ports.http[Symbol.asyncDispose]();
});

async function post(
  type: TransportType,
  fields: [string, string][],
  authorization?: string,
): Promise<Response> {
  transport ??= await type.start({ identities: { ann: 'pearl' } }, ports);
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  return fetch(ports.http.url, { method: 'POST', headers, body: new URLSearchParams(fields) });
}

const ANN = `Basic ${Buffer.from('ann:pearl').toString('base64')}`;

afterEach(() => {
  transport = null;
});

it('one request is a message to each receiver, and tells their ids', async () => {
  const fields: [string, string][] = [
    ['message', 'hi'],
    ['to_msisdn', '1'],
    ['to_msisdn', '2'],
    ['from_msisdn', '8000'],
  ];
  const answer = await post(oldSimpleHttpTransport, fields, ANN);
  expect(await answer.json()).toEqual(
    ports.inbound.map(({ message_id }, index) => ({
      message: 'hi',
      to_msisdn: String(index + 1),
      from_msisdn: '8000',
      id: message_id,
    })),
  );
  expect(ports.inbound[0]).toMatchObject({
    provider: 'vumi',
    transport_type: 'old_simple_http',
    transport_metadata: { http_user: 'ann' },
  });
});

it('a template has a text for each receiver', async () => {
  const fields: [string, string][] = [
    ['template', 'Dear {{ name }}, {{town}} calls'],
    ['template_name', 'Ann'],
    ['template_name', 'Bob'],
    ['template_town', 'Durban'],
    ['to_msisdn', '1'],
    ['to_msisdn', '2'],
    ['from_msisdn', '8000'],
  ];
  await post(oldTemplateHttpTransport, fields, ANN);
  expect(ports.inbound.map(({ content }) => content)).toEqual([
    'Dear Ann, Durban calls',
    'Dear Bob, Durban calls',
  ]);
});

it.each([undefined, `${ANN.slice(0, -4)}AAAA`, 'Bearer pearl'])(
  'who is none of the identities is not authorized (%s)',
  async (authorization) => {
    const answer = await post(oldSimpleHttpTransport, [['message', 'hi']], authorization);
    expect([answer.status, await answer.text()]).toEqual([401, 'Not Authorized']);
    expect(ports.inbound).toEqual([]);
  },
);

it('replies are acknowledged and go nowhere, as they always did', async () => {
  const fields: [string, string][] = [
    ['message', 'hi'],
    ['to_msisdn', '1'],
    ['from_msisdn', '8000'],
  ];
  await post(oldSimpleHttpTransport, fields, ANN);
  const [inbound] = ports.inbound;
  if (inbound === undefined) throw new Error('nothing came');
  await ports.send(reply(inbound, 'yo'));
  expect(ports.events).toMatchObject([{ event_type: 'ack' }]);
});
