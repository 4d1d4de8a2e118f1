import { describe, expect, it } from 'vitest';
import { createPlace, eventually, startTestPlatform, zipOf, type Client } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmscPeer } from '../smsc-peer.ts';
import { WebhookReceiver } from '../webhook-receiver.ts';

const QUICK = { webhooks: { retry_initial_delay: 0.05, retry_max_delay: 0.2, probe_max_delay: 0.2 } };
const PHONES = 8;
const EACH = 15;
const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({ onMessage: (message) => message.reply('re ' + message.content) });
`;

async function setUp(client: Client, smscPort: number, receiver: WebhookReceiver): Promise<void> {
  await client.must('POST', '/accounts', { name: 'shop' });
  await client.must('PATCH', '/accounts/shop', { private_services: ['127.0.0.0/8:1024-65535'] });
  await client.must('PUT', '/accounts/shop/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/transports/peer', {
    type: 'smpp',
    config: {
      host: '127.0.0.1',
      port: smscPort,
      system_id: 'vumi',
      password: 'secret',
      // A kill between a submit_sm and its response makes no "uncertain", of which there would be no ack.
      uncertain_policy: 'at-least-once',
    },
  });
  await client.must('PUT', '/accounts/shop/routes/echo', { app: 'echo', transport: 'peer', to_addr: '8000' });
  const made = await client.must('PUT', '/accounts/shop/webhooks/crm', { url: receiver.url, app: 'echo' });
  receiver.secrets = [made.secret];
}

describe('the HTTP API for SMS', () => {
  it('sends, tells of what comes and of what became of it, and is asked about both', async () => {
    await using peer = await SmscPeer.start();
    await using receiver = await WebhookReceiver.start();
    await using world = await startTestPlatform(QUICK);
    const { client } = world;
    await setUp(client, peer.port, receiver);
    await eventually(() => peer.isBound, Boolean);

    const tested = await client.must('POST', '/accounts/shop/webhooks/crm/test');
    expect(tested).toMatchObject({
      event: 'test',
      status: 'delivered',
      last: { status: 200, answer: 'thank you' },
    });
    await peer.deliver('27761234567', '8000', 'hello');
    const sent = await client.must('POST', '/accounts/shop/messages', {
      to_addr: '+27761234567',
      content: 'news',
      app: 'echo',
    });
    const told = await eventually(
      () => receiver.taken.filter(({ event }) => event !== 'test'),
      (taken) => taken.filter(({ event }) => event === 'delivery_report').length === 2,
    );
    expect(told.every(({ signed, user }) => signed && user === '+27761234567')).toBe(true);
    expect(told.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    const ack = told.find(({ message }) => message?.message_id === sent.message_id);
    expect(ack).toMatchObject({ event: 'ack', outcome: { event_type: 'ack', status: 'ack' } });

    const message = await client.must('GET', `/accounts/shop/messages/${sent.message_id}`);
    expect(message).toMatchObject({ status: 'delivered', events: [{ event_type: 'ack' }, {}] });
    const deliveries = await client.must(
      'GET',
      `/accounts/shop/webhooks/crm/deliveries?message_id=${sent.message_id}&event=ack`,
    );
    expect(deliveries.items).toMatchObject([{ id: ack?.id, event: 'ack', status: 'delivered' }]);
    const list = await client.must('GET', '/accounts/shop/webhooks');
    expect(JSON.stringify(list)).not.toContain(receiver.secrets[0]);
    expect((await client.call('GET', '/accounts/shop/webhooks/none')).status).toBe(404);
  });

  it('may be all that a number leads to', async () => {
    await using peer = await SmscPeer.start();
    await using receiver = await WebhookReceiver.start();
    await using world = await startTestPlatform(QUICK);
    const { client } = world;
    await setUp(client, peer.port, receiver);
    await client.must('PUT', '/accounts/shop/webhooks/desk', { url: receiver.url, events: ['inbound'] });
    const route = { connector: 'webhooks', transport: 'peer', to_addr: '9000' };
    await client.must('PUT', '/accounts/shop/routes/desk', route);
    await eventually(() => peer.isBound, Boolean);
    await peer.deliver('27761234567', '9000', 'is anybody there?');
    const [told] = await eventually(
      () => receiver.taken,
      (taken) => taken.length === 1,
    );
    expect(told).toMatchObject({
      webhook: 'desk',
      event: 'inbound',
      message: { app: null, to_addr: '9000' },
    });
    const answer = { to_addr: '+27761234567', content: 'yes', from_addr: '9000' };
    await client.must('POST', '/accounts/shop/messages', answer);
    await eventually(
      () => peer.submitted,
      (submitted) => submitted.some(({ text, from }) => text === 'yes' && from === '9000'),
    );
  });

  it('shows no password of a receiver, and takes none of what it shows', async () => {
    await using world = await startTestPlatform();
    const { client } = world;
    await client.must('POST', '/accounts', { name: 'shop' });
    const shown = await client.must('PUT', '/accounts/shop/webhooks/crm', {
      url: 'https://me:pass1234@crm.example/',
      headers: { 'x-key': 'abcdef' },
    });
    expect(JSON.stringify(shown)).not.toMatch(/pass1234|abcdef/);
    const back = await client.call('PUT', '/accounts/shop/webhooks/crm', { url: shown.url });
    expect(back).toMatchObject({ status: 400, body: { field: 'url' } });
    const off = await client.must('PATCH', '/accounts/shop/webhooks/crm', { active: false });
    expect(off).toMatchObject({
      active: false,
      url: 'https://me:***@crm.example/',
      headers: { 'x-key': '***' },
    });
    for (const url of ['ftp://crm.example/', 'crm.example', 'https://crm.example/#x'])
      expect((await client.call('PUT', '/accounts/shop/webhooks/crm', { url })).status).toBe(400);
  });
});

describe('kill -9 of the platform while webhooks are told', () => {
  it('loses nothing, and what comes twice comes under the same id', async () => {
    await using peer = await SmscPeer.start();
    await using receiver = await WebhookReceiver.start();
    await using place = await createPlace();
    await using platform = await PlatformProcess.create(place, QUICK);
    await platform.start();
    await setUp(platform.client, peer.port, receiver);
    await eventually(() => peer.isBound, Boolean);
    // One request in seven fails in some way.
    const faults = [500, 'close', 503, 'hang'] as const;
    let count = 0;
    receiver.behave = () => (++count % 7 === 0 ? (faults[count % faults.length] ?? 500) : 200);
    const wanted = { timeout: 1, events: ['inbound', 'ack'] };
    await platform.client.must('PATCH', '/accounts/shop/webhooks/crm', wanted);

    const phones = Array.from({ length: PHONES }, (_, index) => `2776000${index}`);
    const work = phones.map(async (phone) => {
      for (let index = 0; index < EACH; index += 1) await peer.deliver(phone, '8000', `${phone} ${index}`);
    });
    for (const kill of [20, 100]) {
      await eventually(
        () => receiver.taken.length,
        (taken) => taken >= kill,
        60_000,
      );
      await platform.kill('SIGKILL');
      await platform.start();
    }
    await Promise.all(work);
    const isComplete = (): boolean => {
      const inbound = receiver.taken.filter(({ event }) => event === 'inbound');
      const acks = receiver.taken.filter(({ event }) => event === 'ack');
      const ids = (some: typeof inbound): number =>
        new Set(some.map(({ message }) => message?.message_id)).size;
      return ids(inbound) === PHONES * EACH && ids(acks) === PHONES * EACH;
    };
    await eventually(isComplete, Boolean, 60_000);

    const byId = Map.groupBy(receiver.taken, ({ id }) => id);
    expect(byId.size).toBe(2 * PHONES * EACH);
    // Those under way when it was killed; an answer that was lost makes another.
    expect(receiver.taken.length - byId.size).toBeLessThan(60);
    for (const phone of phones) {
      const first = [...byId.values()].flatMap(([one]) => (one?.user === `+${phone}` ? [one] : []));
      expect(first.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: 2 * EACH }, (_, index) => index + 1),
      );
      const texts = first.filter(({ event }) => event === 'inbound').map(({ message }) => message?.content);
      expect(texts).toEqual(Array.from({ length: EACH }, (_, index) => `${phone} ${index}`));
    }
  });
});
