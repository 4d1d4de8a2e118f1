import { reply } from '@vumi/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryPorts } from '../testing/memory-ports.ts';
import type { Transport } from '../transport-type.ts';
import { httpRpcTransport } from './http-rpc.ts';

let ports: MemoryPorts;
let transport: Transport | null = null;

beforeEach(() => {
  ports = new MemoryPorts('rpc');
  ports.onInbound = async (message) => {
    setImmediate(() => void ports.send(reply(message, '{"ok":true}')));
  };
});
afterEach(async () => {
  await transport?.[Symbol.asyncDispose]();
  await ports.http[Symbol.asyncDispose]();
});

const start = async (config: Record<string, unknown> = {}): Promise<void> => {
  transport = await httpRpcTransport.start(config, ports);
};

it.each([
  [
    'a body',
    { method: 'PUT', body: '{"a":"é"}', headers: { 'content-type': 'application/json' } },
    '{"a":"é"}',
  ],
  ['a query, where there is no body', { method: 'GET' }, 'a=%20+b'],
])('%s is the content, and the content of the reply the response', async (_label, init, content) => {
  await start({ response_content_type: 'application/json' });
  const answer = await fetch(`${ports.http.url}?a=%20+b`, init);
  expect([answer.headers.get('content-type'), await answer.json()]).toEqual([
    'application/json',
    { ok: true },
  ]);
  expect(ports.inbound[0]).toMatchObject({
    content,
    from_addr: '127.0.0.1',
    to_addr: 'http_rpc',
    transport_type: 'http_rpc',
    transport_metadata: { http_rpc: { method: init.method, query: 'a=%20+b' } },
  });
});

it('a configuration of Vumi works as it is, on a port of its own', async () => {
  await start({ transport_name: 'rpc', web_path: '/in/', web_port: 0, web_host: '127.0.0.1', noisy: true });
  // The platform's listener has nothing of it.
  expect(() => ports.http.url).toThrow('takes no requests');
});
