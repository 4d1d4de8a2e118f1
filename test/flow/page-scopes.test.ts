import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client, eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { simulatedPhone } from '../simulated-phone.ts';

const NUMBER = '12345';
const MEMBERS = ['contacts:read', 'contacts:number', 'messages:read', 'send:contact'];
const LINKS = ['contacts:read', 'messages:read', 'send:self'];

/** A desk with a page: who writes to it gets a link of his own. */
const desk = (members: readonly string[] = MEMBERS, links: readonly string[] = LINKS) =>
  zipOf({
    'index.html': '<!doctype html><title>Desk</title>',
    'vumi.json': JSON.stringify({
      frontend: { private: true, members: { scopes: members }, links: { scopes: links } },
    }),
    'workers/worker.js': `export default {
      async onMessage(message, app) {
        await message.reply(await app.link('/', { scopes: ${JSON.stringify(LINKS)} }));
      },
    };`,
  });

let world: TestPlatform;
let client: Client;
/** Of accounts: an app of each is called `desk`. */
let accounts = 0;

beforeAll(async () => {
  world = await startTestPlatform({ demo: true });
  client = world.client;
});
afterAll(() => world?.[Symbol.asyncDispose]());

/** An account with the desk behind a keyword, and people that it knows. */
async function openDesk() {
  accounts += 1;
  const account = `ngo${accounts}`;
  const [thandi, sipho] = [1, 2].map((person) => `+2776000${accounts}${person}67`) as [string, string];
  await client.must('POST', '/accounts', { name: account });
  const deployed = await client.must('PUT', `/accounts/${account}/apps/desk`, desk());
  await client.must('PUT', `/accounts/${account}/routes/desk`, {
    app: 'desk',
    transport: 'smsc',
    to_addr: NUMBER,
    keyword: account,
  });
  for (const [name, msisdn] of [
    ['Thandi', thandi],
    ['Sipho', sipho],
  ])
    await client.must('POST', `/accounts/${account}/contacts`, { name, msisdn, extra: { sister: sipho } });
  const base = `/accounts/${account}/apps/desk`;
  return {
    account,
    base,
    thandi,
    sipho,
    warnings: deployed.warnings as string[],
    grant: (...scopes: string[]) => client.must('POST', `${base}/grants`, { scopes }),
    page: (cookie: string) => pageAt(`${account}--desk`, cookie),
    member: async (name = 'Sister Nomsa') => {
      const { url } = await client.must('POST', `${base}/members`, { name });
      return pageAt(`${account}--desk`, await cookieOf(url as string));
    },
    /** Somebody who has opened the link that his phone got. */
    visitor: async (phone: string) => {
      const link = await simulatedPhone(client, phone, NUMBER)(`${account} hello`);
      return pageAt(`${account}--desk`, await cookieOf(link));
    },
  };
}

async function cookieOf(link: string): Promise<string> {
  const { host, pathname } = new URL(link);
  const { headers } = await ask(host, 'POST', pathname, { headers: { origin: `http://${host}` } });
  return String(headers['set-cookie']?.[0]).split(';')[0] ?? '';
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** `fetch` would not let the Host header differ from the address. */
async function ask(host: string, method: string, path: string, { headers = {}, body }: Sent = {}) {
  const { port } = new URL(client.url);
  const json = body === undefined ? '' : JSON.stringify(body);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const all = { host, 'content-length': String(Buffer.byteLength(json)), ...type, ...headers };
  const sent = request({ port, method, path, headers: all, agent: false }).end(json);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const text = await readAll(response);
  const isJson = (response.headers['content-type'] ?? '').includes('json');
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

/** A page that is open in a browser with that cookie; it asks for another token each time. */
function pageAt(label: string, cookie: string) {
  const host = `${label}.apps.localhost:${new URL(client.url).port}`;
  const origin = `http://${host}`;
  const token = async () => (await ask(host, 'POST', '/api/v1/token', { headers: { cookie, origin } })).body;
  const call = async (method: string, path: string, { headers = {}, body }: Sent = {}) => {
    const authorization = `Bearer ${(await token()).token}`;
    return ask(host, method, `/api/v1${path}`, {
      headers: { cookie, origin, authorization, ...headers },
      body,
    });
  };
  return { token, call, get: (path: string) => call('GET', path) };
}

async function inbox(phone: string): Promise<string[]> {
  const { items } = await client.must(
    'GET',
    `/simulators/smsc/messages?address=${encodeURIComponent(phone)}`,
  );
  return items.map(({ content }: { content: string }) => content);
}

it('what a page asks for is told at the deploy, and granted by the owner of the account alone', async () => {
  const { account, base, warnings, grant, member } = await openDesk();
  expect(warnings).toHaveLength(MEMBERS.length + LINKS.length);
  expect(warnings).toContain(
    `its page asks for contacts:read for members, which is not granted: an owner of the account does so with "npx vumi app grant desk contacts:read --account ${account}"`,
  );
  const page = await member();
  expect((await page.token()).scopes).toEqual([]);
  expect(await page.get('/contacts')).toMatchObject({
    status: 403,
    body: { scope: 'contacts:read', grant: `npx vumi app grant desk contacts:read --account ${account}` },
  });
  for (const scopes of [['role:developer'], ['role:operator'], ['apps:write', 'contacts:write']]) {
    const { token } = await client.must('POST', `/accounts/${account}/tokens`, { label: 'x', scopes });
    const refused = await new Client(client.url, token as string).call('POST', `${base}/grants`, {
      scopes: ['contacts:read'],
    });
    expect(refused.status).toBe(403);
  }
  await expect(grant('contacts:read', 'send:everybody')).rejects.toThrow('400');
  const { items } = await grant('contacts:read');
  expect(items.filter(({ granted_at: at }: { granted_at: unknown }) => at !== null)).toMatchObject([
    { scope: 'contacts:read', audience: 'members', granted_by: 'administrator', shows_numbers: false },
    { scope: 'contacts:read', audience: 'links' },
  ]);
  expect((await page.get('/contacts')).status).toBe(200);
  const { items: audit } = await client.must('GET', `/accounts/${account}/audit?action=page_grant`);
  expect(audit).toMatchObject([{ action: 'page_grant.granted', actor: 'administrator', target: 'desk' }]);
});

it('people are masked until contacts:number is granted, and again when it is withdrawn', async () => {
  const { base, grant, member, visitor, thandi, sipho } = await openDesk();
  await visitor(thandi);
  await grant('contacts:read', 'messages:read');
  const page = await member();
  const masked = [(await page.get('/contacts')).body, (await page.get('/messages')).body];
  expect(JSON.stringify(masked)).not.toMatch(new RegExp(`${thandi.slice(5)}|${sipho.slice(5)}`));
  expect(masked[0].items).toHaveLength(2);
  expect(masked[1].items).toMatchObject([{ direction: 'outbound' }, { direction: 'inbound' }]);
  const one = masked[0].items.find(({ name }: { name: string }) => name === 'Thandi');
  expect(one).toMatchObject({ number: `+27 76 ••• ••67`, extra: { sister: '•••' } });
  expect(masked[1].items[0].person).toBe(one.person);
  expect((await page.get(`/contacts/${one.person}`)).body).toEqual(one);
  expect((await page.get('/contacts?name=tha')).body.items).toEqual([one]);
  const nobody = encodeURIComponent("Thandi O'Neil-Smith and or");
  expect(await page.get(`/contacts?name=${nobody}`)).toMatchObject({ status: 200, body: { items: [] } });
  expect((await client.must('GET', `${base}/number-uses`)).items).toEqual([]);

  await grant('contacts:number');
  expect((await page.get('/contacts?name=tha')).body.items).toMatchObject([
    { person: one.person, number: thandi, extra: { sister: sipho } },
  ]);
  expect((await client.must('GET', `${base}/number-uses`)).items).toMatchObject([
    { viewer: 'Sister Nomsa', requests: 1, numbers: 1 },
  ]);
  const { token } = await page.token();
  await client.must('DELETE', `${base}/grants/contacts:number`);
  await client.must('DELETE', `${base}/grants/messages:read`);
  const old = { headers: { authorization: `Bearer ${token}` } };
  expect((await page.call('GET', '/contacts?name=tha', old)).body.items).toEqual([one]);
  expect((await page.call('GET', '/messages', old)).status).toBe(403);
});

it('a member sends to people whose numbers he does not see: once under a key, with an entry in the log', async () => {
  const { account, grant, member, thandi } = await openDesk();
  await grant('contacts:read', 'messages:read', 'send:contact');
  const page = await member();
  const { person } = (await page.get('/contacts?name=thandi')).body.items[0];
  const send = (text: string, key: string) =>
    page.call('POST', '/send/contact', {
      headers: { 'idempotency-key': key },
      body: { person, content: text },
    });
  const sent = await Promise.all([send('Come on Monday', 'a'), send('Come on Monday', 'a')]);
  expect(sent.map(({ status }) => status)).toEqual([202, 202]);
  expect(sent[0].body.message_id).toBe(sent[1].body.message_id);
  expect(JSON.stringify(sent.map(({ body }) => body))).not.toContain(thandi);
  expect((await send('Come on Tuesday', 'a')).body.code).toBe('request.key_reused');
  expect((await send('Bring your card', 'b')).status).toBe(202);
  await eventually(
    () => inbox(thandi),
    (texts) => texts.includes('Bring your card'),
  );
  expect((await inbox(thandi)).filter((text) => text.startsWith('Come on'))).toEqual(['Come on Monday']);
  const { items } = await client.must('GET', `/accounts/${account}/audit?action=page_message`);
  expect(items[0]).toMatchObject({
    actor: 'page of app "desk", member "Sister Nomsa"',
    action: 'page_message.send',
    target: 'desk',
    outcome: 'done',
    details: { app: 'desk', person: person.slice(0, 18) },
  });
  expect(JSON.stringify(items)).not.toContain(thandi.slice(3));
  await eventually(
    () => page.get(`/messages?person=${person}`),
    ({ body }) =>
      body.items.some(({ message_id: id }: { message_id: string }) => id === sent[0].body.message_id),
  );
});

it('opt-outs, credit and erasure count for pages, too', async () => {
  const { account, grant, member, visitor, thandi, sipho } = await openDesk();
  await grant('contacts:read', 'messages:read', 'send:contact');
  const page = await member();
  const personOf = async (name: string) =>
    (await page.get(`/contacts?name=${name}`)).body.items[0].person as string;
  const send = (person: string) => page.call('POST', '/send/contact', { body: { person, content: 'Hello' } });
  const first = await personOf('thandi');
  await client.must('PUT', `/accounts/${account}/optouts/msisdn/${thandi}`, {});
  const { message_id: id } = (await send(first)).body;
  const message = await eventually(
    () => client.call('GET', `/accounts/${account}/messages/${id}`),
    ({ body }) => body.status === 'failed' || body.status === 'rejected' || body.status === 'nack',
  );
  expect(JSON.stringify(message.body)).toContain('opted out');

  await client.must('PATCH', `/accounts/${account}`, { billing: { mode: 'enforced' } });
  const second = await personOf('sipho');
  const unpaid = await send(second);
  expect(unpaid).toMatchObject({ status: 402, body: { code: 'credit.insufficient' } });
  expect(unpaid.body).not.toHaveProperty('balance');
  await client.must('PATCH', `/accounts/${account}`, { billing: { mode: 'off' } });
  await visitor(sipho);
  expect((await page.get(`/messages?person=${second}`)).body.items).toHaveLength(2);

  await client.must('POST', `/accounts/${account}/erasures`, { address: sipho });
  await eventually(
    () => page.get(`/contacts/${second}`),
    ({ status }) => status === 404,
  );
  await eventually(
    () => send(second),
    ({ status }) => status === 404,
  );
  expect(await inbox(thandi)).toEqual([]);
  expect((await inbox(sipho)).filter((text) => text === 'Hello')).toEqual([]);
});

it('behind a link a page reaches its own user, and ends with his STOP', async () => {
  const { account, grant, visitor, member, thandi, sipho } = await openDesk();
  await grant('contacts:read', 'messages:read', 'send:self');
  const page = await visitor(thandi);
  const { scopes, user } = await page.token();
  expect(scopes).toEqual(LINKS);
  expect((await page.get(`/contacts/${user.person}`)).body).toMatchObject({ name: 'Thandi' });
  expect((await page.get(`/contacts/${user.person}`)).body).not.toHaveProperty('extra');
  const others = (await (await member()).get('/contacts?name=sipho')).body.items[0].person;
  expect((await page.get(`/contacts/${others}`)).status).toBe(404);
  expect((await page.get(`/messages?person=${others}`)).status).toBe(404);
  expect((await page.get('/contacts')).status).toBe(403);
  expect((await page.call('POST', '/send/self', { body: { content: 'Your card is 7' } })).status).toBe(202);
  await eventually(
    () => inbox(thandi),
    (texts) => texts.includes('Your card is 7'),
  );
  expect(await inbox(sipho)).toEqual([]);
  const { token } = await page.token();
  await client.must('PUT', `/accounts/${account}/optouts/msisdn/${thandi}`, {});
  const old = { headers: { authorization: `Bearer ${token}` } };
  expect((await page.call('GET', '/messages', old)).status).toBe(401);
  expect((await page.token()).user).toBeNull();
});

it('nothing of one account or app is of use at another', async () => {
  const [one, two] = [await openDesk(), await openDesk()];
  for (const { grant } of [one, two]) await grant('contacts:read', 'send:contact');
  const mine = await one.member();
  const theirs = await two.member();
  const { person } = (await theirs.get('/contacts')).body.items[0];
  expect((await mine.get(`/contacts/${person}`)).status).toBe(404);
  expect((await mine.call('POST', '/send/contact', { body: { person, content: 'x' } })).status).toBe(404);
  const { token } = await theirs.token();
  const headers = { authorization: `Bearer ${token}` };
  expect((await mine.call('GET', '/contacts', { headers })).status).toBe(401);
  const evil = { origin: 'http://evil--app.apps.localhost' };
  expect(
    (await mine.call('POST', '/send/contact', { headers: evil, body: { person, content: 'x' } })).status,
  ).toBe(403);
});

it('a version that asks for less loses it, and one that asks again gets nothing by itself', async () => {
  const { base, grant, member } = await openDesk();
  await grant('contacts:read', 'messages:read');
  const page = await member();
  await client.must('PUT', base, desk(['messages:read'], []));
  expect((await page.get('/contacts')).body.detail).toContain('for which its vumi.json does not ask');
  expect((await page.get('/messages')).status).toBe(200);
  const { warnings } = await client.must('PUT', base, desk(['messages:read', 'contacts:read'], []));
  expect(warnings).toEqual([expect.stringContaining('contacts:read for members, which is not granted')]);
  expect((await page.get('/contacts')).body.detail).toContain('which is not granted');
  const { items } = await client.must('GET', `${base}/grants`);
  expect(items).toMatchObject([
    { scope: 'contacts:read', asked: true, granted_at: null },
    { scope: 'messages:read', asked: true, granted_at: expect.any(String) },
  ]);
});
