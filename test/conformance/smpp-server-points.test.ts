import { silentLogger } from '@vumi/core';
import { testSmsc } from '@vumi/transports/smpp/conformance';
import { startSmscSimulator } from '@vumi/transports/smpp/simulator';
import { describe, expect, it } from 'vitest';
import { eventually, startTestPlatform } from '../platform.ts';

describe('the conformance list', () => {
  it('holds for our SMPP server, with a network behind it', async () => {
    const script = { receipts: { after_ms: 20 } };
    await using network = await startSmscSimulator({ port: 0, logger: silentLogger, script });
    await using world = await startTestPlatform({ smpp_server: { port: 0 } });
    const { client, platform } = world;
    await client.must('POST', '/accounts', { name: 'shop' });
    await client.must('PUT', '/transports/network', {
      type: 'smpp',
      config: { host: '127.0.0.1', port: network.port, system_id: 'vumi', password: 'secret' },
    });
    await client.must('PUT', '/accounts/shop/smpp-clients/conform', {
      password: 'secret',
      source_addrs: ['*'],
    });
    const route = { smpp_client: 'conform', transport: 'network', to_addr: '8000' };
    await client.must('PUT', '/accounts/shop/routes/conform', route);
    await eventually(() => network.receivers, Boolean);
    const results = await testSmsc({
      host: '127.0.0.1',
      port: platform.smpp?.port ?? 0,
      systemId: 'conform',
      password: 'secret',
      from: '8000',
      to: '27761234567',
      timeoutMs: 5000,
      receiptMs: 5000,
      slow: false,
    });
    const failures = results.filter(({ result }) => result === 'fail');
    expect(failures.map(({ number, reason }) => `${number}: ${reason}`)).toEqual([]);
    expect(results.filter(({ result }) => result === 'pass').length).toBeGreaterThanOrEqual(30);
  });
});
