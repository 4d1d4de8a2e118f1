import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    if (message.content.endsWith('remind')) {
      await app.send(message.from_addr, 'Remember!', { endpoint: 'sms' });
      return;
    }
    const visits = await app.state.increment('visits');
    await message.reply('Hello ' + message.content + ' #' + visits, { end: true });
  },
  async onEvent(event, app) {
    await app.state.increment('events-' + event.event_type + '-' + event.routing_metadata.endpoint_name);
  },
});
`;

describe('an app behind an SMSC of another make', () => {
  let peer: SmscPeer;
  let world: TestPlatform;
  const messages = async (query = '') =>
    (await world.client.must('GET', `/accounts/clinic/messages${query}`)).items as Record<string, unknown>[];

  beforeAll(async () => {
    peer = await SmscPeer.start();
    world = await startTestPlatform();
    const { client } = world;
    await client.must('POST', '/accounts', { name: 'clinic' });
    const deployed = await client.must(
      'PUT',
      '/accounts/clinic/apps/visits',
      zipOf({ 'workers/worker.js': WORKER }),
    );
    expect(deployed).toMatchObject({ app: 'visits', version: 1 });
    await client.must('PUT', '/transports/peer', {
      type: 'smpp',
      config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
    });
    await client.must('PUT', '/accounts/clinic/routes/visits', {
      app: 'visits',
      transport: 'peer',
      to_addr: '8000',
      keyword: 'visit',
    });
    await eventually(() => peer.isBound, Boolean);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  it('answers an MO by its keyword, and the receipt ends as delivered', async () => {
    await peer.deliver('27761234567', '8000', 'Visit me');
    const [submitted] = await eventually(
      () => peer.submitted,
      (all) => all.length === 1,
    );
    expect(submitted).toMatchObject({ from: '8000', to: '27761234567', text: 'Hello Visit me #1' });

    const items = await eventually(messages, (all) => all.some(({ status }) => status === 'delivered'));
    const outbound = items.find(({ direction }) => direction === 'outbound');
    const inbound = items.find(({ direction }) => direction === 'inbound');
    expect(inbound).toMatchObject({
      app: 'visits',
      content: 'Visit me',
      status: 'received',
      from_addr: '27761234567',
    });
    expect(outbound).toMatchObject({ in_reply_to: inbound?.['message_id'], session_event: 'close' });
    const timeline = await world.client.must(
      'GET',
      `/accounts/clinic/messages/${String(outbound?.['message_id'])}`,
    );
    expect(timeline.events.map((event: { event_type: string }) => event.event_type)).toEqual([
      'ack',
      'delivery_report',
    ]);
  });

  it('keeps what no route matches as unrouted', async () => {
    await peer.deliver('27761234567', '8000', 'something else');
    const all = await eventually(
      async () => (await world.client.must('GET', '/messages')).items as { status: string }[],
      (items) => items.some(({ status }) => status === 'unrouted'),
    );
    expect(all.length).toBeGreaterThan(0);
  });

  it('follows a route as soon as it is changed', async () => {
    const before = peer.submitted.length;
    await world.client.must('PUT', '/accounts/clinic/routes/visits', {
      app: 'visits',
      transport: 'peer',
      to_addr: '8000',
      keyword: 'come',
    });
    await peer.deliver('27761234567', '8000', 'COME now');
    const all = await eventually(
      () => peer.submitted,
      (list) => list.length > before,
    );
    expect(all.at(-1)?.text).toMatch(/^Hello COME now #/);
  });

  it('sends by the endpoint that the app names, and its events say by which', async () => {
    const { client } = world;
    await client.must('PUT', '/accounts/clinic/routes/texts', {
      app: 'visits',
      transport: 'peer',
      to_addr: '8001',
      endpoint: 'sms',
    });
    const before = peer.submitted.length;
    await peer.deliver('27761234567', '8000', 'come remind');
    const [reminder] = await eventually(
      () => peer.submitted.slice(before),
      (list) => list.length > 0,
    );
    expect(reminder).toMatchObject({ from: '8001', to: '27761234567', text: 'Remember!' });
    const keys = async (): Promise<string[]> => {
      const { items } = await client.must('GET', '/accounts/clinic/apps/visits/state');
      return (items as { key: string }[]).map(({ key }) => key);
    };
    await eventually(keys, (all) => all.includes('events-ack-sms') && all.includes('events-ack-default'));
    await client.must('DELETE', '/accounts/clinic/routes/texts');
  });

  it('sends what the API is asked to send, once per idempotency key', async () => {
    const before = peer.submitted.length;
    const body = { to_addr: '27769999999', content: 'Tomorrow at nine' };
    const first = await world.client.call('POST', '/accounts/clinic/messages', body, {
      'idempotency-key': 'a1',
    });
    const second = await world.client.call('POST', '/accounts/clinic/messages', body, {
      'idempotency-key': 'a1',
    });
    expect(first.status).toBeLessThan(300);
    expect(second.body).toEqual(first.body);
    const other = await world.client.call(
      'POST',
      '/accounts/clinic/messages',
      { ...body, content: 'Tomorrow at ten' },
      { 'idempotency-key': 'a1' },
    );
    expect(other).toMatchObject({ status: 409, body: { code: 'request.key_reused' } });
    await world.client.must('POST', '/accounts/clinic/messages', { ...body, content: 'Another' });
    const sent = await eventually(
      () => peer.submitted.slice(before),
      (list) => list.some(({ text }) => text === 'Another'),
    );
    expect(sent.map(({ text }) => text)).toEqual(['Tomorrow at nine', 'Another']);
  });

  it('stops both directions at once when the account is deactivated, and records what it discards', async () => {
    const before = peer.submitted.length;
    await world.client.must('PATCH', '/accounts/clinic', { active: false });
    await peer.deliver('27761234567', '8000', 'come in');
    const refused = await world.client.call('POST', '/accounts/clinic/messages', {
      to_addr: '1',
      content: 'x',
    });
    expect(refused).toMatchObject({ status: 403, body: { code: 'account.inactive' } });
    const items = await eventually(messages, (all) => all.some(({ status }) => status === 'discarded'));
    expect(items.find(({ status }) => status === 'discarded')).toMatchObject({
      direction: 'inbound',
      content: 'come in',
    });
    expect(peer.submitted.length).toBe(before);

    await world.client.must('PATCH', '/accounts/clinic', { active: true });
    await peer.deliver('27761234567', '8000', 'come again');
    await eventually(
      () => peer.submitted,
      (all) => all.length === before + 1,
    );
  });

  it('loses and doubles nothing silently when the connection is cut', async () => {
    const before = peer.submitted.length;
    const phones = Array.from({ length: 300 }, (_, index) => `2776${String(index).padStart(7, '0')}`);
    const said = phones.map((phone) => peer.deliver(phone, '8000', 'come'));
    await eventually(
      () => peer.submitted.length,
      (count) => count > before + 50,
    );
    peer.cut();
    await Promise.all(said);
    // What was in the cable when it was cut cannot be known: it is told as uncertain instead of sent twice.
    const settled = await eventually(outcomes, (all) => phones.every((phone) => all.has(phone)));
    const received = peer.submitted.slice(before).map(({ to }) => to);
    expect(new Set(received).size).toBe(received.length);
    const missing = phones.filter((phone) => !received.includes(phone));
    expect(missing.filter((phone) => settled.get(phone) !== 'uncertain')).toEqual([]);
  });

  /** Final states of the replies by phone. */
  async function outcomes(): Promise<Map<string, string>> {
    const all = new Map<string, string>();
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await world.client.must(
        'GET',
        `/accounts/clinic/messages?direction=outbound&limit=100&cursor=${cursor}`,
      );
      for (const { to_addr, status } of page.items) if (status !== 'queued') all.set(to_addr, status);
      cursor = page.next_cursor;
    }
    return all;
  }
});
