import { expect, it } from 'vitest';
import { eventually, startTestPlatform } from '../platform.ts';
import { SmppClient } from '../smpp-client.ts';
import { SmscPeer } from '../smsc-peer.ts';

const PHONE = '27761234567';

it('what waits for too long has failed, and its client hears of it', async () => {
  await using peer = await SmscPeer.start();
  await using world = await startTestPlatform({
    smpp_server: { port: 0, keep_undelivered: 1, parts_timeout: 1 },
  });
  const { client } = world;
  await client.must('POST', '/accounts', { name: 'shop' });
  await client.must('PUT', '/transports/peer', {
    type: 'smpp',
    config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
  });
  await client.must('PUT', '/accounts/shop/smpp-clients/acme', { password: 'secret' });
  await client.must('PUT', '/accounts/shop/routes/acme', {
    smpp_client: 'acme',
    transport: 'peer',
    to_addr: '8000',
  });
  await eventually(() => peer.isBound, Boolean);
  await peer.deliver(PHONE, '8000', 'nobody takes it');
  const row = await eventually(
    async () => (await client.must('GET', '/accounts/shop/messages?direction=inbound')).items[0],
    (one) => one?.status === 'failed',
  );
  expect(row.content).toBe('nobody takes it');
  const bound = await SmppClient.bound({ port: world.platform.smpp?.port ?? 0 });
  const part = await bound.submit({
    source_addr: '8000',
    destination_addr: PHONE,
    esm_class: 0x40,
    registered_delivery: 1,
    short_message: Buffer.concat([Buffer.from([5, 0, 3, 9, 2, 1]), Buffer.from('half')]),
  });
  expect(part.command_status).toBe(0);
  const receipts = await eventually(
    () => bound.receipts,
    ({ length }) => length === 1,
  );
  expect(receipts[0]).toContain('stat:EXPIRED');
  await bound[Symbol.asyncDispose]();
});
