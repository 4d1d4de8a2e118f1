import { createHmac } from 'node:crypto';
import { basicHeader } from '@vumi/http';
import { freePort } from '@vumi/machine/testing';
import { openReceiver, type Received, type ReceiverPlace } from '@vumi/applications/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, startTestPlatform, type Client, type TestPlatform } from '../platform.ts';
import { SmscPeer } from '../smsc-peer.ts';

const USER = '27761234567';
const LOOPBACK = ['127.0.0.0/8:1024-65535'];

let peer: SmscPeer;
let program: ReceiverPlace;
let world: TestPlatform;
let client: Client;
let kannelPort: number;

beforeAll(async () => {
  peer = await SmscPeer.start();
  program = await openReceiver();
  kannelPort = await freePort();
  const port = await freePort();
  // Known to itself, so that a transport can tell an interface where it is.
  const http = { port, public_url: `http://127.0.0.1:${port}` };
  world = await startTestPlatform({ http, interfaces: { kannel_port: kannelPort } });
  client = world.client;
  for (const name of ['shop', 'other']) await client.must('POST', '/accounts', { name });
  await client.must('PATCH', '/accounts/shop', { private_services: LOOPBACK });
  const config = { host: '127.0.0.1', port: peer.port, system_id: 'vumi', password: 'secret' };
  await client.must('PUT', '/transports/peer', { type: 'smpp', config });
  await eventually(() => peer.isBound, Boolean);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await program[Symbol.asyncDispose]();
  await peer[Symbol.asyncDispose]();
});

beforeEach(() => {
  program.answer = () => ({ status: 200 });
});

/** Opens an interface with a route of its own, and answers its token. */
async function open(name: string, number: string, settings: Record<string, unknown>): Promise<string> {
  await client.must('PUT', `/accounts/shop/interfaces/${name}`, settings);
  const route = { connector: `interface:${name}`, transport: 'peer', to_addr: number };
  await client.must('PUT', `/accounts/shop/routes/${name}`, route);
  const token = { label: name, scopes: ['messages:send', 'messages:read'] };
  return (await client.must('POST', '/accounts/shop/tokens', token)).token;
}

/** What the program was asked under a path, with what its query says. */
function told(path: string): { readonly query: Record<string, string>; readonly request: Received }[] {
  return program.received
    .map((request) => ({ request, url: new URL(request.path, program.url) }))
    .filter(({ url }) => url.pathname === path)
    .map(({ request, url }) => ({ request, query: Object.fromEntries(url.searchParams) }));
}

const urlOf = (path: string): string => new URL(path, program.url).href;

describe('interfaces of an account', () => {
  it('are shown without what only their programs know, and take their routes with them', async () => {
    const url = 'https://user:s3cret@crm.example/in?p=%p';
    const settings = { dialect: 'kannel', message_url: url, auth_token: 'hush' };
    const made = await client.call('PUT', '/accounts/shop/interfaces/shown', settings);
    expect(made).toMatchObject({ status: 201, body: { auth_token: '***', active: true } });
    expect(made.body.message_url).toBe('https://user:***@crm.example/in?p=%p');
    const { items } = await client.must('GET', '/accounts/shop/interfaces');
    expect(JSON.stringify(items)).not.toMatch(/s3cret|hush/);
    expect((await client.call('PUT', '/accounts/shop/interfaces/shown', made.body)).status).toBe(400);
    const { account: _a, name: _n, created_at: _c, ...shown } = made.body;
    const masked = await client.call('PUT', '/accounts/shop/interfaces/shown', shown);
    expect(masked).toMatchObject({ status: 400, body: { field: 'auth_token' } });

    const route = { connector: 'interface:shown', transport: 'peer', to_addr: '7000' };
    const routed = await client.must('PUT', '/accounts/shop/routes/shown', route);
    expect(routed).toMatchObject({ app: null, connector: 'interface.shop.shown' });
    const none = { ...route, connector: 'interface:none' };
    expect((await client.call('PUT', '/accounts/shop/routes/none', none)).status).toBe(404);
    const foreign = { ...route, connector: 'interface.other.x' };
    expect((await client.call('PUT', '/accounts/shop/routes/none', foreign)).status).toBe(400);

    await client.must('DELETE', '/accounts/shop/interfaces/shown');
    expect((await client.call('GET', '/accounts/shop/routes/shown')).status).toBe(404);
    expect((await client.call('DELETE', '/accounts/shop/interfaces/shown')).status).toBe(404);
    const audit = await client.must('GET', '/accounts/shop/audit');
    expect(JSON.stringify(audit)).toContain('interface.put');
    expect(JSON.stringify(audit)).not.toMatch(/s3cret|hush/);
  });

  it('let nobody in whose token is called otherwise, is of another account or may not send', async () => {
    const token = await open('door', '7001', { dialect: 'kannel' });
    const ask = async (username: string, password: string): Promise<number> => {
      const query = new URLSearchParams({ username, password, to: USER, text: 'in' });
      const url = `${client.url}/hooks/interfaces/kannel/cgi-bin/sendsms?${query.toString()}`;
      return (await fetch(url)).status;
    };
    const tokenOf = async (account: string, label: string, scope: string): Promise<string> =>
      (await client.must('POST', `/accounts/${account}/tokens`, { label, scopes: [scope] })).token;
    expect(await ask('door', token)).toBe(202);
    expect(await ask('door', 'wrong')).toBe(403);
    expect(await ask('door', client.token ?? '')).toBe(403);
    expect(await ask('another', token)).toBe(403);
    expect(await ask('door', await tokenOf('shop', 'another', 'messages:send'))).toBe(403);
    expect(await ask('door', await tokenOf('other', 'door', 'messages:send'))).toBe(403);
    expect(await ask('door', await tokenOf('shop', 'door', 'messages:read'))).toBe(403);
    await client.must('PUT', '/accounts/shop/interfaces/door', { dialect: 'kannel', active: false });
    expect(await ask('door', token)).toBe(403);
  });
});

describe('an interface for clients of Kannel', () => {
  let password: string;
  const sendsms = async (query: Record<string, string>): Promise<{ status: number; body: string }> => {
    const all = new URLSearchParams({ username: 'kannel', password, to: `+${USER}`, ...query });
    const answer = await fetch(`http://127.0.0.1:${kannelPort}/cgi-bin/sendsms?${all.toString()}`);
    return { status: answer.status, body: await answer.text() };
  };

  beforeAll(async () => {
    const settings = { dialect: 'kannel', message_url: `${urlOf('/in')}?p=%p&P=%P&a=%a` };
    password = await open('kannel', '8000', settings);
  });

  it('sends from its number, and tells what became of it', async () => {
    const dlr = { 'dlr-mask': '27', 'dlr-url': `${urlOf('/dlr')}?d=%d&id=%I` };
    expect(await sendsms({ text: 'hi', ...dlr })).toEqual({ status: 202, body: '0: Accepted for delivery' });
    const reports = await eventually(
      () => told('/dlr'),
      (all) => all.length === 2,
    );
    expect(reports.map(({ query }) => query['d'])).toEqual(['8', '1']);
    const id = reports[0]?.query['id'] ?? '';
    const message = await client.must('GET', `/accounts/shop/messages/${id}`);
    expect(message).toMatchObject({
      from_addr: '8000',
      to_addr: `+${USER}`,
      content: 'hi',
      status: 'delivered',
    });
  });

  it('sends from no number that is not the account’s', async () => {
    await client.must('PUT', '/numbers', { account: 'other', transport: 'peer', number: '9999' });
    await client.must('PUT', '/numbers/peer/9999', { account: 'other' }).catch(() => null);
    expect(await sendsms({ text: 'mine', from: '9999' })).toMatchObject({ status: 403 });
    expect(await sendsms({ text: 'mine', from: '8000' })).toMatchObject({ status: 202 });
  });

  it('asks for answers in the order of each user, again until they are given, and sends them', async () => {
    program.answer = () => ({ status: 500 });
    await peer.deliver(USER, '8000', 'one');
    await peer.deliver(USER, '8000', 'two');
    await eventually(
      () => told('/in'),
      (all) => all.length >= 2,
    );
    expect(told('/in').every(({ query }) => query['a'] === 'one')).toBe(true);
    program.answer = ({ path }) => ({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: `re ${new URL(path, program.url).searchParams.get('a')}`,
    });
    const replies = (): Promise<{ items: { content: string; to_addr: string; from_addr: string }[] }> =>
      client.must('GET', '/accounts/shop/messages?direction=outbound');
    const { items } = await eventually(replies, (page) =>
      page.items.some(({ content }) => content === 're two'),
    );
    const answers = items.filter(({ content }) => content.startsWith('re '));
    expect(answers.map(({ content }) => content)).toEqual(['re two', 're one']);
    expect(answers[0]).toMatchObject({ to_addr: USER, from_addr: '8000' });
    expect(told('/in').map(({ query }) => query['a'])).toContain('two');
    const keys = told('/in').map(({ request, query }) =>
      [query['a'], request.headers['idempotency-key']].join(),
    );
    expect(new Set(keys).size).toBe(2);
  });

  it('asks no address that is not open to the account, and keeps what was for it', async () => {
    const dlr = { 'dlr-mask': '8', 'dlr-url': 'http://169.254.169.254/latest?d=%d' };
    expect(await sendsms({ text: 'inside', ...dlr })).toMatchObject({ status: 202 });
    const { items } = await eventually(
      () => client.must('GET', '/failures'),
      (page) => page.items.length > 0,
    );
    expect(items).toMatchObject([{ connector: 'interface.shop.kannel' }]);
    expect(items[0].reason).toMatch(/169\.254\.169\.254 is not public/);
  });
});

describe('an interface for clients of Vumi Go', () => {
  const hook = (path: string): string => `${client.url}/hooks/interfaces/vumi_go/api/v1/go/${path}`;
  let authorization: string;

  beforeAll(async () => {
    const token = await open('go', '8100', { dialect: 'vumi_go', stream: true });
    authorization = basicHeader('shop', token);
  });

  it('reads messages and events from streams, which wait for it, and answers', async () => {
    await peer.deliver(USER, '8100', 'first');
    const leaving = new AbortController();
    const messages = await lines(hook('http_api/go/messages.json'), authorization, leaving.signal);
    const first = await messages.next();
    expect(first.value).toMatchObject({ content: 'first', from_addr: USER, message_type: 'user_message' });
    await peer.deliver(USER, '8100', 'second');
    const second = await messages.next();
    expect(second.value).toMatchObject({ content: 'second' });
    const answer = await fetch(hook('http_api_nostream/go/messages.json'), {
      method: 'PUT',
      headers: { authorization },
      body: JSON.stringify({ in_reply_to: second.value?.['message_id'], content: 're second' }),
    });
    expect(answer.status).toBe(200);
    const sent = (await answer.json()) as { message_id: string };
    const events = await lines(hook('http_api/go/events.json'), authorization, leaving.signal);
    expect((await events.next()).value).toMatchObject({
      event_type: 'ack',
      user_message_id: sent.message_id,
    });
    expect((await events.next()).value).toMatchObject({ delivery_status: 'delivered' });
    leaving.abort();
    expect(peer.submitted.find(({ text }) => text === 're second')).toMatchObject({ from: '8100' });
  });

  it('keeps its metrics', async () => {
    const body = JSON.stringify([['pings', 1, 'sum']]);
    const path = hook('http_api_nostream/go/metrics.json');
    const answer = await fetch(path, { method: 'PUT', headers: { authorization }, body });
    expect(await answer.json()).toEqual({ success: true, reason: 'Metrics published' });
    const { items } = await client.must('GET', '/accounts/shop/metrics');
    expect(items).toMatchObject([{ store: 'default', metric: 'pings' }]);
  });
});

describe('an interface for clients of Junebug', () => {
  it('sends, and tells what came and what became of it', async () => {
    const settings = { dialect: 'junebug', message_url: urlOf('/mo') };
    const token = await open('june', '8200', settings);
    await peer.deliver(USER, '8200', 'hello');
    const [mo] = await eventually(
      () => told('/mo'),
      (all) => all.length === 1,
    );
    const inbound = JSON.parse(mo?.request.body ?? '') as { message_id: string };
    expect(inbound).toMatchObject({ channel_id: 'june', from: USER, to: '8200', content: 'hello' });
    const body = { reply_to: inbound.message_id, content: 'hi', event_url: urlOf('/june-events') };
    const answer = await fetch(`${client.url}/hooks/interfaces/junebug/channels/june/messages/`, {
      method: 'POST',
      headers: { authorization: basicHeader('june', token) },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(201);
    const events = await eventually(
      () => told('/june-events').map(({ request }) => JSON.parse(request.body) as { event_type: string }),
      (all) => all.length === 2,
    );
    expect(events.map(({ event_type }) => event_type)).toEqual(['submitted', 'delivery_succeeded']);
  });
});

describe('an interface for clients of Jasmin', () => {
  it('sends, and tells what came and what became of it to who says that he has understood', async () => {
    program.answer = () => ({ status: 200, body: 'ACK/Jasmin' });
    const settings = { dialect: 'jasmin', message_url: urlOf('/jasmin-mo') };
    const password = await open('jas', '8300', settings);
    const dlr = { dlr: 'yes', 'dlr-url': urlOf('/jasmin-dlr'), 'dlr-level': '3' };
    const query = new URLSearchParams({ username: 'jas', password, to: USER, content: 'hi', ...dlr });
    const answer = await fetch(`${client.url}/hooks/interfaces/jasmin/send?${query.toString()}`);
    const id = /^Success "(.+)"$/.exec(await answer.text())?.[1];
    await peer.deliver(USER, '8300', 'hello');
    const forms = (path: string) =>
      told(path).map(({ request }) => Object.fromEntries(new URLSearchParams(request.body)));
    const reports = await eventually(
      () => forms('/jasmin-dlr'),
      (all) => all.length === 2,
    );
    expect(reports).toMatchObject([
      { id, message_status: 'ESME_ROK', level: '1' },
      { id, message_status: 'DELIVRD', level: '3' },
    ]);
    const messages = await eventually(
      () => forms('/jasmin-mo'),
      (all) => all.length === 1,
    );
    expect(messages).toMatchObject([{ from: USER, to: '8300', content: 'hello', 'origin-connector': 'jas' }]);
  });
});

describe('an interface for clients of SMS Gateway for Android', () => {
  const KEY = 'signing-key';
  const base = (): string => `${client.url}/hooks/interfaces/capcom6/3rdparty/v1`;

  it('sends, and tells what came and what became of it to webhooks, signed', async () => {
    const token = await open('gate', '8400', { dialect: 'capcom6', auth_token: KEY });
    const headers = { authorization: basicHeader('gate', token), 'content-type': 'application/json' };
    for (const event of ['sms:received', 'sms:sent', 'sms:delivered']) {
      const hook = JSON.stringify({ id: event, event, url: urlOf('/gate') });
      const made = await fetch(`${base()}/webhooks`, { method: 'POST', headers, body: hook });
      expect(made.status).toBe(201);
    }
    const body = JSON.stringify({ id: 'g1', textMessage: { text: 'hi' }, phoneNumbers: [`+${USER}`] });
    const sent = await fetch(`${base()}/messages`, { method: 'POST', headers, body });
    expect(sent.status).toBe(202);
    expect((await fetch(`${base()}/messages`, { method: 'POST', headers, body })).status).toBe(409);
    await peer.deliver(USER, '8400', 'hello');
    const hooks = await eventually(
      () => told('/gate').map(({ request }) => request),
      (all) => all.length === 3,
    );
    for (const { body: text, headers: given } of hooks) {
      const signature = createHmac('sha256', KEY)
        .update(text + String(given['x-timestamp']))
        .digest('hex');
      expect(given['x-signature']).toBe(signature);
    }
    const events = hooks.map(
      (request) => JSON.parse(request.body) as { event: string; payload: Record<string, string> },
    );
    const payloadOf = (event: string) => events.find((one) => one.event === event)?.payload;
    expect(payloadOf('sms:sent')).toMatchObject({ messageId: 'g1', recipient: `+${USER}` });
    expect(payloadOf('sms:delivered')).toMatchObject({ messageId: 'g1' });
    expect(payloadOf('sms:received')).toMatchObject({ message: 'hello', sender: USER, recipient: '8400' });
    const state = await eventually(
      async () => (await (await fetch(`${base()}/messages/g1`, { headers })).json()) as { state: string },
      (shown) => shown.state === 'Delivered',
    );
    expect(state).toMatchObject({ recipients: [{ phoneNumber: `+${USER}`, state: 'Delivered' }] });
    expect(peer.submitted.filter(({ from }) => from === '8400')).toMatchObject([{ text: 'hi' }]);
  });

  it('serves our own transport for the app: messages both ways, and what becomes of them', async () => {
    const token = await open('twin', '8500', { dialect: 'capcom6', auth_token: KEY });
    const config = {
      base_url: base(),
      username: 'twin',
      password: token,
      signing_key: KEY,
      allow_private: true,
    };
    await client.must('PUT', '/transports/twin', { type: 'capcom6', config });
    await client.must('PUT', '/numbers', { account: 'other', transport: 'twin', number: '8500' });
    await client.must('PUT', '/accounts/other/interfaces/end', {
      dialect: 'junebug',
      message_url: urlOf('/twin-end'),
    });
    await client.must('PATCH', '/accounts/other', { private_services: LOOPBACK });
    const route = { connector: 'interface:end', transport: 'twin', to_addr: '8500' };
    await client.must('PUT', '/accounts/other/routes/end', route);
    const headers = { authorization: basicHeader('twin', token) };
    const hooks = async (): Promise<unknown[]> =>
      (await (await fetch(`${base()}/webhooks`, { headers })).json()) as unknown[];
    await eventually(hooks, (all) => all.length === 4);
    await peer.deliver(USER, '8500', 'through two');
    const [mo] = await eventually(
      () => told('/twin-end').map(({ request }) => JSON.parse(request.body) as Record<string, unknown>),
      (all) => all.length === 1,
    );
    expect(mo).toMatchObject({ from: USER, to: '8500', content: 'through two' });
    const { message_id: id } = await client.must('POST', '/accounts/other/messages', {
      to_addr: `+${USER}`,
      content: 'back through two',
      transport: 'twin',
    });
    const message = await eventually(
      () => client.must('GET', `/accounts/other/messages/${id}`),
      (shown) => shown.status === 'delivered',
    );
    expect(message).toMatchObject({ to_addr: `+${USER}` });
    expect(peer.submitted.filter(({ text }) => text === 'back through two')).toMatchObject([
      { from: '8500' },
    ]);
  });
});

/** The JSON values of a stream, as they come. */
async function lines(
  url: string,
  authorization: string,
  signal: AbortSignal,
): Promise<AsyncGenerator<Record<string, unknown>>> {
  const answer = await fetch(url, { headers: { authorization }, signal });
  expect(answer.status).toBe(200);
  return parseLines(answer.body ?? new ReadableStream());
}

async function* parseLines(body: ReadableStream<Uint8Array>): AsyncGenerator<Record<string, unknown>> {
  let rest = '';
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + part).split('\n');
    rest = whole.pop() ?? '';
    for (const line of whole) yield JSON.parse(line) as Record<string, unknown>;
  }
}
