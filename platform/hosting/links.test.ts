import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DOMAIN, startHostingPlace, type HostingPlace } from './hosting-place.fixture.ts';

const CODE = 'abcdefghijklmnop';
const OWN = `http://demo--quiz.${DOMAIN}:8000`;
const FORM = { Origin: OWN, 'Content-Type': 'application/x-www-form-urlencoded' };
const THANDI = '+27761234567';

let place: HostingPlace;
beforeAll(async () => {
  place = await startHostingPlace();
});
afterAll(() => place[Symbol.dispose]());
beforeEach(() => {
  place.reset();
  // Of another minute than the test before.
  place.now += minutes++ * 60_000;
});
let minutes = 0;

const look = (code: string, headers: Record<string, string> = {}) => place.raw(`GET /l/${code}`, headers);
const press = (code: string, body = '', headers: Record<string, string> = FORM) =>
  place.send(`POST /l/${code}`, body, headers);

function give(scopes: readonly string[] = [], pin?: string): void {
  place.phoneLinks.set(CODE, { user: THANDI, scopes, ...(pin === undefined ? {} : { pin }) });
}

async function opened(scopes: readonly string[]): Promise<string> {
  give(scopes);
  const { headers } = await press(CODE);
  return (headers['set-cookie'] ?? '').split(';')[0] ?? '';
}

async function pageOf(Cookie: string): Promise<{ token: string; scopes: string[] }> {
  const { body } = await place.send('POST /api/v1/token', '', { Cookie, Origin: OWN });
  return JSON.parse(body) as { token: string; scopes: string[] };
}

test('looking at a link shows a button and uses nothing up', async () => {
  give();
  for (const method of ['GET', 'HEAD', 'GET']) {
    const answer = await place.raw(`${method} /l/${CODE}`);
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    });
    expect(answer.headers['set-cookie']).toBeUndefined();
  }
  expect((await look(CODE)).body).toContain('<button type="submit">Open</button>');
  expect(place.phoneLinks.size).toBe(1);
});

test('pressing the button opens the page once, in this browser', async () => {
  give();
  expect(await press(CODE)).toMatchObject({
    status: 303,
    headers: {
      location: '/photo',
      'cache-control': 'no-store',
      'set-cookie': `vumi-user=visit-of-${THANDI}; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax`,
    },
  });
  expect((await press(CODE)).status).toBe(404);
});

test('a link that was used, one that never was and what is none are the same page', async () => {
  give();
  await press(CODE);
  const pages = [await look(CODE), await press(CODE), await look('ponmlkjihgfedcba'), await look('short')];
  expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([404]));
  expect(new Set(pages.map(({ body }) => body)).size).toBe(1);
  expect(pages[0]?.headers['cache-control']).toBe('no-store');
});

test.each([
  { label: 'a page of another app', headers: { Origin: `http://demo--evil.${DOMAIN}:8000` } },
  { label: 'a page of another site', headers: { 'Sec-Fetch-Site': 'cross-site', Origin: 'null' } },
])('$label cannot press the button', async ({ headers }) => {
  give();
  expect((await press(CODE, '', headers)).status).toBe(403);
  expect(place.phoneLinks.size).toBe(1);
});

test('at another app a link opens nothing', async () => {
  give();
  const answer = await place.raw(`GET /l/${CODE}`, {}, `demo--other.${DOMAIN}:8000`);
  expect(answer.status).toBe(404);
});

test('a link with a number asks for it, and can be tried again', async () => {
  give([], '4821');
  expect((await look(CODE)).body).toContain('name="pin"');
  const wrong = await press(CODE, 'pin=1111');
  expect(wrong).toMatchObject({ status: 403, body: expect.stringContaining('That is not the number') });
  expect((await press(CODE)).status).toBe(403);
  expect((await press(CODE, `pin=${'4821'.repeat(100)}`)).status).toBe(403);
  expect((await press(CODE, 'pin=4821')).status).toBe(303);
});

test('whoever tries ten links in a minute that do not open waits, and nobody else does', async () => {
  give();
  const guesser = { 'X-Forwarded-For': '10.0.0.9' };
  for (let index = 0; index < 10; index += 1) await look(`guess-${index}`, guesser);
  const answer = await look(CODE, guesser);
  expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
  expect((await press(CODE, '', { ...FORM, ...guesser })).status).toBe(429);
  expect((await look(CODE)).status).toBe(200);
  place.now += 60_000;
  expect((await look(CODE, guesser)).status).toBe(200);
});

test('of fifty tries at once ten are looked at, and networks of IPv6 count as one', async () => {
  give();
  const all = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      look(`ponmlkjihgfedc${String(index).padStart(2, '0')}`, { 'X-Forwarded-For': '10.0.0.8' }),
    ),
  );
  expect(all.filter(({ status }) => status === 404)).toHaveLength(10);
  expect(all.filter(({ status }) => status === 429)).toHaveLength(40);
  for (let index = 1; index <= 10; index += 1)
    await look('ponmlkjihgfedcba', { 'X-Forwarded-For': `2001:db8:0:7::${index}` });
  expect((await look(CODE, { 'X-Forwarded-For': '2001:DB8::7:1:2:3:4' })).status).toBe(429);
  expect((await look(CODE, { 'X-Forwarded-For': '2001:db8:0:8::1' })).status).toBe(200);
});

test('who opens what is his is not counted, nor what pages of others send from his browser', async () => {
  const own = { 'X-Forwarded-For': '10.0.0.7' };
  for (let index = 0; index < 20; index += 1) {
    give();
    expect((await look(CODE, own)).status).toBe(200);
    const evil = { ...FORM, ...own, Origin: `http://demo--evil.${DOMAIN}:8000` };
    expect((await press('ponmlkjihgfedcba', '', evil)).status).toBe(403);
    expect((await press(CODE, '', { ...FORM, ...own })).status).toBe(303);
  }
});

test('the page may do of its user what the link says, and of nobody else', async () => {
  const Cookie = await opened(['user:read', 'user:write:photo']);
  place.userState.set(`${THANDI} name`, 'Thandi');
  place.userState.set('+27760000000 name', 'Sipho');
  const { token, scopes } = await pageOf(Cookie);
  expect(scopes).toEqual(['state:read:scores', 'user:read', 'user:write:photo']);
  const headers = { Cookie, Authorization: `Bearer ${token}` };
  expect((await place.raw('GET /api/v1/user/name', headers)).body).toBe('{"key":"name","value":"Thandi"}');
  const write = { ...headers, 'Content-Type': 'application/json' };
  expect(await place.send('PUT /api/v1/user/photo', '{"value":{"size":1}}', write)).toMatchObject({
    status: 204,
  });
  expect(place.userState.get(`${THANDI} photo`)).toEqual({ size: 1 });
  for (const refused of [
    place.send('PUT /api/v1/user/name', '{"value":1}', write),
    place.send('POST /api/v1/answer', '1', write),
    place.raw('GET /api/v1/user/vumi:talk:8000', headers),
    place.raw('GET /api/v1/state/photo', headers),
  ])
    expect((await refused).status).toBe(403);
});

test('a page learns who its user is by a mark and a number of dots, and no number', async () => {
  const Cookie = await opened([]);
  const { body } = await place.send('POST /api/v1/token', '', { Cookie, Origin: OWN });
  const { user } = JSON.parse(body) as { user: unknown };
  expect(user).toEqual({ person: expect.stringMatching(/^p_.{38}$/), number: '+27 76 ••• ••67' });
  expect(body).not.toContain('1234567');
  const stranger = await place.send('POST /api/v1/token', '', { Origin: OWN });
  expect(JSON.parse(stranger.body)).toMatchObject({ user: null });
});

test('one key can be all that a page may read', async () => {
  const Cookie = await opened(['user:read:name']);
  const { token } = await pageOf(Cookie);
  const headers = { Cookie, Authorization: `Bearer ${token}` };
  expect((await place.raw('GET /api/v1/user/name', headers)).status).toBe(200);
  const refused = await place.raw('GET /api/v1/user/hiv', headers);
  expect(refused).toMatchObject({ status: 403, body: expect.stringContaining('user:read:hiv') });
});

test('the answer of a page goes to the question of its link', async () => {
  const Cookie = await opened(['answer']);
  const { token } = await pageOf(Cookie);
  const headers = { Cookie, Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  expect((await place.send('POST /api/v1/answer', '{"size":12}', headers)).status).toBe(204);
  expect(place.answers).toEqual([[`visit-of-${THANDI}`, { size: 12 }]]);
  const long = await place.send('POST /api/v1/answer', JSON.stringify('x'.repeat(9000)), headers);
  expect(long).toMatchObject({ status: 413, body: expect.stringContaining('8192 characters') });
});

test('a token is worth nothing without the cookie of its opening, and when the link has ended', async () => {
  const Cookie = await opened(['user:read']);
  const { token } = await pageOf(Cookie);
  const Authorization = `Bearer ${token}`;
  expect((await place.raw('GET /api/v1/user/name', { Authorization })).status).toBe(401);
  expect((await place.raw('GET /api/v1/user/name', { Authorization, Cookie })).status).toBe(200);
  place.visits.clear();
  expect((await place.raw('GET /api/v1/user/name', { Authorization, Cookie })).status).toBe(401);
  expect((await pageOf(Cookie)).scopes).toEqual(['state:read:scores']);
});

test('what a link may is not for everybody to ask for in vumi.json', async () => {
  place.manifest = { frontend: { scopes: ['state:read:scores', 'user:read', 'answer'] } };
  expect((await pageOf('')).scopes).toEqual(['state:read:scores']);
});

test('a request with a cookie says that it comes from this origin, whatever it asks', async () => {
  const Cookie = await opened(['user:read']);
  const other = `http://demo--evil.${DOMAIN}:8000`;
  for (const line of ['GET /', 'GET /api/v1/user/name', 'POST /', 'POST /api/v1/token', 'DELETE /l/x'])
    expect((await place.raw(line, { Cookie, Origin: other, 'Content-Length': '0' })).status).toBe(403);
  expect((await place.raw('GET /', { Cookie, Origin: OWN })).status).toBe(200);
  expect((await place.raw('GET /', { Cookie })).status).toBe(200);
});
