import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { ScriptedServer } from '@vumi/http/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import type { Transport } from '../transport-type.ts';
import { httpApiTransport } from './http-api.ts';

let ports: MemoryPorts;
const running: AsyncDisposable[] = [];
const FIELDS = { content: 'hi', to_addr: '8000', from_addr: '+27761234567' };

beforeEach(() => {
  ports = new MemoryPorts('web');
});
afterEach(async () => {
  for (const one of running.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  await ports.http[Symbol.asyncDispose]();
});

async function start(config: Record<string, unknown> = {}): Promise<Transport> {
  const transport = await httpApiTransport.start(config, ports);
  running.push(transport);
  return transport;
}

/** An app that says what it is told to. */
function answering(content: string): void {
  ports.onInbound = async (message) => {
    setImmediate(() => void ports.send(reply(message, content)));
  };
}

async function ask(
  fields: Record<string, string> = FIELDS,
  init: RequestInit = {},
): Promise<[number, string]> {
  const answer = await fetch(`${ports.http.url}?${new URLSearchParams(fields).toString()}`, init);
  return [answer.status, await answer.text()];
}

describe('a request is a message', () => {
  it('and its response the reply of the app', async () => {
    await start({ reply_expected: true });
    answering('yo');
    expect(await ask()).toEqual([200, 'yo']);
    expect(ports.inbound[0]).toMatchObject({
      ...FIELDS,
      transport_name: 'web',
      transport_type: 'http_api',
      session_event: null,
    });
    const events = await eventually(
      () => ports.events,
      (all) => all.length > 0,
    );
    expect(events).toMatchObject([{ event_type: 'ack' }]);
  });

  it('or its id, where no reply is expected; of several values the first counts', async () => {
    await start();
    const body = new URLSearchParams([
      ['content', 'a'],
      ['content', 'b'],
      ['to_addr', '8000'],
      ['from_addr', 'U'],
    ]);
    const answer = await fetch(ports.http.url, { method: 'POST', body });
    expect(await answer.json()).toEqual({ message_id: ports.inbound[0]?.message_id });
    expect(ports.inbound[0]?.content).toBe('a');
  });

  it('as JSON both ways', async () => {
    await start({ reply_expected: true });
    answering('yo');
    const answer = await fetch(ports.http.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ ...FIELDS, content: null, session_event: 'new', group: 'g' }),
    });
    expect(await answer.json()).toMatchObject({
      in_reply_to: ports.inbound[0]?.message_id,
      content: 'yo',
      session_event: null,
    });
    expect(ports.inbound[0]).toMatchObject({ content: null, session_event: 'new', group: 'g' });
  });

  it.each<[string, Record<string, string>, Record<string, unknown>, object]>([
    ['an unknown field', { ...FIELDS, x: '1' }, {}, { unexpected_parameter: ['x'] }],
    [
      'an unknown and a missing one',
      { content: 'hi', to_addr: '8000', x: '1' },
      {},
      { unexpected_parameter: ['x'], missing_parameter: ['from_addr'] },
    ],
    [
      'a field of no message',
      { ...FIELDS, session_event: 'x' },
      {},
      { invalid_parameter: ['session_event'] },
    ],
  ])('unless it has %s', async (_label, fields, config, answer) => {
    await start(config);
    const [status, text] = await ask(fields);
    expect([status, JSON.parse(text)]).toEqual([400, answer]);
    expect(ports.inbound).toEqual([]);
  });

  it.each([
    ['invalid UTF-8 in the query', '?content=%ff&to_addr=1&from_addr=2', undefined, undefined],
    ['invalid UTF-8 in the body', '', Buffer.from([0xff]), 'application/json'],
    ['JSON without fields', '', '[1]', 'application/json'],
  ])('unless it is %s', async (_label, query, body, type) => {
    await start();
    const answer = await fetch(ports.http.url + query, {
      method: 'POST',
      ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
    });
    expect(answer.status).toBe(400);
    expect(ports.inbound).toEqual([]);
  });

  it('fields that it lacks come from field_defaults, any of a message', async () => {
    await start({
      allowed_fields: ['content', 'from_addr'],
      field_defaults: { to_addr: '8000', transport_type: 'sms', helper_metadata: { a: 1 } },
    });
    expect((await ask({ content: '', from_addr: 'U' }))[0]).toBe(200);
    expect(ports.inbound[0]).toMatchObject({
      to_addr: '8000',
      content: '',
      transport_type: 'sms',
      helper_metadata: { a: 1 },
    });
  });

  it('the same Idempotency-Key is the same message: it waits with the first, and gets what that got', async () => {
    await start({ reply_expected: true });
    const headers = { 'idempotency-key': 'k1' };
    const first = ask(FIELDS, { headers });
    await eventually(
      () => ports.inbound,
      (all) => all.length === 1,
    );
    const second = ask(FIELDS, { headers });
    const [inbound] = ports.inbound as [UserMessage];
    await eventually(() => (runningOne().gauges()['requests_total'] ?? 0) === 2, Boolean);
    await ports.send(reply(inbound, 'once'));
    expect(await Promise.all([first, second, ask(FIELDS, { headers })])).toEqual([
      [200, 'once'],
      [200, 'once'],
      [200, 'once'],
    ]);
    expect(ports.inbound.length).toBe(1);
  });
});

function runningOne(): Transport {
  return running[0] as Transport;
}

it('a configuration with a field that nobody can give is refused, and names it', async () => {
  await expect(start({ allowed_fields: ['content', 'to_addr'] })).rejects.toThrow('from_addr');
});

describe('messages that are no replies', () => {
  it('are refused where no URL is given', async () => {
    await start();
    await ports.send(createUserMessage({ to_addr: 'U', from_addr: '8000', content: 'hi' }));
    expect(ports.events).toMatchObject([{ event_type: 'nack', nack_reason: 'replies are not expected' }]);
  });

  it('are posted to outbound_url, and receipts come for them', async () => {
    await using receiver = await ScriptedServer.start();
    await start({
      outbound_url: `${receiver.url}/in`,
      outbound_username: 'me',
      outbound_password: 'pearl',
      allow_private: true,
    });
    receiver.next.push({ status: 200, body: '{"message_id":"r1"}' });
    const message = createUserMessage({ to_addr: 'U', from_addr: '8000', content: 'hi' });
    await ports.send(message);
    const [request] = receiver.requests;
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      message_id: message.message_id,
      to_addr: 'U',
      from_addr: '8000',
      content: 'hi',
    });
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('me:pearl').toString('base64')}`);
    expect(ports.events).toMatchObject([{ event_type: 'ack', sent_message_id: 'r1' }]);

    const report = async (id: string, status: string) =>
      (
        await fetch(`${ports.http.url}/receipts`, {
          method: 'POST',
          body: new URLSearchParams({ message_id: id, delivery_status: status }),
        })
      ).status;
    expect(await report(message.message_id, 'delivered')).toBe(200);
    expect(await report(message.message_id, 'pending')).toBe(200);
    expect(await report('unknown', 'delivered')).toBe(200);
    expect(await report(message.message_id, 'eaten')).toBe(400);
    expect(ports.events.slice(1)).toMatchObject([
      { event_type: 'delivery_report', delivery_status: 'delivered', user_message_id: message.message_id },
    ]);
  });

  it('are not posted once the platform lets them go no more, though they wait for the network already', async () => {
    await using receiver = await ScriptedServer.start();
    const transport = await start({ outbound_url: `${receiver.url}/in`, allow_private: true });
    receiver.next.push({ status: 429, headers: { 'retry-after': '1' } });
    const message = createUserMessage({ to_addr: 'U', from_addr: '8000', content: 'hi' });
    const sending = ports.send(message);
    await eventually(
      () => transport.gauges()['throttled_total'],
      (count) => count === 1,
    );
    ports.refusal = 'account "acme" is inactive';
    await sending;
    expect(receiver.requests).toHaveLength(1);
    expect(ports.events).toMatchObject([
      { nack_reason: 'discarded: account "acme" is inactive', transport_metadata: { outcome: 'discarded' } },
    ]);
  });
});

describe('numbers', () => {
  it('of one person are one, and the network gets them as it wants them', async () => {
    await using server = await ScriptedServer.start();
    await start({
      outbound_url: server.url,
      allow_private: true,
      country_code: '27',
      address_format: 'plain',
      OPERATOR_PREFIX: { '2776': 'VODACOM' },
      OPERATOR_NUMBER: { VODACOM: '27820001001' },
    });
    for (const from_addr of ['0761234567', '27761234567', '+27761234567', '8000']) {
      expect((await ask({ ...FIELDS, from_addr }))[0]).toBe(200);
    }
    expect(ports.inbound.map(({ from_addr, provider }) => [from_addr, provider])).toEqual([
      ...Array.from({ length: 3 }, () => ['+27761234567', 'VODACOM']),
      ['8000', null],
    ]);
    await ports.send(reply(ports.inbound[0] as UserMessage, 'yo'));
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      to_addr: '27761234567',
      from_addr: '27820001001',
    });
  });
});
