import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpGateway, type HttpGateway } from './gateway.ts';

type HttpCall = Parameters<HttpGateway['request']>[0];

const MAX_BYTES = 1000;
const limits = { timeoutMs: 500, maxBytes: MAX_BYTES };
const open = createHttpGateway({ ...limits, allowPrivate: true });
const closed = createHttpGateway({ ...limits, allowPrivate: false });

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://x');
  const to = url.searchParams.get('to');
  if (to !== null) {
    response.writeHead(Number(url.searchParams.get('status') ?? 302), { location: to }).end();
    return;
  }
  switch (url.pathname) {
    case '/silent':
      return;
    case '/drip':
      setInterval(() => response.write('x'), 50).unref();
      return;
    case '/big':
      response.end('x'.repeat(MAX_BYTES + 1));
      return;
    case '/bomb':
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(MAX_BYTES * 50)));
      return;
    case '/packed':
      response
        .writeHead(201, { 'content-encoding': 'gzip', 'set-cookie': ['a=1', 'b=2'] })
        .end(gzipSync('sm☺ll'));
      return;
    default: {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () =>
        response.end(JSON.stringify({ method: request.method, headers: request.headers, body })),
      );
    }
  }
}

const server = createServer(answer);
let base = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function call(path: string, fields: Partial<HttpCall> = {}): HttpCall {
  const url = path.startsWith('/') ? base + path : path;
  return { url, method: 'GET', headers: {}, body: null, idempotencyKey: 'key-1', ...fields };
}

async function echoed(
  made: HttpCall,
): Promise<{ method: string; headers: Record<string, string>; body: string }> {
  return JSON.parse((await open.request(made)).body) as never;
}

test('a call carries its body, its headers and the idempotency key', async () => {
  const seen = await echoed(call('/', { method: 'POST', headers: { 'X-Mine': '1' }, body: 'é' }));
  expect(seen).toMatchObject({
    method: 'POST',
    body: 'é',
    headers: { 'x-mine': '1', 'idempotency-key': 'key-1' },
  });
});

test('an answer is decoded', async () => {
  expect(await open.request(call('/packed'))).toMatchObject({
    status: 201,
    body: 'sm☺ll',
    headers: { 'set-cookie': 'a=1, b=2' },
  });
});

test.each([
  ['/silent', /no answer within 0\.5 s/],
  ['/drip', /no answer within 0\.5 s/],
  ['/big', /longer than 1000 bytes/],
  ['/bomb', /longer than 1000 bytes/],
])('%s is cut short', async (path, reason) => {
  await expect(open.request(call(path))).rejects.toThrow(reason);
});

test('redirects are followed as browsers do', async () => {
  const post = {
    method: 'POST',
    body: 'x',
    headers: { 'content-type': 'text/plain', authorization: 'Bearer x' },
  };
  expect(await echoed(call('/?to=/', post))).toMatchObject({
    method: 'GET',
    body: '',
    headers: { authorization: 'Bearer x' },
  });
  expect(await echoed(call('/?status=307&to=/', post))).toMatchObject({ method: 'POST', body: 'x' });
});

test('credentials do not follow to another origin', async () => {
  const other = base.replace('127.0.0.1', 'localhost');
  const seen = await echoed(
    call(`/?to=${other}/`, { headers: { authorization: 'Bearer x', cookie: 'a', 'x-mine': '1' } }),
  );
  expect(seen.headers).toMatchObject({ 'x-mine': '1' });
  expect(seen.headers).not.toHaveProperty('authorization');
  expect(seen.headers).not.toHaveProperty('cookie');
});

test('redirects have an end', async () => {
  const loop = createServer((_request, response) => response.writeHead(302, { location: '/' }).end());
  await new Promise<void>((resolve) => loop.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(loop.address() as AddressInfo).port}/`;
  await expect(open.request(call(url))).rejects.toThrow('more than 5 redirects');
  loop.close();
});

test.each(['host', 'Connection', 'content-length', 'Transfer-Encoding', 'proxy-authorization'])(
  'the header %s is not the app’s to set',
  async (name) => {
    await expect(open.request(call('/', { headers: { [name]: 'x' } }))).rejects.toThrow(
      "is the platform's to set",
    );
  },
);

test('a header cannot carry a line break', async () => {
  await expect(open.request(call('/', { headers: { 'x-a': 'b\r\nx-c: d' } }))).rejects.toThrow(/http: /);
});

test.each([
  ['http://127.0.0.1/', 'is not a public address'],
  ['http://127.1/', 'is not a public address'],
  ['http://0x7f000001/', 'is not a public address'],
  ['http://2130706433/', 'is not a public address'],
  ['http://[::ffff:127.0.0.1]/', 'is not a public address'],
  ['http://localhost/', 'is not a public address'],
  ['http://localhost./', 'is not a public address'],
  ['http://169.254.169.254/latest/meta-data', 'is not a public address'],
  ['http://[fd00:ec2::254]/', 'is not a public address'],
  ['http://10.0.0.1/', 'is not a public address'],
  ['http://8.8.8.8:6379/', 'only ports 80 and 443'],
  ['http://user:pass@8.8.8.8/', 'put credentials into a header'],
  ['file:///etc/passwd', 'only http and https'],
  ['gopher://8.8.8.8/', 'only http and https'],
  ['not a url', 'this is no URL'],
])('%s is not called', async (url, reason) => {
  await expect(closed.request(call(url))).rejects.toThrow(reason);
});

test('a redirect to another scheme is refused', async () => {
  await expect(open.request(call('/?to=file:///etc/passwd'))).rejects.toThrow('only http and https');
});
