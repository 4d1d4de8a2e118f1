import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkHost, isHostPattern } from './allowed-hosts.ts';
import { createHttpGateway, type HttpGateway } from './gateway.ts';
import { PrivateServices } from '@vumi/http';

type HttpCall = Parameters<HttpGateway['request']>[0];

const MAX_BYTES = 1000;
const limits = { timeoutMs: 500, maxBytes: MAX_BYTES };
const open = createHttpGateway({ ...limits, allowPrivate: true });
const closed = createHttpGateway({ ...limits, allowPrivate: false });

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://x');
  const to = url.searchParams.get('to');
  if (to !== null) {
    response
      .writeHead(Number(url.searchParams.get('status') ?? 302), { location: to })
      .end('x'.repeat(MAX_BYTES * 2));
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
    case '/latin':
      response
        .writeHead(200, { 'content-type': 'text/plain; charset=ISO-8859-1' })
        .end(Buffer.from('é', 'latin1'));
      return;
    case '/pieces':
      response.flushHeaders();
      for (let sent = 0; sent < 5000; sent++) response.write('x');
      response.end();
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

test('an answer is read in the character set that it names', async () => {
  expect((await open.request(call('/latin'))).body).toBe('é');
});

test('an answer in pieces of one octet is refused, however short it is', async () => {
  const wide = createHttpGateway({ timeoutMs: 5000, maxBytes: 1_000_000, allowPrivate: true });
  await expect(wide.request(call('/pieces'))).rejects.toThrow(
    'http: the answer comes in more than 2000 pieces',
  );
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

describe('a name is resolved once for each hop', () => {
  const port = (): number => Number(new URL(base).port);

  /** A gateway for which each name has the addresses of its own, one list after the other as it is asked. */
  function withNames(names: Record<string, string[][]>) {
    const asked: string[] = [];
    const lookup = async (host: string) => {
      asked.push(host);
      const answers = names[host] ?? [];
      const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    };
    return { asked, lookup };
  }

  test('and the call goes to the address that was checked, under the name', async () => {
    const { asked, lookup } = withNames({ 'rebind.example': [['127.0.0.1'], ['10.0.0.1']] });
    const gateway = createHttpGateway({ ...limits, allowPrivate: true, lookup });
    const answer = await gateway.request(call(`http://rebind.example:${port()}/`));
    const seen = JSON.parse(answer.body) as { headers: Record<string, string> };
    expect(seen.headers['host']).toBe(`rebind.example:${port()}`);
    expect(asked).toEqual(['rebind.example']);
  });

  test.each([
    ['a private address', [['10.0.0.1']]],
    ['a public and a private address', [['8.8.8.8', '127.0.0.1']]],
    ['the address of the metadata service', [['169.254.169.254']]],
    ['a private address of version 6', [['fd00:ec2::254']]],
    ['a mapped address', [['::ffff:127.0.0.1']]],
  ])('%s is refused', async (_label, answers) => {
    const { lookup } = withNames({ 'metadata.google.internal': answers });
    const gateway = createHttpGateway({ ...limits, allowPrivate: false, lookup });
    await expect(gateway.request(call('http://metadata.google.internal/'))).rejects.toThrow(
      'is not a public address',
    );
  });

  test('a redirect is resolved and checked anew, also to the same name', async () => {
    for (const to of ['evil.example', 'good.example']) {
      const { asked, lookup } = withNames({
        'good.example': [['127.0.0.1'], ['127.0.0.2']],
        'evil.example': [['127.0.0.2']],
      });
      const isPublic = (address: string): boolean => address === '127.0.0.1';
      const ports = new Set([port()]);
      const gateway = createHttpGateway({ ...limits, allowPrivate: false, lookup, isPublic, ports });
      const made = call(`http://good.example:${port()}/?to=http://${to}:${port()}/`);
      await expect(gateway.request(made)).rejects.toThrow('is not a public address');
      expect(asked).toEqual(['good.example', to]);
    }
  });

  test('a name server that is silent holds no call longer than it may take', async () => {
    const lookup = (): Promise<never> => new Promise(() => undefined);
    const gateway = createHttpGateway({ ...limits, timeoutMs: 50, allowPrivate: false, lookup });
    const calls = Array.from({ length: 15 }, () =>
      gateway.request(call('', { url: 'http://slow.example/' })),
    );
    for (const made of await Promise.allSettled(calls)) {
      expect(made).toMatchObject({ reason: { message: 'http: no answer within 0.05 s' } });
    }
  });

  test('a name without an address is said to be so', async () => {
    const { lookup } = withNames({});
    const gateway = createHttpGateway({ ...limits, allowPrivate: false, lookup });
    await expect(gateway.request(call('http://nowhere.example/'))).rejects.toThrow('has no address');
  });
});

describe('a private service that is open to the account', () => {
  const port = (): number => Number(new URL(base).port);
  const onPort = (...services: string[]) => new PrivateServices(services.map((one) => `${one}:${port()}`));

  function gatewayFor(names: Record<string, string>): HttpGateway {
    const lookup = async (host: string) =>
      (names[host] ?? '').split(' ').map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    return createHttpGateway({ ...limits, allowPrivate: false, lookup });
  }

  test('is called by its address, its network or its name, whatever case the name has', async () => {
    const gateway = gatewayFor({ localhost: '127.0.0.1', 'db.internal': '127.0.0.1' });
    for (const [host, service] of [
      ['127.0.0.1', '127.0.0.1'],
      ['127.0.0.1', '127.0.0.0/8'],
      ['db.internal', '127.0.0.0/30'],
      ['localhost', 'localhost'],
      ['LOCALHOST.', 'localhost'],
    ] as const) {
      const made = call(`http://${host}:${port()}/`, { services: onPort(service) });
      expect((await gateway.request(made)).status, `${host} by ${service}`).toBe(200);
    }
  });

  test.each([
    ['for another account', 'http://127.0.0.1:PORT/', new PrivateServices(), /only ports 80 and 443/],
    [
      'at another port',
      'http://127.0.0.1:80/',
      new PrivateServices(['127.0.0.1:81']),
      /an operator opens others/,
    ],
    [
      'at another address',
      'http://10.0.0.1/',
      new PrivateServices(['10.0.1.0/24']),
      /an operator opens others/,
    ],
    [
      'under another name',
      'http://db2.internal/',
      new PrivateServices(['db.internal']),
      /an operator opens others/,
    ],
    [
      'when its name leads to the machine itself',
      'http://self.internal/',
      new PrivateServices(['self.internal']),
      /open to this account, but not port 80 of 127\.0\.0\.1/,
    ],
    [
      'when its name leads to the metadata of a cloud',
      'http://meta.internal/',
      new PrivateServices(['meta.internal']),
      /but not port 80 of 169\.254\.169\.254/,
    ],
    [
      'when one of its addresses is elsewhere',
      'http://two.internal/',
      new PrivateServices(['two.internal']),
      /but not port 80 of 127\.0\.0\.1/,
    ],
    [
      'by an address in another coat',
      'http://[::ffff:169.254.169.254]/',
      new PrivateServices(['10.0.0.0/8']),
      /not a public address/,
    ],
    [
      'at a port of its own behind a public name',
      'http://public.example:81/',
      new PrivateServices(['10.0.0.0/8:81']),
      /only ports 80 and 443/,
    ],
  ])('is not called %s', async (_label, url, services, reason) => {
    const gateway = gatewayFor({
      'db2.internal': '10.0.0.2',
      'self.internal': '127.0.0.1',
      'meta.internal': '169.254.169.254',
      'two.internal': '10.0.0.1 127.0.0.1',
      'public.example': '8.8.8.8',
    });
    await expect(gateway.request(call(url.replace('PORT', String(port())), { services }))).rejects.toThrow(
      reason,
    );
  });

  test('opens nothing to a redirect that leads on from it', async () => {
    const gateway = gatewayFor({ localhost: '127.0.0.1', 'evil.example': '127.0.0.1' });
    const services = onPort('localhost');
    const redirect = (to: string) =>
      call(`http://localhost:${port()}/?to=${encodeURIComponent(to)}`, { services });
    await expect(gateway.request(redirect(`http://evil.example:${port()}/`))).rejects.toThrow(
      'is not a public address',
    );
    await expect(gateway.request(redirect('http://localhost:1/'))).rejects.toThrow('only ports');
    expect((await gateway.request(redirect('/'))).status).toBe(200);
  });

  test('is narrowed by the allow-list of the app, which opens nothing itself', async () => {
    const gateway = gatewayFor({ localhost: '127.0.0.1' });
    const made = call(`http://localhost:${port()}/`, { services: onPort('localhost'), allow: ['clinic-db'] });
    await expect(gateway.request(made)).rejects.toThrow('does not allow localhost');
    await expect(gateway.request(call('http://localhost/', { allow: ['localhost'] }))).rejects.toThrow(
      'an operator opens others',
    );
  });
});

test.each([25, 5432, 5672, 6379, 8080])('port %d is not called', async (port) => {
  await expect(closed.request(call(`http://8.8.8.8:${port}/`))).rejects.toThrow('only ports 80 and 443');
});

describe('an allow-list', () => {
  const allow = ['localhost', 'api.example.org', '*.example.net'];
  const ask = (url: string) => open.request(call(url, { allow }));

  test('lets its hosts be called', async () => {
    const answer = await ask(base.replace('127.0.0.1', 'localhost'));
    expect(answer.status).toBe(200);
  });

  test.each([
    'http://127.0.0.1/',
    'http://example.org/',
    'http://api.example.org.evil.example/',
    'http://evilapi.example.org/',
    'http://example.net/',
    'http://evilexample.net/',
    'http://[::1]/',
  ])('refuses %s', async (url) => {
    await expect(ask(url)).rejects.toThrow(/vumi.json does not allow .*: add it to http.allow/);
  });

  test('holds for every hop of a redirect', async () => {
    const first = base.replace('127.0.0.1', 'localhost');
    await expect(ask(`${first}/?to=${base}/`)).rejects.toThrow('does not allow 127.0.0.1');
  });

  test('knows a host by its name alone', () => {
    for (const url of ['http://API.Example.ORG./x', 'https://a.b.example.net:8443/'])
      expect(() => checkHost(new URL(url), allow)).not.toThrow();
  });

  test.each([
    'api.example.org',
    '*.example.org',
    'xn--bcher-kva.example',
    'clinic-db',
    'localhost',
    '10.0.0.1',
    '[fd00::1]',
  ])('may name %s', (host) => {
    expect(isHostPattern(host)).toBe(true);
  });

  test.each([
    '',
    '*',
    '*.',
    '*.org',
    '[x]',
    'a.*',
    'https://example.org',
    'example.org/x',
    'example.org:80',
    'Example.org',
    '.org',
  ])('may not name %j', (host) => {
    expect(isHostPattern(host)).toBe(false);
  });
});
