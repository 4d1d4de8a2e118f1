import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DOMAIN, startHostingPlace, type Answer, type HostingPlace } from './hosting-place.fixture.ts';

let place: HostingPlace;
const raw: HostingPlace['raw'] = (...request) => place.raw(...request);

beforeAll(async () => {
  place = await startHostingPlace();
});
afterAll(() => place[Symbol.dispose]());
beforeEach(() => place.reset());

describe('files', () => {
  test.each([
    { target: '/', type: 'text/html; charset=utf-8', body: '<h1>Scores</h1>' },
    { target: '/index.html', type: 'text/html; charset=utf-8', body: '<h1>Scores</h1>' },
    { target: '/assets/app.js', type: 'text/javascript; charset=utf-8', body: 'run()' },
  ])('$target is served with its own type and every protection', async ({ target, type, body }) => {
    const answer = await raw(`GET ${target}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toBe(body);
    expect(answer.headers).toMatchObject({
      'content-type': type,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
    });
    expect(answer.headers['content-security-policy']).toContain("connect-src 'self'");
    expect(answer.headers['permissions-policy']).toContain('geolocation=()');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('a browser that has the file gets 304', async () => {
    const { headers } = await raw('GET /assets/app.js');
    const again = await raw('GET /assets/app.js', { 'If-None-Match': headers['etag'] ?? '' });
    expect(again).toMatchObject({ status: 304, body: '' });
  });

  test('HEAD says what GET would, without the body', async () => {
    expect(await raw('HEAD /')).toMatchObject({ status: 200, body: '', headers: { 'content-length': '15' } });
  });

  test('an SVG that is opened as a page runs nothing', async () => {
    const { headers } = await raw('GET /assets/logo.svg');
    expect(headers['content-security-policy']).toContain('sandbox');
  });

  test('nothing but GET and HEAD', async () => {
    expect(await raw('POST /')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });
});

describe('what must not be served', () => {
  test.each([
    ['/workers/worker.js', 404],
    ['/Workers/worker.js', 404],
    ['/%77orkers/worker.js', 404],
    ['/workers%2fworker.js', 400],
    ['/assets/../workers/worker.js', 404],
    ['/assets/%2e%2e/workers/worker.js', 404],
    ['/assets/..%2fworkers/worker.js', 400],
    ['/assets/..%5cworkers/worker.js', 400],
    ['/assets\\..\\workers\\worker.js', 400],
    ['/%252e%252e/workers/worker.js', 404],
    ['/assets/app.js.map', 404],
    ['/vumi.json', 404],
    ['/VUMI.JSON', 404],
    ['//vumi.json', 404],
    ['/./vumi.json', 404],
    ['/index.html%00.js', 400],
    ['/../../../../etc/passwd', 404],
    ['/%2e%2e/%2e%2e/etc/passwd', 404],
    ['/etc/passwd', 404],
    ['/constructor', 404],
    ['/__proto__', 404],
    ['/%zz', 400],
    ['http://elsewhere/workers/worker.js', 400],
  ])('%s answers %i', async (target, status) => {
    const answer = await raw(`GET ${target}`);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain('secret');
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
  });
});

describe('hosts', () => {
  test.each([
    { label: 'an unknown app', host: `demo--unknown.${DOMAIN}`, shows: 'There is no app here' },
    { label: 'an unknown account', host: `nobody--quiz.${DOMAIN}`, shows: 'There is no app here' },
    { label: 'a label that is none', host: `quiz.${DOMAIN}`, shows: 'There is no app here' },
    { label: 'an app without a page', host: `demo--hello.${DOMAIN}`, shows: 'This app has no page' },
  ])('$label gets a page that says what to do', async ({ host, shows }) => {
    const answer = await raw('GET /', {}, host);
    expect(answer.status).toBe(404);
    expect(answer.body).toContain(shows);
    expect(answer.body).toContain('deploy');
  });

  test('an app that is switched off is gone at once', async () => {
    place.active = null;
    expect((await raw('GET /')).status).toBe(404);
    expect((await raw('POST /api/v1/token', { 'Content-Length': '0' })).status).toBe(404);
  });
});

describe("a page's API", () => {
  async function getToken(headers: Record<string, string> = {}): Promise<Answer> {
    return raw('POST /api/v1/token', { 'Content-Length': '0', ...headers });
  }
  async function tokenText(): Promise<string> {
    return (JSON.parse((await getToken()).body) as { token: string }).token;
  }
  async function readState(key: string, token: string, headers = {}, host?: string): Promise<Answer> {
    return raw(`GET /api/v1/state/${key}`, { Authorization: `Bearer ${token}`, ...headers }, host);
  }
  const codeOf = (answer: Answer) => (JSON.parse(answer.body) as { code: string }).code;

  test('gives everybody a token for five minutes, for reading what vumi.json lists and nothing else', async () => {
    const answer = await getToken();
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.body)).toMatchObject({ scopes: ['state:read:scores'], expires_in: 300 });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('reads a value of the app', async () => {
    const answer = await readState('scores', await tokenText());
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ key: 'scores', value: [{ name: 'Ada', points: 3 }] });
  });

  test('refuses what vumi.json does not list', async () => {
    const answer = await readState('hidden', await tokenText());
    expect(codeOf(answer)).toBe('auth.forbidden');
    expect(answer.status).toBe(403);
  });

  test('refuses a token at another app', async () => {
    const answer = await readState('scores', await tokenText(), {}, `demo--hello.${DOMAIN}:8000`);
    expect(codeOf(answer)).toBe('auth.wrong_token');
  });

  test('refuses a token after five minutes and after another version has come', async () => {
    const token = await tokenText();
    place.now += 300_000;
    expect(codeOf(await readState('scores', token))).toBe('auth.expired_token');
    const fresh = await tokenText();
    place.active = 1_000_000;
    expect(codeOf(await readState('scores', fresh))).toBe('auth.expired_token');
  });

  test('refuses other origins, and gives them no CORS', async () => {
    const foreign = { Origin: `http://evil--app.${DOMAIN}:8000` };
    expect(codeOf(await getToken(foreign))).toBe('auth.forbidden');
    const answer = await readState('scores', await tokenText(), foreign);
    expect(codeOf(answer)).toBe('auth.forbidden');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    const own = { Origin: `http://demo--quiz.${DOMAIN}:8000` };
    expect((await getToken(own)).status).toBe(201);
  });

  test('says what is missing', async () => {
    const answer = await raw('GET /api/v1/state/scores');
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(codeOf(answer)).toBe('auth.missing_token');
  });

  test.each(['/api/v1/accounts', '/api/v1/status', '/api/v1/transports', '/api/v1/nothing'])(
    "%s of the administrator's API is not here",
    async (target) => {
      expect((await raw(`GET ${target}`, { Authorization: 'Bearer x' })).status).toBe(404);
    },
  );
});
