import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';

/** Keeps who has left in `app.state`, and what the platform told of him in `app.user`; `fail` in the list makes it throw. */
const HANDLERS = `
  async onOptOut(app, { address, message_id }) {
    await app.schedule.cancel('news', { user: address });
    await app.state.set('left', [...((await app.state.get('left')) ?? []), [address, message_id !== null]]);
    if ((await app.state.get('fail')) === true) throw new Error('nobody may leave');
  },
  async onOptIn(app, { address }) {
    await app.state.set('back', [...((await app.state.get('back')) ?? []), address]);
  },`;
const PLAIN = `export default {
  async onMessage(message, app) {
    if (message.content === 'fail') await app.state.set('fail', true);
    await app.schedule.once('news', { in: 86400, user: message.from_addr });
    await message.reply('ok');
  },${HANDLERS}
};`;
const TALK = `import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) { return 'Hello, ' + (await app.ask('Your name?')); },${HANDLERS}
});`;

let world: TestPlatform;
let peer: SmscPeer;

beforeAll(async () => {
  peer = await SmscPeer.start();
  world = await startTestPlatform();
  const { client } = world;
  const config = { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' };
  await client.must('PUT', '/transports/peer', { type: 'smpp', config });
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('POST', '/accounts', { name: 'other' });
  for (const [account, app, to_addr, code] of [
    ['clinic', 'plain', '4000', PLAIN],
    ['clinic', 'talk', '4001', TALK],
    ['other', 'plain', '4002', PLAIN],
  ] as const) {
    await client.must('PUT', `/accounts/${account}/apps/${app}`, zipOf({ 'workers/worker.js': code }));
    await client.must('PUT', `/accounts/${account}/routes/${app}`, { app, transport: 'peer', to_addr });
  }
  await eventually(() => peer.isBound, Boolean);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});

/** What an app keeps under a key, when it is true, or a list of so many. */
async function kept(app: string, key: string, least: number): Promise<unknown> {
  const path = `/accounts/clinic/apps/${app}/state/${key}`;
  const { body } = await eventually(
    () => world.client.call('GET', path),
    ({ status, body: { value } }) => status === 200 && (value === true || value.length >= least),
  );
  return body.value;
}

async function openSchedules(): Promise<string[]> {
  const { items } = await world.client.must('GET', '/accounts/clinic/schedules');
  return (items as { name: string }[]).map(({ name }) => name);
}

it('STOP and START are told of to each app of the account that listens, by the address that it knows', async () => {
  await peer.deliver('27760000001', '4000', 'hi');
  await eventually(openSchedules, (names) => names.includes('news'));
  await peer.deliver('27760000001', '4001', 'hi');
  await peer.deliver('27760000001', '4001', 'STOP');
  for (const app of ['plain', 'talk']) expect(await kept(app, 'left', 1)).toEqual([['27760000001', true]]);
  expect(await eventually(openSchedules, (names) => names.length === 0)).toEqual([]);
  await peer.deliver('27760000001', '4000', 'START');
  for (const app of ['plain', 'talk']) expect(await kept(app, 'back', 1)).toEqual(['27760000001']);
  const { items } = await eventually(
    () => world.client.must('GET', '/accounts/clinic/apps/talk/runs'),
    (page) => page.items.length === 4,
  );
  const runs = (items as { kind: string; outcome: string }[]).map(
    ({ kind, outcome }) => `${kind} ${outcome}`,
  );
  expect(runs.sort()).toEqual(['message ok', 'message ok', 'optin ok', 'optout ok']);
  expect((await world.client.call('GET', '/accounts/other/apps/plain/state/left')).status).toBe(404);
});

it('an opt-out that the API writes is told of, too, and what was said about it can be replayed', async () => {
  const optout = '/accounts/clinic/optouts/msisdn/%2B27760000002';
  await world.client.must('PUT', optout, {});
  await world.client.must('PUT', optout, {});
  const left = await kept('plain', 'left', 2);
  expect(left).toEqual([
    ['27760000001', true],
    ['+27760000002', false],
  ]);
  await world.client.must('DELETE', optout);
  expect(await kept('plain', 'back', 2)).toEqual(['27760000001', '+27760000002']);
  const { items } = await eventually(
    () => world.client.must('GET', '/accounts/clinic/apps/plain/runs'),
    (page) => page.items.some(({ kind }: { kind: string }) => kind === 'optout'),
  );
  const run = (items as { kind: string; message_id: string }[]).find(({ kind }) => kind === 'optout');
  const replayed = await world.client.must('POST', '/accounts/clinic/apps/plain/replay', {
    message_id: run?.message_id,
  });
  expect(replayed).toMatchObject({ same: true, replayed: { outcome: 'ok' } });
});

it('an opt-out stands though the handler fails each time, and the author and the operator are told', async () => {
  await peer.deliver('27760000003', '4000', 'fail');
  await kept('plain', 'fail', 0);
  await peer.deliver('27760000003', '4000', 'STOP');
  const { items } = await eventually(
    () => world.client.must('GET', '/accounts/clinic/apps/plain/runs'),
    (page) => page.items.some(({ outcome }: { outcome: string }) => outcome === 'threw'),
  );
  expect(items.filter(({ outcome }: { outcome: string }) => outcome === 'threw')).toMatchObject([
    { kind: 'optout' },
  ]);
  const errors = await eventually(
    async () => {
      const logs = await world.client.must('GET', '/accounts/clinic/apps/plain/logs');
      return (logs.items as { level: string; text: string }[]).filter(({ level }) => level === 'error');
    },
    (found) => found.length > 0,
  );
  expect(errors).toHaveLength(1);
  expect(errors[0]?.text).toMatch(/nobody may leave\n.*worker\.js:.*stands all the same/s);
  const optouts = await world.client.must('GET', '/accounts/clinic/optouts');
  expect(optouts.items.map(({ address_value }: { address_value: string }) => address_value)).toEqual([
    '+27760000003',
  ]);
});
