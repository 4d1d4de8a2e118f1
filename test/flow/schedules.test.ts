import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    const [verb, ms] = message.content.split(' ');
    const user = message.from_addr;
    if (verb === 'cancel') await app.schedule.cancel('remind', { user });
    else await app.schedule.once('remind', { at: app.now + Number(ms), user, data: { said: message.content } });
    await app.contacts.getOrCreate(user);
  },
  async onSchedule(timer, app) {
    const count = await app.user.increment('reminded');
    const contact = await app.contacts.get(timer.user);
    await app.send(timer.user, timer.data.said + ' #' + count + ' late ' + (app.now - timer.due) + ' ' + contact.msisdn);
  },
});
`;

describe('schedules', () => {
  let peer: SmscPeer;
  let world: TestPlatform;
  const textsTo = (phone: string) => peer.submitted.filter(({ to }) => to === phone).map(({ text }) => text);

  beforeAll(async () => {
    peer = await SmscPeer.start();
    world = await startTestPlatform();
    const { client } = world;
    await client.must('POST', '/accounts', { name: 'clinic' });
    await client.must('PUT', '/accounts/clinic/apps/remind', zipOf({ 'workers/worker.js': WORKER }));
    await client.must('PUT', '/transports/peer', {
      type: 'smpp',
      config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
    });
    await client.must('PUT', '/accounts/clinic/routes/remind', {
      app: 'remind',
      transport: 'peer',
      to_addr: '8000',
    });
    await eventually(() => peer.isBound, Boolean);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  });

  it('a reminder comes at its time, and is no message of the user', async () => {
    await peer.deliver('2776', '8000', 'remind 300');
    const [text = ''] = await eventually(
      () => textsTo('2776'),
      (texts) => texts.length === 1,
    );
    expect(text).toMatch(/^remind 300 #1 late \d+ \+2776$/);
    expect(Number(/late (\d+)/.exec(text)?.[1])).toBeLessThan(1000);
    // The message does not wait for its row.
    const { items } = await eventually(
      () => world.client.must('GET', '/accounts/clinic/messages?address=2776'),
      (page) => page.items.length === 2,
    );
    expect(items.map(({ direction }: { direction: string }) => direction).sort()).toEqual([
      'inbound',
      'outbound',
    ]);
  });

  it('one that was put off comes once, one that was cancelled does not', async () => {
    await peer.deliver('2777', '8000', 'remind 60000');
    await peer.deliver('2778', '8000', 'remind 1500');
    await peer.deliver('2777', '8000', 'remind 200');
    await peer.deliver('2778', '8000', 'cancel');
    await eventually(
      () => textsTo('2777'),
      (texts) => texts.length === 1,
    );
    await peer.deliver('2779', '8000', 'remind 1600');
    await eventually(
      () => textsTo('2779'),
      (texts) => texts.length === 1,
    );
    expect(textsTo('2777')).toHaveLength(1);
    expect(textsTo('2778')).toEqual([]);
  });
});
