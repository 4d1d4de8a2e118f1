import { expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';
import { WebhookReceiver } from '../webhook-receiver.ts';

const QUICK = {
  webhooks: { retry_initial_delay: 0.05, retry_max_delay: 0.2, probe_max_delay: 0.2 },
  alerts: { look_every: 0.1, transport_looks: 2, app_looks: 1000, app_runs: 3 },
};
const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({ onMessage: () => { throw new Error('no luck'); } });
`;

it('what somebody has to look after is told, signed, when it begins and when it is over', async () => {
  const peer = await SmscPeer.start();
  const { port } = peer;
  await using receiver = await WebhookReceiver.start();
  await using world = await startTestPlatform(QUICK);
  const { client } = world;
  // Receivers of the platform may be anywhere: an administrator has said where.
  const made = await client.must('PUT', '/alerts/receivers/ops', { url: receiver.url });
  receiver.secrets = [made.secret];
  expect(made).toMatchObject({ account: null, events: ['alert'] });
  expect((await client.call('PUT', '/alerts/receivers/bad', { url: receiver.url, app: 'x' })).status).toBe(
    400,
  );
  expect(await client.must('POST', '/alerts/receivers/ops/test')).toMatchObject({ status: 'delivered' });

  const config = { host: '127.0.0.1', port, system_id: 'vumi', password: 'secret' };
  await client.must('PUT', '/transports/peer', { type: 'smpp', config });
  await eventually(() => peer.isBound, Boolean);
  await peer[Symbol.asyncDispose]();
  const told = (kind: string) =>
    receiver.taken.flatMap(({ alert, signed }) =>
      alert?.kind === kind ? [`${alert.subject} ${alert.change} ${alert.level} ${signed}`] : [],
    );
  const open = async () => (await client.must('GET', '/alerts?state=open&kind=transport')).items;
  expect(await eventually(open, (all) => all.length > 0 && told('transport').length > 0)).toMatchObject([
    { subject: 'peer', level: 'critical', account: null },
  ]);
  await using again = await SmscPeer.start({ port });
  await eventually(open, (all) => all.length === 0);
  const isOver = (all: readonly string[]): boolean => all.length > 0 && all.length % 2 === 0;
  // A transport that was slow to bind was an alert before, too.
  for (const [index, text] of (await eventually(() => told('transport'), isOver)).entries())
    expect(text).toBe(`peer ${index % 2 === 0 ? 'raised' : 'cleared'} critical true`);

  await client.must('POST', '/accounts', { name: 'shop' });
  await client.must('PUT', '/accounts/shop/apps/broken', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/accounts/shop/routes/all', {
    app: 'broken',
    transport: 'peer',
    to_addr: '8000',
  });
  await eventually(() => again.isBound, Boolean);
  for (let index = 0; index < 6; index += 1) await again.deliver('27761234567', '8000', `hello ${index}`);
  for (const kind of ['app.errors', 'failures'])
    await eventually(
      () => told(kind),
      (all) => all[0] === 'broken raised warning true',
    );
  const mine = await client.must('GET', '/accounts/shop/alerts?state=open');
  expect(mine.items.map((alert: { kind: string }) => alert.kind)).toContain('failures');
  expect((await client.call('GET', '/accounts/none/alerts')).status).toBe(404);
  await client.must('POST', '/accounts/shop/failures/drop', { all: true });
  await eventually(
    () => told('failures'),
    (all) => all.some((text) => text.includes('cleared')),
  );
});
