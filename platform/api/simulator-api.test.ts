import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '@vumi/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemorySimulator, type MemorySimulator } from './memory-simulator.fixture.ts';
import { createSimulatorApi } from './simulator-api.ts';

let server: Server;
let simulator: MemorySimulator;

beforeAll(async () => {
  simulator = createMemorySimulator();
  server = createServer(createSimulatorApi({ simulator, logger: silentLogger })).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

async function statusOf(
  method: string,
  host: string,
  body?: string,
  type = 'application/json',
): Promise<number> {
  const { port } = server.address() as AddressInfo;
  const call = request({
    port,
    host: '127.0.0.1',
    method,
    path: '/api/v1/simulators/smsc/messages',
    headers: { host, ...(body === undefined ? {} : { 'content-type': type }) },
  });
  call.end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

describe('a simulator that runs alone', () => {
  const message = JSON.stringify({ from_addr: '+1', to_addr: '12345', content: 'hi' });

  test.each(['127.0.0.1:8001', 'localhost:8001', '[::1]:8001', '192.168.1.5:8001'])(
    'needs no token at %s',
    async (host) => {
      expect(await statusOf('GET', host)).toBe(200);
      expect(await statusOf('POST', host, message)).toBe(201);
    },
  );

  test('is not reached by a name that a page made up', async () => {
    const before = simulator.written.length;
    expect(await statusOf('POST', 'rebound.example:8001', message)).toBe(403);
    expect(simulator.written).toHaveLength(before);
  });

  test("is not reached by a page's form", async () => {
    expect(await statusOf('POST', 'localhost:8001', message, 'text/plain')).toBe(415);
  });
});
