import type { PageScope } from '@vumi/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DOMAIN, startHostingPlace, type HostingPlace } from './hosting-place.fixture.ts';
import { Person } from './person.ts';

const OWN = `http://demo--quiz.${DOMAIN}:8000`;
const THANDI = '+27761234567';
const SIPHO = '+27769999999';
const SECRET = 'of this platform';
const markOf = (address: string, account = 'demo', app = 'quiz') =>
  new Person({ account, app }, address, SECRET).mark;

let place: HostingPlace;

beforeAll(async () => {
  place = await startHostingPlace();
});
afterAll(() => place[Symbol.dispose]());

const contact = (address: string | null, name: string, extra: Record<string, string> = {}) => ({
  address,
  name,
  surname: null,
  dob: null,
  groups: ['mothers'],
  extra,
  created_at: '2026-11-30T08:00:00.000Z',
});

beforeEach(() => {
  place.reset();
  place.manifest = {
    frontend: {
      scopes: ['state:read:scores'],
      members: { scopes: ['contacts:read', 'contacts:number', 'messages:read', 'send:contact'] },
      links: { scopes: ['contacts:read', 'messages:read', 'send:self'] },
    },
  };
  place.people.contacts.push(
    contact(THANDI, 'Thandi', { sister: 'call 076 999 9999' }),
    contact(SIPHO, 'Sipho'),
    contact(null, 'Nobody knows where'),
  );
  place.people.messages.push(
    {
      message_id: 'm2',
      direction: 'outbound',
      from_addr: '8000',
      to_addr: THANDI,
      content: 'Welcome',
      in_reply_to: 'm1',
      timestamp: '2026-11-30T08:00:01.000Z',
      status: 'delivered',
    },
    {
      message_id: 'm1',
      direction: 'inbound',
      from_addr: SIPHO,
      to_addr: '8000',
      content: 'I am at 0769999999',
      in_reply_to: null,
      timestamp: '2026-11-30T08:00:00.000Z',
      status: 'handled',
    },
  );
});

function grant(audience: PageScope['audience'], ...scopes: PageScope['scope'][]): void {
  place.people.granted.push(...scopes.map((scope) => ({ audience, scope })));
}

async function cookieOf(path: string): Promise<string> {
  const answer = await place.raw(`POST ${path}`, { 'Content-Length': '0', Origin: OWN });
  return (answer.headers['set-cookie'] ?? '').split(';')[0] ?? '';
}

/** Somebody at a page, with a token. */
type Visit = Awaited<ReturnType<typeof visit>>;

async function visit(cookie: string) {
  const made = await place.raw('POST /api/v1/token', { 'Content-Length': '0', Cookie: cookie, Origin: OWN });
  const { token, scopes, user } = JSON.parse(made.body);
  const own = { Authorization: `Bearer ${token}`, Cookie: cookie, Origin: OWN };
  const read = ({ status, body }: { status: number; body: string }) => ({
    status,
    json: body === '' ? null : JSON.parse(body),
  });
  return {
    scopes,
    user,
    get: async (path: string, headers?: Record<string, string>) =>
      read(await place.raw(`GET /api/v1${path}`, { ...own, ...headers })),
    post: async (path: string, body: unknown, headers?: Record<string, string>) =>
      read(
        await place.send(`POST /api/v1${path}`, JSON.stringify(body), {
          ...own,
          'Content-Type': 'application/json',
          ...headers,
        }),
      ),
  };
}

async function member(name = 'sister'): Promise<Visit> {
  place.links.set(`link-${name}`, name);
  return visit(await cookieOf(`/sign-in/link-${name}`));
}

async function visitor(user: string, scopes: string[]): Promise<Visit> {
  const code = Buffer.from(user).toString('base64url').slice(0, 16).padEnd(16, '0');
  place.phoneLinks.set(code, { user, scopes });
  return visit(await cookieOf(`/l/${code}`));
}

describe('what the account has not granted', () => {
  test('a page does not get, and is told how it would', async () => {
    const { get, post, scopes } = await member();
    expect(scopes).toEqual(['state:read:scores']);
    const refused = await get('/contacts');
    expect(refused).toMatchObject({
      status: 403,
      json: {
        code: 'auth.forbidden',
        scope: 'contacts:read',
        grant: 'npx vumi app grant quiz contacts:read --account demo',
      },
    });
    expect(refused.json.detail).toContain('is not granted: an owner of the account does so with');
    expect((await get('/messages')).status).toBe(403);
    expect((await post('/send/contact', { person: markOf(THANDI), content: 'x' })).status).toBe(403);
    expect(place.people.sent).toEqual([]);
  });

  test('is not there for a version that does not ask for it, whatever was granted', async () => {
    grant('members', 'contacts:read', 'messages:read');
    place.manifest = { frontend: { members: { scopes: ['messages:read'] } } };
    const { get, scopes } = await member();
    expect(scopes).toEqual(['messages:read']);
    const refused = await get('/contacts');
    expect(refused.status).toBe(403);
    expect(refused.json.detail).toContain('for which its vumi.json does not ask');
  });

  test('is not there for strangers, nor by a grant that is for others', async () => {
    grant('links', 'contacts:read');
    grant('members', 'messages:read');
    const stranger = await visit('');
    expect(stranger.scopes).toEqual(['state:read:scores']);
    expect((await stranger.get('/contacts')).json.detail).toContain('has to be signed in');
    expect((await (await member()).get('/contacts')).json.detail).toContain('is not granted');
    // The link of this user names no scopes, though the app asks for them.
    const user = await visitor(SIPHO, []);
    expect(user.scopes).toEqual(['state:read:scores']);
    expect((await user.get(`/contacts/${markOf(SIPHO)}`)).json.detail).toContain('app.link(path');
    expect((await user.get('/messages')).status).toBe(403);
  });

  test('ends with the grant, at the next request of a token that has it', async () => {
    grant('members', 'contacts:read');
    const { get } = await member();
    expect((await get('/contacts')).status).toBe(200);
    place.people.granted.length = 0;
    expect((await get('/contacts')).status).toBe(403);
    expect((await get(`/contacts/${markOf(THANDI)}`)).status).toBe(403);
  });

  test('a token of before the grant does not have', async () => {
    const { get } = await member();
    grant('members', 'contacts:read');
    expect(await get('/contacts')).toMatchObject({ status: 401, json: { code: 'auth.expired_token' } });
  });
});

describe('people', () => {
  test('are listed with numbers that are mostly dots, also in what people wrote', async () => {
    grant('members', 'contacts:read', 'messages:read');
    const { get } = await member();
    const { json } = await get('/contacts');
    expect(json.items[0]).toEqual({
      person: markOf(THANDI),
      number: '+27 76 ••• ••67',
      name: 'Thandi',
      surname: null,
      dob: null,
      groups: ['mothers'],
      extra: { sister: 'call •••' },
      created_at: '2026-11-30T08:00:00.000Z',
    });
    expect(json.items[2]).toMatchObject({ person: null, number: null });
    const messages = await get('/messages');
    expect(messages.json.items).toMatchObject([
      { message_id: 'm2', person: markOf(THANDI), number: '+27 76 ••• ••67', content: 'Welcome' },
      { message_id: 'm1', person: markOf(SIPHO), number: '+27 76 ••• ••99', content: 'I am at •••' },
    ]);
    expect(JSON.stringify([json, messages.json])).not.toMatch(/761234567|769999999|999 9999/);
    expect(place.people.uses).toEqual([]);
  });

  test('are shown with their numbers by contacts:number alone, and each use is counted', async () => {
    grant('members', 'contacts:read', 'contacts:number', 'messages:read');
    const { get } = await member();
    expect((await get('/contacts')).json.items[0]).toMatchObject({
      number: THANDI,
      extra: { sister: 'call 076 999 9999' },
    });
    await get(`/contacts/${markOf(SIPHO)}`);
    expect((await get('/messages')).json.items[1]).toMatchObject({
      number: SIPHO,
      content: 'I am at 0769999999',
    });
    expect(place.people.uses).toEqual([
      { viewer: 'sister', numbers: 2 },
      { viewer: 'sister', numbers: 1 },
      { viewer: 'sister', numbers: 2 },
    ]);
  });

  test('a grant of numbers to members shows users behind links none', async () => {
    grant('members', 'contacts:number');
    grant('links', 'contacts:read');
    const { get, user } = await visitor(THANDI, ['contacts:read', 'contacts:number']);
    expect((await get(`/contacts/${user?.person}`)).json.number).toBe('+27 76 ••• ••67');
  });

  test('are found by name, and not by digits that would tell what is masked', async () => {
    grant('members', 'contacts:read');
    const { get } = await member();
    expect((await get('/contacts?name=thandi')).json.items).toHaveLength(1);
    expect((await get('/contacts?name=Si&group=mothers')).json.items).toHaveLength(1);
    for (const wrong of [
      'name=2776',
      'name=*',
      'name=msisdn:x',
      'q=msisdn:*',
      'group=a%22%20OR%20b',
      'limit=101',
    ])
      expect((await get(`/contacts?${wrong}`)).status, wrong).toBe(400);
  });

  test('are paged by cursors that tell nothing and are of this list alone', async () => {
    grant('members', 'contacts:read', 'messages:read');
    const { get } = await member();
    const first = await get('/contacts?limit=1');
    const { next_cursor: cursor } = first.json;
    expect(Buffer.from(cursor, 'base64url').toString()).not.toContain('1');
    expect((await get(`/contacts?limit=1&cursor=${cursor}`)).json.items[0].name).toBe('Sipho');
    for (const place of [
      `/messages?cursor=${cursor}`,
      `/contacts?cursor=${cursor.slice(0, -2)}`,
      '/contacts?cursor=MQ',
    ])
      expect((await get(place)).json.code, place).toBe('request.wrong_cursor');
  });

  test.each([
    ['of another app', markOf(THANDI, 'demo', 'other')],
    ['of another account', markOf(THANDI, 'other', 'quiz')],
    ['of nobody', markOf('+27760000000')],
    ['that was made up', `p_${'A'.repeat(38)}`],
  ])('a person %s is not there', async (_whose, person) => {
    grant('members', 'contacts:read', 'messages:read', 'send:contact');
    const { get, post } = await member();
    expect((await get(`/contacts/${person}`)).status).toBe(404);
    expect((await post('/send/contact', { person, content: 'x' })).status).toBe(404);
    expect(place.people.sent).toEqual([]);
  });

  test('behind a link there is nobody but the user', async () => {
    grant('links', 'contacts:read', 'messages:read');
    const { get, user } = await visitor(THANDI, ['contacts:read', 'messages:read']);
    expect(user).toEqual({ person: markOf(THANDI), number: '+27 76 ••• ••67' });
    const own = await get(`/contacts/${user?.person}`);
    expect(own.json).toEqual({
      person: markOf(THANDI),
      number: '+27 76 ••• ••67',
      name: 'Thandi',
      surname: null,
      dob: null,
      created_at: '2026-11-30T08:00:00.000Z',
    });
    expect((await get('/contacts')).status).toBe(403);
    expect((await get(`/contacts/${markOf(SIPHO)}`)).status).toBe(404);
    expect((await get('/messages')).json.items).toMatchObject([{ message_id: 'm2' }]);
    expect((await get(`/messages?person=${markOf(SIPHO)}`)).status).toBe(404);
  });
});

describe('sending', () => {
  test('goes to a contact whose number the page does not know', async () => {
    grant('members', 'send:contact');
    const { post } = await member();
    const key = { 'Idempotency-Key': 'once' };
    const sent = await post('/send/contact', { person: markOf(THANDI), content: ' Come on Monday ' }, key);
    expect(sent).toMatchObject({
      status: 202,
      json: { message_id: 'message-1', person: markOf(THANDI), number: '+27 76 ••• ••67', status: 'queued' },
    });
    expect(place.people.sent).toEqual([
      {
        to: THANDI,
        content: 'Come on Monday',
        key: 'once',
        by: 'member sister',
        actor: 'page of app "quiz", member "sister"',
        person: markOf(THANDI).slice(0, 18),
      },
    ]);
  });

  test('goes to who wrote to the app, though he is no contact', async () => {
    grant('members', 'send:contact');
    place.people.contacts.length = 0;
    const { post } = await member();
    expect((await post('/send/contact', { person: markOf(SIPHO), content: 'x' })).status).toBe(202);
    expect((await post('/send/contact', { person: markOf('+27760000001'), content: 'x' })).status).toBe(404);
  });

  test('goes to the phone whose link opened the page, and names no number in what is kept', async () => {
    grant('links', 'send:self');
    const { post, scopes } = await visitor(THANDI, ['send:self']);
    expect(scopes).toEqual(['state:read:scores', 'send:self']);
    expect((await post('/send/self', { content: 'Your card: 7' })).status).toBe(202);
    expect(place.people.sent).toMatchObject([{ to: THANDI, key: null, by: markOf(THANDI).slice(0, 18) }]);
    expect(place.people.sent[0]?.actor).not.toContain('761234567');
    expect((await post('/send/self', { content: 'x', person: markOf(SIPHO) })).status).toBe(400);
    expect((await post('/send/contact', { content: 'x', person: markOf(SIPHO) })).status).toBe(403);
  });

  test('is bounded for each who sends', async () => {
    grant('links', 'send:self');
    grant('members', 'send:contact');
    const user = await visitor(THANDI, ['send:self']);
    for (let index = 0; index < 5; index += 1)
      expect((await user.post('/send/self', { content: 'x' })).status).toBe(202);
    expect(await user.post('/send/self', { content: 'x' })).toMatchObject({
      status: 429,
      json: { code: 'request.too_many' },
    });
    const other = await visitor(SIPHO, ['send:self']);
    expect((await other.post('/send/self', { content: 'x' })).status).toBe(202);
    expect(place.people.sent).toHaveLength(6);
  });

  test.each([
    ['no text', { content: ' ' }, {}, 400],
    ['a long text', { content: 'x'.repeat(1601) }, {}, 400],
    ['more than a body may have', { content: 'x'.repeat(1_100_000) }, {}, 413],
    ['a key that is none', { content: 'x' }, { 'Idempotency-Key': 'a b' }, 400],
    ['a form', { content: 'x' }, { 'Content-Type': 'text/plain' }, 415],
    ['a page of another origin', { content: 'x' }, { Origin: `http://evil--app.${DOMAIN}:8000` }, 403],
    ['no origin at all, by a browser', { content: 'x' }, { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['no cookie', { content: 'x' }, { Cookie: '' }, 401],
    ["somebody else's cookie", { content: 'x' }, { Cookie: 'vumi-user=visit-of-nobody' }, 401],
  ])('%s sends nothing', async (_what, body, headers, status) => {
    grant('links', 'send:self');
    const { post } = await visitor(THANDI, ['send:self']);
    expect((await post('/send/self', body, headers)).status).toBe(status);
    expect(place.people.sent).toEqual([]);
  });

  test('a token with scopes that somebody wrote into it is none', async () => {
    grant('members', 'send:contact');
    const made = await place.raw('POST /api/v1/token', { 'Content-Length': '0' });
    const [version, payload = '', mac] = (JSON.parse(made.body) as { token: string }).token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, scopes: ['send:contact'] })).toString('base64url');
    const body = JSON.stringify({ person: markOf(THANDI), content: 'x' });
    const answer = await place.send('POST /api/v1/send/contact', body, {
      Authorization: `Bearer ${version}.${forged}.${mac}`,
      'Content-Type': 'application/json',
    });
    expect(answer.status).toBe(401);
  });
});
