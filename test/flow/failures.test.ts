import { describe, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type Answer } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';

const app = (reply: string): Buffer =>
  zipOf({
    'workers/worker.js': `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    const count = await app.user.increment('count');
    ${reply}
  },
});
`,
  });

describe('failures', () => {
  it('of an app are listed with their reason, and replayed once when it is mended', async () => {
    await using peer = await SmscPeer.start();
    await using world = await startTestPlatform();
    const { client } = world;
    await client.must('POST', '/accounts', { name: 'clinic' });
    await client.must('POST', '/accounts', { name: 'other' });
    await client.must('PUT', '/accounts/clinic/apps/quiz', app("throw new Error('no question left');"));
    await client.must('PUT', '/transports/peer', {
      type: 'smpp',
      config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
    });
    await client.must('PUT', '/accounts/clinic/routes/quiz', {
      app: 'quiz',
      transport: 'peer',
      to_addr: '8000',
    });
    await eventually(() => peer.isBound, Boolean);

    await peer.deliver('27761234567', '8000', 'hi');
    const { items } = await eventually(
      () => client.must('GET', '/accounts/clinic/failures?reason=no%20question'),
      (page: Answer['body']) => page.items.length === 1,
    );
    expect(items[0]).toMatchObject({
      account: 'clinic',
      app: 'quiz',
      state: 'dead',
      failure_code: 'permanent',
      queue: expect.stringMatching(/^sandbox_\d\.inbound$/) as string,
      reason: expect.stringContaining('worker.js') as string,
    });
    const { id } = items[0];
    const detail = await client.must('GET', `/accounts/clinic/failures/${id}`);
    expect(detail.message).toMatchObject({ content: 'hi', from_addr: '27761234567' });
    expect((await client.call('GET', `/accounts/other/failures/${id}`)).status).toBe(404);
    expect((await client.must('GET', '/failures')).items).toHaveLength(1);
    expect((await client.call('POST', '/failures/replay', {})).status).toBe(400);

    await client.must('PUT', '/accounts/clinic/apps/quiz', app("await message.reply('question ' + count);"));
    const asked = await Promise.all(
      [1, 2, 3].map(() => client.call('POST', `/accounts/clinic/failures/${id}/replay`)),
    );
    expect(asked.filter(({ status }) => status === 202)).toHaveLength(1);
    const texts = await eventually(
      () => peer.submitted.map(({ text }) => text),
      (all) => all.length === 2,
    );
    // What the first run wrote went with its failure.
    expect(texts).toEqual([expect.stringContaining('Sorry') as string, 'question 1']);
    await eventually(
      () => client.must('GET', `/accounts/clinic/failures/${id}`),
      (failure: Answer['body']) => failure.state === 'replayed' && failure.settled_by !== null,
    );
    await peer.deliver('27761234567', '8000', 'again');
    await eventually(
      () => peer.submitted.map(({ text }) => text),
      (all) => all.includes('question 2') && all.length === 3,
    );
  });

  it('of an outbound message are sent as another message, which has a history of its own', async () => {
    await using peer = await SmscPeer.start();
    await using world = await startTestPlatform();
    const { client } = world;
    await client.must('POST', '/accounts', { name: 'clinic' });
    await client.must(
      'PUT',
      '/accounts/clinic/apps/quiz',
      app("await app.send('+27765554444', 'hello ' + count);"),
    );
    await client.must('PUT', '/transports/peer', {
      type: 'smpp',
      config: { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' },
    });
    const route = { app: 'quiz', transport: 'peer', to_addr: '8000' };
    await client.must('PUT', '/accounts/clinic/routes/quiz', route);
    await client.must('PUT', '/accounts/clinic/optouts/msisdn/+27765554444', {});
    await eventually(() => peer.isBound, Boolean);

    await peer.deliver('27761234567', '8000', 'hi');
    const { items } = await eventually(
      () => client.must('GET', '/accounts/clinic/failures?reason=optout.refused'),
      (page: Answer['body']) => page.items.length === 1,
    );
    await client.must('DELETE', '/accounts/clinic/optouts/msisdn/+27765554444');
    expect(await client.must('POST', '/accounts/clinic/failures/replay', { reason: 'opted out' })).toEqual({
      failures: 1,
    });
    await eventually(
      () => peer.submitted.map(({ text }) => text),
      (texts) => texts.includes('hello 1'),
    );
    const history = await eventually(
      () => client.must('GET', '/accounts/clinic/messages?direction=outbound&status=ack,delivered'),
      (page: Answer['body']) => page.items.length === 1,
    );
    expect(history.items[0].message_id).not.toBe(items[0].message_id);
  });
});
