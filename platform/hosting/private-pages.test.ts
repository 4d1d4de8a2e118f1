import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DOMAIN, startHostingPlace, type HostingPlace } from './hosting-place.fixture.ts';

let place: HostingPlace;
const raw: HostingPlace['raw'] = (...request) => place.raw(...request);

beforeAll(async () => {
  place = await startHostingPlace();
});
afterAll(() => place[Symbol.dispose]());
beforeEach(() => place.reset());

describe('private pages', () => {
  const STAFF = '/assets/staff/list.html';
  const OWN = `http://demo--quiz.${DOMAIN}:8000`;
  const post = (target: string, headers: Record<string, string> = {}) =>
    raw(`POST ${target}`, { 'Content-Length': '0', ...headers });
  async function signIn(name: string): Promise<string> {
    place.links.set(`link-for-${name}`, name);
    const answer = await post(`/sign-in/link-for-${name}`, { Origin: OWN });
    return (answer.headers['set-cookie'] ?? '').split(';')[0] ?? '';
  }
  const tokenWith = async (headers: Record<string, string>) =>
    JSON.parse((await post('/api/v1/token', headers)).body) as {
      token: string;
      scopes: string[];
      member: string | null;
    };
  const readPerson = (token: string, headers: Record<string, string> = {}) =>
    raw('GET /api/v1/state/person:1', { Authorization: `Bearer ${token}`, ...headers });

  beforeEach(() => {
    const members = { scopes: ['state:read:person:*'] };
    place.manifest = { frontend: { scopes: ['state:read:scores'], private: ['assets/staff/*'], members } };
  });

  test('are for who is signed in, and the others stay for everybody', async () => {
    const refused = await raw(`GET ${STAFF}`);
    expect(refused.status).toBe(401);
    expect(refused.body).toContain('This page is private');
    expect(refused.headers['cache-control']).toBe('no-store');
    expect((await raw('GET /')).status).toBe(200);

    const answer = await raw(`GET ${STAFF}`, { Cookie: await signIn('thandi') });
    expect(answer).toMatchObject({ status: 200, body: '<h1>Patients</h1>' });
    expect(answer.headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'Cookie' });
  });

  test.each([
    { label: 'no cookie', cookie: '' },
    { label: 'a secret that was made up', cookie: 'vumi=guessed' },
    { label: 'a cookie of another name', cookie: 'other=cookie-of-thandi' },
    { label: 'what one has to know for another browser', cookie: '__Host-vumi=cookie-of-thandi' },
  ])('$label opens nothing, of what is there and of what is not', async ({ cookie }) => {
    await signIn('thandi');
    for (const target of [STAFF, '/assets/staff/nothing.html', '/assets/%73taff/list.html']) {
      expect((await raw(`GET ${target}`, { Cookie: cookie })).status).toBe(401);
      expect((await raw(`HEAD ${target}`, { Cookie: cookie })).status).toBe(401);
    }
    const fresh = await raw(`GET ${STAFF}`, { Cookie: cookie, 'If-None-Match': '"ggg"' });
    expect(fresh.status).toBe(401);
  });

  test('all of a page can be private', async () => {
    place.manifest = { frontend: { private: true } };
    for (const target of ['/', '/index.html', '/assets/app.js', '/assets/logo.svg']) {
      expect((await raw(`GET ${target}`)).status).toBe(401);
    }
    expect((await raw('GET /', { Cookie: await signIn('thandi') })).status).toBe(200);
  });

  test('a link signs in once, and only when its button is pressed', async () => {
    place.links.set('link-1', 'thandi');
    for (const method of ['GET', 'HEAD', 'GET']) {
      expect(await raw(`${method} /sign-in/link-1`)).toMatchObject({ status: 200 });
    }
    const answer = await post('/sign-in/link-1', { Origin: OWN });
    expect(answer).toMatchObject({ status: 303, headers: { location: STAFF, 'cache-control': 'no-store' } });
    expect(answer.headers['set-cookie']).toBe(
      'vumi=cookie-of-thandi; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax',
    );
    const again = await post('/sign-in/link-1', { Origin: OWN });
    expect(again.status).toBe(410);
    expect(again.body).toContain('has been used');
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  test('neither a link nor a sign-in of one app works at another, or is used by another page', async () => {
    place.links.set('link-2', 'thandi');
    const foreign = { Origin: `http://evil--app.${DOMAIN}:8000` };
    expect((await post('/sign-in/link-2', foreign)).status).toBe(403);
    const elsewhere = await raw(
      'POST /sign-in/link-2',
      { 'Content-Length': '0' },
      `demo--hello.${DOMAIN}:8000`,
    );
    expect(elsewhere.status).toBe(410);
    const cookie = await signIn('thandi');
    expect((await post('/sign-out', { Cookie: cookie, ...foreign })).status).toBe(403);
    expect((await raw(`GET ${STAFF}`, { Cookie: cookie })).status).toBe(200);
  });

  test.each([
    { label: 'a form whose page tells no referrer', site: 'same-origin', origin: 'null', status: 303 },
    { label: 'a form of the page of another app', site: 'same-site', origin: 'null', status: 403 },
    { label: 'a form of a page elsewhere', site: 'cross-site', origin: 'null', status: 403 },
    { label: 'an old browser that hides where', site: undefined, origin: 'null', status: 403 },
    {
      label: 'another origin that says it is this one',
      site: 'same-origin',
      origin: 'http://x',
      status: 403,
    },
  ])('$label answers $status', async ({ site, origin, status }) => {
    place.links.set('link-3', 'thandi');
    const headers = { Origin: origin, ...(site === undefined ? {} : { 'Sec-Fetch-Site': site }) };
    expect((await post('/sign-in/link-3', headers)).status).toBe(status);
  });

  test('a cookie that the page of another app has set beside it signs nobody out', async () => {
    const cookie = await signIn('thandi');
    expect((await raw(`GET ${STAFF}`, { Cookie: `vumi=tossed; ${cookie}` })).status).toBe(200);
  });

  test('who signs out is out, with the tokens that the page still has', async () => {
    const cookie = await signIn('thandi');
    const { token } = await tokenWith({ Cookie: cookie });
    expect((await readPerson(token, { Cookie: cookie })).status).toBe(200);
    const out = await post('/sign-out', { Cookie: cookie, Origin: OWN });
    expect(out).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(out.headers['set-cookie']).toContain('Max-Age=0');
    expect((await raw(`GET ${STAFF}`, { Cookie: cookie })).status).toBe(401);
    expect((await readPerson(token, { Cookie: cookie })).status).toBe(401);
    expect(await raw('GET /sign-out')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  test('strangers and members have scopes of their own', async () => {
    const stranger = await tokenWith({});
    expect(stranger).toMatchObject({ scopes: ['state:read:scores'], member: null });
    expect((await readPerson(stranger.token)).status).toBe(403);
    const cookie = await signIn('thandi');
    const member = await tokenWith({ Cookie: cookie });
    expect(member).toMatchObject({ scopes: ['state:read:scores', 'state:read:person:*'], member: 'thandi' });
    expect((await readPerson(member.token, { Cookie: cookie })).status).toBe(200);
  });

  test('who may read all keys that begin alike may list them, page by page', async () => {
    const Cookie = await signIn('thandi');
    const { token } = await tokenWith({ Cookie });
    const list = async (query: string) =>
      raw(`GET /api/v1/state?${query}`, { Authorization: `Bearer ${token}`, Cookie });
    const first = JSON.parse((await list('prefix=person:&limit=1')).body) as { next_cursor: string };
    expect(first).toMatchObject({ items: [{ key: 'person:1', value: { name: 'Thandi' } }] });
    const rest = await list(`prefix=person:&limit=1&cursor=${first.next_cursor}`);
    expect(JSON.parse(rest.body)).toMatchObject({ items: [{ key: 'person:2' }], next_cursor: null });
    for (const refused of ['prefix=person', 'prefix=scores', 'prefix=h'])
      expect((await list(refused)).status).toBe(403);
    for (const wrong of ['', 'prefix=', 'prefix=person:&cursor=%00', 'prefix=person:&limit=0'])
      expect((await list(wrong)).status).toBe(400);
    const stranger = await tokenWith({});
    const answer = await raw('GET /api/v1/state?prefix=person:', {
      Authorization: `Bearer ${stranger.token}`,
    });
    expect(answer.status).toBe(403);
  });

  test("a member's token is of no use without the sign-in that it came from", async () => {
    const { token } = await tokenWith({ Cookie: await signIn('thandi') });
    expect((await readPerson(token)).status).toBe(401);
    expect((await readPerson(token, { Cookie: await signIn('sipho') })).status).toBe(401);
  });
});
