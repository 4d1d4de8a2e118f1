import { openReceiver, type ReceiverPlace } from '@vumi/applications/testing';
import { basicHeader } from '@vumi/http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_TOKEN, eventually, startTestPlatform, type TestPlatform } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';

const USER = '27761234567';
const NUMBER = '8200';

let peer: SmscPeer;
let program: ReceiverPlace;
let world: TestPlatform;

beforeAll(async () => {
  peer = await SmscPeer.start();
  program = await openReceiver();
  program.answer = () => ({ status: 200 });
  world = await startTestPlatform({ heartbeats: { interval: 0.5, alert_after: 0 } });
  for (const name of ['shop', 'other']) await world.client.must('POST', '/accounts', { name });
  await world.client.must('PATCH', '/accounts/shop', { private_services: ['127.0.0.0/8:1024-65535'] });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await program[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly description: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what the wire says and compare it.
  readonly result: any;
}

async function ask(
  method: string,
  path: string,
  body?: object,
  [account, token]: readonly [string, string] = ['shop', ADMIN_TOKEN],
): Promise<Answer> {
  const answer = await fetch(`${world.client.url}/hooks/interfaces/junebug${path}`, {
    method,
    headers: { authorization: basicHeader(account, token) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await answer.json()) as Answer;
  expect(answer.status).toBe(json.status);
  return json;
}

const config = (password = 'secret') => ({
  host: '127.0.0.1',
  port: peer.port,
  system_id: 'vumi',
  password,
});
const told = (path: string) =>
  program.received
    .filter((request) => request.path === path)
    .map(({ body }) => JSON.parse(body) as Record<string, unknown>);

async function tokenOf(scopes: readonly string[]): Promise<string> {
  const body = { label: 'some', scopes };
  return (await world.client.must('POST', '/accounts/shop/tokens', body)).token;
}

it('a channel is made, receives, answers, is restarted, changed and deleted', async () => {
  const made = await ask('POST', '/channels/', {
    type: 'smpp',
    label: 'Clinic',
    config: config(),
    mo_url: new URL('/mo', program.url).href,
    status_url: new URL('/status', program.url).href,
  });
  expect(made).toMatchObject({ status: 201, description: 'channel created' });
  expect(made.result).toMatchObject({ type: 'smpp', label: 'Clinic', config: { password: '***' } });
  const id = String(made.result.id);
  expect(await ask('GET', '/channels/')).toMatchObject({ result: [id] });
  await eventually(
    () => ask('GET', `/channels/${id}`),
    ({ result }) => result.status.status === 'ok',
  );

  const bound = { channel_id: id, component: 'smpp', status: 'ok' };
  await eventually(
    () => told('/status'),
    (all) => all.some((one) => expect.objectContaining(bound).asymmetricMatch(one)),
  );

  await peer.deliver(USER, NUMBER, 'hello');
  const [mo] = await eventually(
    () => told('/mo'),
    (all) => all.length === 1,
  );
  expect(mo).toMatchObject({ channel_id: id, from: USER, to: NUMBER, content: 'hello' });
  const event_url = new URL('/events', program.url).href;
  const reply = await ask('POST', `/channels/${id}/messages/`, {
    reply_to: mo?.['message_id'],
    content: 'hi',
    event_url,
  });
  expect(reply).toMatchObject({ status: 201, result: { channel_id: id, to: USER } });
  const sent = await ask('POST', `/channels/${id}/messages/`, { to: `+${USER}`, content: 'news', event_url });
  expect(sent.status).toBe(201);
  await eventually(
    () => told('/events').map(({ event_type }) => event_type),
    (all) => all.filter((type) => type === 'delivery_succeeded').length === 2,
  );
  expect(peer.submitted.map(({ text }) => text)).toEqual(['hi', 'news']);
  const seen = await ask('GET', `/channels/${id}/messages/${sent.result.message_id}`);
  expect(seen.result).toMatchObject({ last_event_type: 'delivery_succeeded' });

  expect(await ask('POST', `/channels/${id}/restart`)).toMatchObject({ status: 200, result: {} });
  await eventually(
    () => peer.binds,
    (binds) => binds === 2,
  );
  const logs = await eventually(
    () => ask('GET', `/channels/${id}/logs?n=5`),
    ({ result }) => result.length > 0,
  );
  expect(logs.result[0]).toMatchObject({ logger: id, message: expect.any(String) as string });

  const changed = await ask('POST', `/channels/${id}`, { label: 'Ward', config: config('other') });
  const { status_url } = made.result;
  expect(changed).toMatchObject({ status: 200, result: { id, label: 'Ward', status_url } });
  await eventually(
    () => peer.binds,
    (binds) => binds === 3,
  );

  expect(await ask('DELETE', `/channels/${id}`)).toMatchObject({ status: 200, result: {} });
  await eventually(
    () => peer.isBound,
    (isBound) => !isBound,
  );
  expect(await ask('GET', `/channels/${id}`)).toMatchObject({ status: 404 });
  expect(await ask('GET', '/channels/')).toMatchObject({ result: [] });
  expect((await world.client.call('GET', `/transports/${id}`)).status).toBe(404);
  expect((await world.client.call('GET', `/accounts/shop/routes/${id}`)).status).toBe(404);
});

it('a program that was away hears of each change of its transport, in order', async () => {
  program.answer = ({ path }) => ({ status: path === '/late' ? 503 : 200 });
  const status_url = new URL('/late', program.url).href;
  const body = { type: 'smpp', config: config(), mo_url: new URL('/mo', program.url).href, status_url };
  const id = String((await ask('POST', '/channels/', body)).result.id);
  const statusIs = (level: string) =>
    eventually(
      () => ask('GET', `/channels/${id}`),
      ({ result }) => result.status.status === level,
    );
  await statusIs('ok');
  peer.cut();
  await eventually(
    () => ask('GET', `/channels/${id}/logs`),
    ({ result }) => new Set(result.map(({ level }: { level: number }) => level)).size > 1,
  );
  await statusIs('ok');
  const missed = told('/late').length;
  program.answer = () => ({ status: 200 });
  const heard = await eventually(
    () => told('/late').slice(missed),
    (all) => all.at(-1)?.['status'] === 'ok' && all.some(({ status }) => status !== 'ok'),
  );
  const components = heard.filter(({ component }) => component === 'smpp');
  expect(components.map(({ channel_id }) => channel_id)).toEqual(components.map(() => id));
  await ask('DELETE', `/channels/${id}`);
});

it('a router shares out what comes for a channel by the number', async () => {
  program.answer = () => ({ status: 200 });
  const id = String((await ask('POST', '/channels/', { type: 'smpp', config: config() })).result.id);
  await ask('POST', '/routers/', { type: 'from_address', config: { channel: id } });
  const destinations = `/routers/${id}/destinations/`;
  const lead = async (regular_expression: string, path: string): Promise<string> => {
    const body = { config: { regular_expression }, mo_url: new URL(path, program.url).href };
    return String((await ask('POST', destinations, { ...body, mo_url_auth_token: 'hush' })).result.id);
  };
  const first = await lead('^83', '/to-83');
  await lead('^84', '/to-84');
  expect(JSON.stringify(await world.client.must('GET', `/accounts/shop/interfaces/${id}`))).not.toContain(
    'hush',
  );
  await eventually(
    () => peer.isBound,
    (isBound) => isBound,
  );
  await peer.deliver(USER, '8300', 'one');
  await peer.deliver(USER, '8400', 'two');
  const [mo] = await eventually(
    () => told('/to-83'),
    (all) => all.length === 1,
  );
  await eventually(
    () => told('/to-84').map(({ content }) => content),
    (all) => all.join() === 'two',
  );
  const reply = { reply_to: mo?.['message_id'], content: 'from 83' };
  expect(await ask('POST', `${destinations}${first}/messages/`, reply)).toMatchObject({ status: 201 });
  await eventually(
    () => peer.submitted,
    (all) => all.some(({ text, from }) => text === 'from 83' && from === '8300'),
  );
  await ask('DELETE', `/channels/${id}`);
  expect(await ask('GET', `/routers/${id}`)).toMatchObject({ status: 404 });
});

it('what is done is in the audit log, and each may do what the API lets him do', async () => {
  const body = { type: 'smpp', config: config(), mo_url: new URL('/mo', program.url).href };
  const account = await tokenOf(['account']);
  const sender = await tokenOf(['messages:send']);
  expect(await ask('POST', '/channels/', body, ['shop', account])).toMatchObject({ status: 403 });
  expect(await ask('GET', '/channels/', undefined, ['shop', account])).toMatchObject({ status: 200 });
  expect(await ask('GET', '/channels/', undefined, ['other', account])).toMatchObject({ status: 401 });
  expect(await ask('GET', '/channels/', undefined, ['shop', sender])).toMatchObject({ status: 403 });
  expect(await ask('GET', '/channels/', undefined, ['shop', 'wrong'])).toMatchObject({ status: 401 });
  const unknown = await ask('POST', '/channels/', { ...body, type: 'pigeon' });
  expect(unknown).toMatchObject({ status: 400, result: { errors: [{ type: 'InvalidChannelType' }] } });
  const wrong = await ask('POST', '/channels/', { ...body, config: { host: 1 } });
  expect(wrong).toMatchObject({ status: 400, result: { errors: [{ type: 'ApiUsageError' }] } });
  expect(await world.client.must('GET', '/transports')).toMatchObject({ items: [] });
  const audit = JSON.stringify(await world.client.must('GET', '/audit'));
  for (const action of ['transport.put', 'interface.put', 'route.put', 'workers.control', 'transport.delete'])
    expect(audit).toContain(action);
  expect(audit).not.toContain('secret');
});
