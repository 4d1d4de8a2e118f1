import { openReceiver } from '@vumi/applications/testing';
import { expect, it } from 'vitest';
import { eventually, startTestPlatform } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';

const USER = '27761234567';

it('what an account that is switched off has in the queue of its relay is posted to nobody', async () => {
  await using peer = await SmscPeer.start();
  let isFailing = true;
  await using receiver = await openReceiver(() => ({ status: isFailing ? 500 : 204 }));
  await using world = await startTestPlatform({
    workers: { relay: { class: 'http_relay', transport_name: 'relay', url: receiver.url } },
  });
  const { client } = world;
  await client.must('POST', '/accounts', { name: 'clinic' });
  const config = { host: '127.0.0.1', port: peer.port, system_id: 'me', password: 'secret' };
  await client.must('PUT', '/transports/peer', { type: 'smpp', config });
  const route = { connector: 'relay', transport: 'peer', to_addr: '8000' };
  await client.must('PUT', '/accounts/clinic/routes/forward', route);
  await eventually(() => peer.isBound, Boolean);
  const contents = (): string[] =>
    receiver.received.map(({ body }) => (JSON.parse(body) as { content: string }).content);

  // The one is tried again and again, the other waits for it.
  for (const text of ['first', 'second']) await peer.deliver(USER, '8000', text);
  await eventually(contents, (all) => all.includes('first'));
  await client.must('PATCH', '/accounts/clinic', { active: false });
  const relay = async (): Promise<{ status: string } | undefined> =>
    (await client.must('GET', '/workers')).items.find(({ name }: { name: string }) => name === 'relay');
  await eventually(relay, (worker) => worker?.status === 'ok');
  const before = contents().length;
  isFailing = false;
  await client.must('PATCH', '/accounts/clinic', { active: true });
  await peer.deliver(USER, '8000', 'third');
  expect(
    await eventually(
      () => contents().slice(before),
      (all) => all.length > 0,
    ),
  ).toEqual(['third']);
});
