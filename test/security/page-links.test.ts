import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { freePort } from '@vumi/machine/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client, eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { simulatedPhone } from '../simulated-phone.ts';

/** As behind a proxy that ends TLS. */
const DOMAIN = 'apps.example.org';
const DESK = `export default {
  async onMessage(message, app) {
    if (message.content.endsWith('card')) await app.user.set('card', 7);
    const options = message.content.endsWith('pin') ? { pin: '4821' } : { scopes: ['user:read:card', 'user:write:photo'] };
    await message.reply(await app.link('/', options));
  },
};`;
const NUMBER = '12345';

let world: TestPlatform;
/** What the proxy asks. */
let client: Client;

beforeAll(async () => {
  const proxied = {
    apps_domain: DOMAIN,
    public_url: 'https://vumi.example.org',
    trusted_proxies: ['127.0.0.0/8', '::1'],
  };
  const port = await freePort();
  world = await startTestPlatform({ demo: true, http: { port, ...proxied } });
  client = new Client(`http://127.0.0.1:${port}`);
  await client.must('POST', '/accounts', { name: 'ngo' });
  for (const app of ['desk', 'evil']) {
    const page = { 'index.html': '<!doctype html><title>Desk</title>', 'workers/worker.js': DESK };
    await client.must('PUT', `/accounts/ngo/apps/${app}`, zipOf(page));
    const route = { app, transport: 'smsc', to_addr: NUMBER, keyword: app };
    await client.must('PUT', `/accounts/ngo/routes/${app}`, route);
  }
});
afterAll(() => world?.[Symbol.asyncDispose]());

let count = 0;

/** Somebody's phone at an address of his own, as his network shows it to the proxy. */
function newPhone() {
  count += 1;
  const number = `+2776123400${count}`;
  const say = simulatedPhone(client, number, NUMBER);
  const link = async (text: string): Promise<string> =>
    /\/l\/([\w-]{16})/.exec(await say(`desk ${text}`))?.[1] ?? '';
  return { number, say, link, from: { 'x-forwarded-for': `192.0.2.${count}` } };
}

interface Sent {
  readonly app?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `fetch` would not let the Host header differ from the address. */
async function send(method: string, path: string, { app = 'desk', headers = {}, body = '', ...more }: Sent) {
  const { port } = new URL(client.url);
  const host = more.host ?? `ngo--${app}.${DOMAIN}`;
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const all = { host, origin: `https://${host}`, ...length, ...headers };
  const sent = request({ port, method, path, headers: all, agent: false }).end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, text: await readAll(response) };
}

function cookieOf({ headers }: Awaited<ReturnType<typeof send>>): string {
  return String(headers['set-cookie']?.[0]).split(';')[0] ?? '';
}

async function tokenOf(cookie: string, from: Readonly<Record<string, string>>): Promise<string> {
  const answer = await send('POST', '/api/v1/token', { headers: { cookie, ...from } });
  return (JSON.parse(answer.text) as { token: string }).token;
}

it('of fifty that open a link at the same time one gets in, and what looks at it before uses nothing up', async () => {
  const { link, from } = newPhone();
  const code = await link('hi');
  const headers = { ...from, 'sec-purpose': 'prefetch', 'user-agent': 'LinkScanner/1.0' };
  for (const method of ['GET', 'HEAD', 'GET'])
    expect((await send(method, `/l/${code}`, { headers })).status).toBe(200);
  const all = await Promise.all(
    Array.from({ length: 50 }, () => send('POST', `/l/${code}`, { headers: from })),
  );
  const opened = all.filter(({ status }) => status === 303);
  expect(opened).toHaveLength(1);
  expect(opened[0]?.headers['set-cookie']).toEqual([
    expect.stringMatching(
      /^__Host-vumi-user=[\w-]{32}; Path=\/; Max-Age=1800; HttpOnly; SameSite=Lax; Secure$/,
    ),
  ]);
  expect(all.every(({ status }) => [303, 404, 429].includes(status))).toBe(true);
});

it('a link opens at its own app, under its own name, over TLS, and from its own page', async () => {
  const { link, from } = newPhone();
  const code = await link('hi');
  const open = (sent: Sent) => send('POST', `/l/${code}`, { ...sent, headers: { ...from, ...sent.headers } });
  expect((await open({ app: 'evil' })).status).toBe(404);
  for (const host of [`ngo--desk.${DOMAIN}.evil.example`, `demo--desk.${DOMAIN}`, `x.ngo--desk.${DOMAIN}`])
    expect([host, (await open({ host })).status]).toEqual([host, 404]);
  const named = { 'x-forwarded-host': `ngo--desk.${DOMAIN}`, forwarded: `host=ngo--desk.${DOMAIN}` };
  expect((await open({ app: 'evil', headers: named })).status).toBe(404);
  for (const origin of [`https://ngo--evil.${DOMAIN}`, `http://ngo--desk.${DOMAIN}`, 'null'])
    expect([origin, (await open({ headers: { origin } })).status]).toEqual([origin, 403]);
  expect((await open({})).status).toBe(303);
});

it('who guesses waits after ten tries a minute, whatever he writes in front of what his proxy says', async () => {
  const { link, from } = newPhone();
  const code = await link('hi');
  const guess = (path: string, index: number) =>
    send('GET', path, { headers: { 'x-forwarded-for': `203.0.113.${index}, 198.51.100.9` } });
  const all = await Promise.all(
    Array.from({ length: 30 }, (_, index) => guess('/l/AAAAAAAAAAAAAAAA', index)),
  );
  expect(all.filter(({ status }) => status === 404)).toHaveLength(10);
  expect((await guess(`/l/${code}`, 99)).status).toBe(429);
  expect((await send('GET', `/l/${code}`, { headers: from })).status).toBe(200);
});

it('digits are guessed at five times, however many try at once', async () => {
  const { link, from } = newPhone();
  const code = await link('pin');
  const form = (pin: string, address: string) =>
    send('POST', `/l/${code}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': address },
      body: `pin=${pin}`,
    });
  const guesses = Array.from({ length: 30 }, (_, index) => form(`48${index + 30}`, `198.51.101.${index}`));
  expect((await Promise.all(guesses)).filter(({ status }) => status === 403)).toHaveLength(5);
  expect((await form('4821', from['x-forwarded-for'])).status).toBe(404);
});

it('a browser gets a secret of the platform, whatever was put into it before', async () => {
  const { link, from } = newPhone();
  const planted = '__Host-vumi-user=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  const opened = await send('POST', `/l/${await link('hi')}`, { headers: { ...from, cookie: planted } });
  const cookie = cookieOf(opened);
  expect(cookie).not.toBe(planted);
  const userOf = async (held: string): Promise<unknown> => {
    const { text } = await send('POST', '/api/v1/token', { headers: { ...from, cookie: held } });
    return (JSON.parse(text) as { user: unknown }).user;
  };
  expect(await userOf(planted)).toBeNull();
  expect(await userOf(cookie)).toMatchObject({ number: expect.stringContaining('•') });
  // Over TLS a name without its prefix may be of another app's page.
  expect(await userOf(cookie.replace('__Host-', ''))).toBeNull();
});

it('a page reads and writes the keys that its link names, and no other however it is spelled', async () => {
  const { link, from, number } = newPhone();
  const cookie = cookieOf(await send('POST', `/l/${await link('card')}`, { headers: from }));
  const authorization = `Bearer ${await tokenOf(cookie, from)}`;
  const headers = { ...from, cookie, authorization, 'content-type': 'application/json' };
  const read = (key: string) => send('GET', `/api/v1/user/${key}`, { headers });
  const write = (key: string) => send('PUT', `/api/v1/user/${key}`, { headers, body: '{"value":1}' });
  expect((await read('card')).text).toBe('{"key":"card","value":7}');
  expect((await write('photo')).status).toBe(204);
  const others = ['card', 'PHOTO', 'photo%20', 'photo%2F..%2Fcard', 'vumi:links', '%76umi:talk:12345'];
  for (const key of others) {
    const { status, text } = await write(key);
    expect([key, status]).toEqual([key, 403]);
    expect(text).not.toContain(number.slice(3));
  }
  for (const key of ['photo', 'Card', 'vumi:links'])
    expect([key, (await read(key)).status]).toEqual([key, 403]);
  expect((await send('POST', '/api/v1/answer', { headers, body: '1' })).status).toBe(403);
  expect((await send('GET', '/api/v1/user/card', { app: 'evil', headers })).status).toBe(401);
});

it('STOP ends a link and what it has opened, and START brings neither back', async () => {
  const { link, from, say } = newPhone();
  const cookie = cookieOf(await send('POST', `/l/${await link('card')}`, { headers: from }));
  const authorization = `Bearer ${await tokenOf(cookie, from)}`;
  const unopened = await link('hi');
  const read = () => send('GET', '/api/v1/user/card', { headers: { ...from, cookie, authorization } });
  expect((await read()).status).toBe(200);
  // The app answers: its vumi.json says nothing to a STOP.
  await say('STOP');
  await eventually(read, ({ status }) => status === 401);
  await say('START');
  const fresh = await link('hi');
  expect((await send('GET', `/l/${unopened}`, { headers: from })).status).toBe(404);
  expect((await read()).status).toBe(401);
  expect((await send('GET', `/l/${fresh}`, { headers: from })).status).toBe(200);
});
