import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform({ demo: true });
  await eventually(
    async () => (await world.client.must('GET', '/status')).workers as { name: string; status: string }[],
    (workers) => workers.some(({ name, status }) => name === 'smsc' && status === 'ok'),
  );
});
afterAll(() => world[Symbol.asyncDispose]());

const HELLO = `import { defineApp } from '@vumi/sdk';
export default defineApp({ async onMessage(m) { await m.reply('ok'); } });`;

interface Mistake {
  readonly what: string;
  readonly call: readonly [method: string, path: string, body?: unknown];
  readonly status: number;
  readonly code: string;
  /** Absent: the administrator's. */
  readonly token?: string | null;
}

const app = '/accounts/demo/apps/x';
const phone = '/simulators/smsc/messages';
const mistakes: Mistake[] = [
  { what: 'no token', token: null, call: ['GET', '/accounts'], status: 401, code: 'auth.missing_token' },
  {
    what: 'a wrong token',
    token: 'nonsense',
    call: ['GET', '/accounts'],
    status: 401,
    code: 'auth.wrong_token',
  },
  { what: 'an unknown account', call: ['GET', '/accounts/nobody'], status: 404, code: 'not_found' },
  {
    what: 'a message of an unknown account',
    call: ['POST', '/accounts/nobody/messages', { to_addr: '1', content: 'x' }],
    status: 404,
    code: 'not_found',
  },
  { what: 'bad JSON', call: ['POST', '/accounts', '{"name": '], status: 400, code: 'request.not_json' },
  {
    what: 'an unknown field',
    call: ['POST', '/accounts', { nam: 'x' }],
    status: 400,
    code: 'request.invalid',
  },
  {
    what: 'a bad name',
    call: ['POST', '/accounts', { name: 'Not A Slug' }],
    status: 400,
    code: 'request.invalid',
  },
  {
    what: 'a route to an unknown app',
    call: ['PUT', '/accounts/demo/routes/x', { app: 'nope', transport: 'smsc' }],
    status: 404,
    code: 'not_found',
  },
  {
    what: 'a transport type that is not',
    call: ['PUT', '/transports/x', { type: 'pigeon', config: {} }],
    status: 400,
    code: 'transport.unknown_type',
  },
  {
    what: 'a transport without its host',
    call: ['PUT', '/transports/x', { type: 'smpp', config: {} }],
    status: 400,
    code: 'config.invalid',
  },
  {
    what: 'a phone number that is none',
    call: ['POST', phone, { from_addr: '+277612345671234567890', to_addr: '12345', content: 'x' }],
    status: 400,
    code: 'request.invalid',
  },
  { what: 'no zip', call: ['PUT', app, Buffer.from('not a zip')], status: 422, code: 'bundle.refused' },
  {
    what: 'a zip without a worker',
    call: ['PUT', app, zipOf({ 'index.html': '<p>' })],
    status: 422,
    code: 'bundle.refused',
  },
  {
    what: 'a worker with a syntax error',
    call: ['PUT', app, zipOf({ 'workers/worker.js': 'const = 3' })],
    status: 422,
    code: 'bundle.does_not_compile',
  },
  {
    what: 'a worker that throws at load',
    call: ['PUT', app, zipOf({ 'workers/worker.js': 'throw new Error("at load")' })],
    status: 422,
    code: 'app.load_failed',
  },
];

describe('what is wrong is said', () => {
  it.each(mistakes)('about $what', async ({ token, call, status, code }) => {
    const client = token === undefined ? world.client : new Client(world.client.url, token);
    const answer = await client.call(...call);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.body.detail.length).toBeGreaterThan(10);
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:\d/);
  });

  it('about a route that another app has', async () => {
    const answer = await world.client.call('PUT', '/accounts/demo/routes/mine', {
      app: 'hello',
      transport: 'smsc',
      to_addr: '12345',
      keyword: 'QUIZ',
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'route.conflict', route: { name: 'quiz' } } });
  });

  it("about another account's things, without saying that they exist", async () => {
    await world.client.must('POST', '/accounts', { name: 'other' });
    const { token } = await world.client.must('POST', '/accounts/other/tokens', {
      label: 'theirs',
      scopes: ['account'],
    });
    const theirs = new Client(world.client.url, token);
    expect((await theirs.call('GET', '/accounts/other')).status).toBe(200);
    const foreign = await theirs.call('GET', '/accounts/demo/apps/hello');
    const missing = await theirs.call('GET', '/accounts/nobody/apps/hello');
    expect(foreign.status).toBe(missing.status);
    expect((await theirs.call('PUT', '/transports/x', { type: 'smpp', config: {} })).status).toBe(403);
  });
});

describe('what is wrong harms nobody else', () => {
  const ask = async (phone: string): Promise<string> => {
    await world.client.must('POST', '/simulators/smsc/messages', {
      from_addr: phone,
      to_addr: '12345',
      content: 'hi',
    });
    const { items } = await eventually(
      () => world.client.must('GET', `/simulators/smsc/messages?address=${encodeURIComponent(phone)}`),
      (answer) => answer.items.length > 0,
    );
    return items[0].content as string;
  };

  it.each([
    ['loops', 'for (;;) {}'],
    ['eats memory', 'const all = []; for (;;) all.push(new Array(1e5).fill(1.5));'],
    ['throws', 'throw new Error("not today");'],
    ['replies with garbage', 'await m.reply({ toString() { for (;;) {} } });'],
  ])('an app that %s', async (what, body) => {
    const name = `bad-${what.split(' ')[0]}`;
    const worker = `import { defineApp } from '@vumi/sdk';
export default defineApp({ async onMessage(m, app) { ${body} } });`;
    await world.client.must('PUT', `/accounts/demo/apps/${name}`, zipOf({ 'workers/worker.js': worker }));
    await world.client.must('PUT', `/accounts/demo/routes/${name}`, {
      app: name,
      transport: 'smsc',
      to_addr: '666',
      keyword: name,
    });
    const phone = `+2770${name.length}${Date.now() % 1e6}`;
    await world.client.must('POST', '/simulators/smsc/messages', {
      from_addr: phone,
      to_addr: '666',
      content: name,
    });
    expect(await ask(`${phone}1`)).toMatch(/hello/i);
    // The user of the bad app is told something, and its author why.
    const { items } = await eventually(
      () => world.client.must('GET', `/simulators/smsc/messages?address=${encodeURIComponent(phone)}`),
      (answer) => answer.items.length > 0,
    );
    expect(items[0].content).toMatch(/sorry/i);
    const logs = await eventually(
      () => world.client.must('GET', `/accounts/demo/apps/${name}/logs`),
      (answer) => answer.items.length > 0,
    );
    expect(logs.items.at(-1).level).toBe('error');
    await world.client.must('PUT', `/accounts/demo/apps/${name}`, zipOf({ 'workers/worker.js': HELLO }));
  });

  it.each([
    ['a length of 4', Buffer.from([0, 0, 0, 4, 0, 0, 0, 9])],
    ['a length of 2 GB', Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1])],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['noise', Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919) % 251))],
  ])('%s sent to the SMSC', async (_what, bytes) => {
    const socket = connect(world.platform.api?.smscPort ?? 0, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => {});
    socket.write(bytes);
    socket.resume();
    await once(socket, 'close');
    expect(await ask(`+2771${Date.now()}`)).toMatch(/hello/i);
  });
});
