import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, startTestPlatform, type TestPlatform } from './platform.fixture.ts';

let platform: TestPlatform;
let demo = '';

beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.call('POST', '/accounts', { body: { name: 'demo' } });
  await platform.call('POST', '/accounts', { body: { name: 'other' } });
  const { json } = await platform.call('POST', '/accounts/demo/tokens', { body: { label: 'all' } });
  demo = String(json['token']);
});

afterAll(() => platform[Symbol.asyncDispose]());

const tokenFor = async (...scopes: string[]): Promise<string> =>
  String(
    (await platform.call('POST', '/accounts/demo/tokens', { body: { label: 'x', scopes } })).json['token'],
  );

describe('who may', () => {
  test.each([
    { label: 'no token', headers: {}, code: 'auth.missing_token' },
    { label: 'an unknown token', headers: { authorization: 'Bearer nope' }, code: 'auth.wrong_token' },
    { label: 'another scheme', headers: { authorization: 'Basic abc' }, code: 'auth.wrong_token' },
  ])('$label is refused with 401 and how to do it', async ({ headers, code }) => {
    const answer = await platform.call('GET', '/accounts', { token: null, headers });
    expect(answer).toMatchObject({ status: 401, json: { code } });
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  test('a token may be the name of Basic credentials, which is what dashboards send', async () => {
    const authorization = `Basic ${Buffer.from(`${demo}:X`).toString('base64')}`;
    const answer = await platform.call('GET', '/accounts', { token: null, headers: { authorization } });
    expect(answer).toMatchObject({ status: 200, json: { items: [{ name: 'demo' }] } });
  });

  test("an account's token lists its own account only", async () => {
    const { json } = await platform.call('GET', '/accounts', { token: demo });
    expect(json['items']).toMatchObject([{ name: 'demo' }]);
  });

  test('an account of somebody else is as absent as one that is not there', async () => {
    const foreign = await platform.call('GET', '/accounts/other/apps', { token: demo });
    const absent = await platform.call('GET', '/accounts/absent/apps', { token: demo });
    expect(foreign.status).toBe(404);
    expect({ ...absent.json, detail: '' }).toEqual({ ...foreign.json, detail: '' });
    expect(String(absent.json['detail']).replace('absent', 'other')).toBe(foreign.json['detail']);
  });

  test('an unknown account is named to an administrator', async () => {
    const { status, json } = await platform.call('GET', '/accounts/absent/routes');
    expect(status).toBe(404);
    expect(json['detail']).toContain('absent');
  });

  test.each([
    ['POST', '/accounts'],
    ['PATCH', '/accounts/demo'],
    ['GET', '/transports'],
    ['PUT', '/transports/x'],
    ['DELETE', '/transports/x'],
    ['GET', '/workers'],
    ['GET', '/status'],
    ['GET', '/messages'],
    ['GET', '/simulators/smsc/messages'],
    ['POST', '/simulators/smsc/messages'],
  ])('%s %s is for administrators', async (method, path) => {
    expect(await platform.call(method, path, { token: demo })).toMatchObject({
      status: 403,
      json: { code: 'auth.forbidden' },
    });
  });

  test.each([
    {
      scope: 'account:read',
      allowed: ['GET /accounts/demo/routes'],
      refused: [
        'DELETE /accounts/demo/routes/x',
        'PUT /accounts/demo/apps/x',
        'POST /accounts/demo/messages',
        'POST /accounts/demo/tokens',
      ],
    },
    {
      scope: 'messages:send',
      allowed: [],
      refused: ['GET /accounts/demo/messages', 'PUT /accounts/demo/apps/x', 'PUT /accounts/demo/routes/x'],
    },
    {
      scope: 'apps:deploy',
      allowed: [],
      refused: [
        'PUT /accounts/demo/apps/x/secrets/KEY',
        'POST /accounts/demo/messages',
        'GET /accounts/demo',
      ],
    },
  ])('a token with $scope does that and no more', async ({ scope, allowed, refused }) => {
    const token = await tokenFor(scope);
    for (const line of allowed) {
      const [method = '', path = ''] = line.split(' ');
      expect((await platform.call(method, path, { token })).status).toBe(200);
    }
    for (const line of refused) {
      const [method = '', path = ''] = line.split(' ');
      expect(await platform.call(method, path, { token })).toMatchObject({
        status: 403,
        json: { code: 'auth.forbidden' },
      });
    }
  });

  test('no account can issue the scope of administrators', async () => {
    const body = { label: 'x', scopes: ['admin'] };
    expect(await platform.call('POST', '/accounts/demo/tokens', { body })).toMatchObject({
      status: 400,
      json: { code: 'request.invalid', field: 'scopes.0' },
    });
  });
});

describe('pages of apps', () => {
  test('do not reach the API, whatever token they hold', async () => {
    const headers = { origin: 'http://demo--quiz.apps.localhost:8000' };
    const answer = await platform.call('GET', '/accounts', { headers });
    expect(answer).toMatchObject({ status: 403, json: { code: 'auth.forbidden' } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('do not reach it by their own host name either', async () => {
    const answer = await rawRequest(
      `GET /api/v1/accounts HTTP/1.1\r\nHost: demo--quiz.apps.localhost:8000\r\nAuthorization: Bearer ${ADMIN}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 403/);
  });
});

/** What a client that knows no HTTP library would send. */
async function rawRequest(request: string): Promise<string> {
  const { port } = new URL(platform.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(request);
  return text(socket);
}

describe('requests that cannot be right', () => {
  const post = { method: 'POST', path: '/accounts' };
  test.each([
    { label: 'JSON that is none', ...post, body: '{"name":', code: 'request.not_json', status: 400 },
    { label: 'an empty body', ...post, body: '', code: 'request.not_json', status: 400 },
    {
      label: 'bytes that are no UTF-8',
      ...post,
      body: new Uint8Array([0x22, 0xff, 0x22]),
      code: 'request.not_json',
      status: 400,
    },
    { label: 'a list for an object', ...post, body: [], code: 'request.invalid', status: 400 },
    {
      label: 'a field too many',
      ...post,
      body: { name: 'x', nmae: 1 },
      code: 'request.invalid',
      status: 400,
      field: 'nmae',
      says: 'did you mean "name"',
    },
    {
      label: 'a field that is missing',
      ...post,
      body: {},
      code: 'request.invalid',
      status: 400,
      field: 'name',
      says: 'missing',
    },
    {
      label: 'a name that is no slug',
      ...post,
      body: { name: 'Not A Slug' },
      code: 'request.invalid',
      status: 400,
      field: 'name',
      says: 'lower-case',
    },
    {
      label: 'a slug that is none in the path',
      method: 'GET',
      path: '/accounts/..%2fx',
      code: 'request.invalid',
      status: 400,
      field: 'account',
    },
    {
      label: 'a path that is no UTF-8',
      method: 'GET',
      path: '/accounts/%ff',
      code: 'request.invalid',
      status: 400,
      field: 'account',
    },
    {
      label: 'a query that is unknown',
      method: 'GET',
      path: '/accounts?limt=3',
      code: 'request.invalid',
      status: 400,
      field: 'limt',
      says: 'did you mean "limit"',
    },
    {
      label: 'a query given twice',
      method: 'GET',
      path: '/accounts?limit=3&limit=4',
      code: 'request.invalid',
      status: 400,
      field: 'limit',
    },
    {
      label: 'a limit that is too high',
      method: 'GET',
      path: '/accounts?limit=100000',
      code: 'request.invalid',
      status: 400,
      field: 'limit',
    },
    {
      label: 'an address that is not there',
      method: 'GET',
      path: '/acounts',
      code: 'not_found',
      status: 404,
      says: 'openapi.json',
    },
    {
      label: 'a method that is not there',
      method: 'PUT',
      path: '/accounts',
      code: 'request.method_not_allowed',
      status: 405,
      says: 'POST, HEAD, GET',
    },
    {
      label: 'a body of more than 1 MB',
      ...post,
      body: JSON.stringify({ name: 'x'.repeat(1_100_000) }),
      code: 'request.too_large',
      status: 413,
      says: '1 MB',
    },
  ])('$label gets a clear error', async ({ method, path, code, status, field, says, ...more }) => {
    const answer = await platform.call(method, path, 'body' in more ? { body: more.body } : {});
    expect(answer).toMatchObject({ status, json: { code, status, type: `urn:vumi:error:${code}` } });
    expect(answer.json['field']).toBe(field);
    expect(answer.json['detail']).toContain(says ?? '');
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test('the wrong content type is named with the right one', async () => {
    const answer = await platform.call('POST', '/accounts', {
      body: 'name=x',
      headers: { 'content-type': 'text/plain' },
    });
    expect(answer).toMatchObject({ status: 415, json: { code: 'request.unsupported_type' } });
    expect(answer.json['detail']).toContain('application/json');
    expect(answer.json['detail']).toContain('text/plain');
  });

  test('a body that ends early harms nobody', async () => {
    const head = `POST /api/v1/accounts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN}\r\n`;
    const socket = connect(Number(new URL(platform.url).port), '127.0.0.1');
    socket.write(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`);
    // The answer to a second request on another connection shows that the first has been read.
    await platform.call('GET', '/accounts');
    socket.destroy();
    expect((await platform.call('GET', '/accounts')).status).toBe(200);
  });
});

describe('failures of the platform itself', () => {
  test('say nothing about its inside', async () => {
    await using broken = await startTestPlatform({
      status: async () => {
        throw new Error('password=hunter2 at /srv/platform/host.ts:1');
      },
    });
    const answer = await broken.call('GET', '/status');
    expect(answer).toMatchObject({ status: 500, json: { code: 'internal' } });
    expect(answer.text).not.toContain('hunter2');
    expect(answer.text).not.toContain('.ts');
  });
});

describe('without a token', () => {
  test('/ says where things are and runs nothing', async () => {
    const { status, headers, text } = await platform.call('GET', '', { token: null });
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(text).toContain('http://&lt;account&gt;--&lt;app&gt;.apps.localhost:8000/');
    expect(text).not.toContain('<script');
  });

  test('/healthz answers as long as the process does, /readyz while the platform takes work', async () => {
    const get = async (path: string) => (await fetch(`${platform.url}${path}`)).status;
    const readiness = await fetch(`${platform.url}/readyz`);
    expect(await readiness.json()).toMatchObject({ ready: true, overloaded: false, lost_share: 0.01 });
    expect(await get('/healthz')).toBe(200);
    expect(await get('/readyz')).toBe(200);
    platform.ready = false;
    expect(await get('/healthz')).toBe(200);
    expect(await get('/readyz')).toBe(503);
    platform.ready = true;
  });

  test('HEAD is answered where GET is', async () => {
    expect(await platform.call('HEAD', '/accounts')).toMatchObject({ status: 200, text: '' });
    expect((await fetch(`${platform.url}/`, { method: 'HEAD' })).status).toBe(200);
  });
});
