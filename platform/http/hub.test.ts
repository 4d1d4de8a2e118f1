import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from '@vumi/machine/testing';
import { VumiError } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpHandler, HttpRequest, HttpUpgrade, UpgradeHandler } from './http-port.ts';
import { createSharedKeys, LoopbackHttp } from './testing/loopback-http.ts';

let http: LoopbackHttp;
const echo: HttpHandler = async ({ path, body }) => ({ status: 200, body: `${path} ${body.toString()}` });

beforeEach(() => {
  http = new LoopbackHttp('web');
});
afterEach(() => http[Symbol.asyncDispose]());

const text = async (response: Promise<Response>) => {
  const answer = await response;
  return [answer.status, await answer.text()];
};

describe('where requests arrive', () => {
  it('at the very path, and below where that is wanted, at the longest that fits', async () => {
    await http.mount('/', echo);
    await http.mount('/a', echo, { below: true });
    await http.mount('/a/b', async () => ({ status: 201 }));
    expect(await text(fetch(http.url))).toEqual([200, '/ ']);
    expect(await text(fetch(`${http.url}/`))).toEqual([200, '/ ']);
    expect(await text(fetch(`${http.url}/a//c/?x=1`))).toEqual([200, '/c ']);
    expect(await text(fetch(`${http.url}/a/b`))).toEqual([201, '']);
    expect((await fetch(`${http.url}/d`)).status).toBe(404);
  });

  it('one path has one handler', async () => {
    const first = await http.mount('/a', echo);
    await expect(http.mount('/a/', echo)).rejects.toThrow('"/a"');
    await first[Symbol.asyncDispose]();
    await http.mount('/a', echo);
  });

  it('a worker that has stopped answers 503 and says when to come again', async () => {
    const mounted = await http.mount('/', echo);
    const { url } = http;
    await mounted[Symbol.asyncDispose]();
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  });

  it('a listener of its own has the whole path', async () => {
    await using own = await http.listen({ host: '127.0.0.1', port: 0 });
    await own.mount('/sms/in', echo);
    const base = `http://127.0.0.1:${own.port}`;
    expect(await text(fetch(`${base}/sms/in`, { method: 'PUT', body: 'hi' }))).toEqual([200, '/ hi']);
    await expect(http.listen({ host: '127.0.0.1', port: own.port })).rejects.toThrow('web_port');
  });
});

describe('what a handler gets', () => {
  it('the body as it came, the URL as it was written', async () => {
    const seen: HttpRequest[] = [];
    await http.mount('/', async (request) => {
      seen.push(request);
      return { status: 200 };
    });
    const body = Buffer.from([0xff, 0, 0x2b]);
    await fetch(`${http.url}?a=%20+b`, { method: 'POST', body });
    expect(seen[0]?.body).toEqual(body);
    expect(seen[0]?.url.href).toBe(`${http.url}?a=%20+b`);
    expect(seen[0]?.remoteAddress).toBe('127.0.0.1');
  });

  it('no method that it does not want', async () => {
    await http.mount('/', echo, { methods: ['GET', 'POST'] });
    const answer = await fetch(http.url, { method: 'DELETE' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  it.each([
    ['announced', (body: string) => body],
    ['in pieces', (body: string) => new Blob([body]).stream()],
  ])('no body over 1 MiB (%s)', async (_label, bodyOf) => {
    let calls = 0;
    await http.mount('/', async () => ({ status: 200, body: String(++calls) }));
    const post = (bytes: number) =>
      fetch(http.url, { method: 'POST', body: bodyOf('x'.repeat(bytes)), duplex: 'half' });
    expect((await post(1_048_576)).status).toBe(200);
    expect((await post(1_048_577)).status).toBe(413);
    expect(calls).toBe(1);
  });

  it('word that the caller has gone, and that its answer was not read', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const sent: boolean[] = [];
    await http.mount('/', async (request) => {
      request.gone.addEventListener('abort', () => resolve());
      await gone;
      return { status: 200, onSent: (flushed) => sent.push(flushed) };
    });
    const { port } = new URL(http.url);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /hooks/web HTTP/1.1\r\nhost: a\r\n\r\n');
    socket.end();
    socket.destroy();
    await gone;
    await eventually(
      () => sent,
      (all) => all.length === 1,
    );
    expect(sent).toEqual([false]);
  });

  it('the time at which its answer is in the hands of the network', async () => {
    const steps: string[] = [];
    await http.mount('/', async () => ({
      status: 200,
      onSending: () => void steps.push('sending'),
      onSent: (flushed) => void steps.push(`sent ${flushed}`),
    }));
    await fetch(http.url);
    await eventually(
      () => steps.length,
      (count) => count === 2,
    );
    expect(steps).toEqual(['sending', 'sent true']);
  });

  it.each([
    ['what is broken', new Error('oh'), 500],
    ['an outage', new VumiError('broker.unavailable', 'gone'), 503],
  ])('a rejection for %s is told by the status alone', async (_label, error, status) => {
    await http.mount('/', () => Promise.reject(error));
    expect(await text(fetch(http.url))).toEqual([status, '']);
  });
});

/** Answers as a server of WebSockets does, without frames: what it is told it says again. */
const echoSocket: UpgradeHandler = ({ socket, head }) => {
  socket.on('error', () => {});
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  socket.write(head);
  socket.pipe(socket);
};

/** Asks for an upgrade, and says something behind it at once. */
function upgradeAt(url: string, protocol = 'websocket'): { socket: Socket; heard: () => string } {
  const { port, pathname } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  socket.on('error', () => {});
  const lines = [`GET ${pathname} HTTP/1.1`, 'Host: a', 'Connection: Upgrade', `Upgrade: ${protocol}`];
  socket.write(`${lines.join('\r\n')}\r\n\r\nhi`);
  return { socket, heard: () => heard };
}

const hears = (place: { heard: () => string }, part: string): Promise<string> =>
  eventually(place.heard, (text) => text.includes(part));

describe('WebSockets', () => {
  it('are given to whoever takes them at their path, and other upgrades are requests as ever', async () => {
    await http.mount('/chat', echo);
    await http.mountUpgrades('/chat', echoSocket);
    const { socket, heard } = upgradeAt(`${http.url}/chat`);
    await hears({ heard }, '\r\n\r\nhi');
    expect(heard()).toMatch(/^HTTP\/1.1 101 /);
    socket.write(' there');
    await hears({ heard }, 'hi there');
    socket.destroy();
    expect(await hears(upgradeAt(`${http.url}/chat`, 'h2c'), '/ ')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('are refused where nobody takes them, or nobody does any more', async () => {
    const mounted = await http.mountUpgrades('/chat', echoSocket);
    await expect(http.mountUpgrades('/chat', echoSocket)).rejects.toThrow('"/chat"');
    await http.mount('/', echo);
    const { url } = http;
    expect(await hears(upgradeAt(`${url}/other`), '\r\n\r\n')).toMatch(/^HTTP\/1.1 404 /);
    await mounted[Symbol.asyncDispose]();
    expect(await hears(upgradeAt(`${url}/chat`), '\r\n\r\n')).toMatch(/^HTTP\/1.1 503 [^]*retry-after: 2/);
  });

  it('that nobody closes keep no listener from ending', async () => {
    await http.mountUpgrades('/', echoSocket);
    const place = upgradeAt(http.url);
    await hears(place, 'hi');
    const closed = once(place.socket, 'close');
    await http[Symbol.asyncDispose]();
    await closed;
  });
});

describe('two processes', () => {
  const keys = createSharedKeys();
  let other: LoopbackHttp;

  beforeEach(async () => {
    keys.values.clear();
    await http[Symbol.asyncDispose]();
    http = new LoopbackHttp('web', keys);
    other = new LoopbackHttp('other', keys);
    await other.mount('/', echo);
  });
  afterEach(() => other[Symbol.asyncDispose]());

  const askOther = (path = '', init: RequestInit = {}) =>
    fetch(`${new URL(other.url).origin}/hooks/web${path}`, init);

  it('a request is handed on to the one that runs the worker, which learns who the caller was', async () => {
    const seen: HttpRequest[] = [];
    await http.mount('/a', async (request) => {
      seen.push(request);
      return { status: 202, headers: { 'x-b': 'c' }, body: request.body };
    });
    const answer = await askOther('/a?q=1', { method: 'POST', body: 'hi' });
    expect([answer.status, answer.headers.get('x-b'), await answer.text()]).toEqual([202, 'c', 'hi']);
    expect(seen[0]?.url.href).toBe(`${new URL(other.url).origin}/hooks/web/a?q=1`);
    expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => name.startsWith('x-vumi'))).toEqual([]);
  });

  it('nobody is believed who only says that he has handed it on', async () => {
    const seen: string[] = [];
    await http.mount('/', async ({ remoteAddress }) => {
      seen.push(remoteAddress);
      return { status: 200 };
    });
    const headers = {
      'x-vumi-hook-token': 'x',
      'x-vumi-hook-caller': '10.9.9.9',
      'x-vumi-hook-url': 'http://a/',
    };
    await fetch(http.url, { headers });
    await askOther('', { headers });
    expect(seen).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it('a caller who goes is told to the one that runs the worker', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    await http.mount('/', (request) => {
      request.gone.addEventListener('abort', () => resolve('gone'));
      leaving.abort();
      return promise.then(() => ({ status: 200 }));
    });
    const leaving = new AbortController();
    await expect(askOther('', { signal: leaving.signal })).rejects.toThrow('aborted');
    expect(await promise).toBe('gone');
  });

  it('a WebSocket is handed on, both ways, and whoever goes is gone for the other', async () => {
    const seen: HttpUpgrade[] = [];
    await http.mountUpgrades('/chat', (upgrade) => {
      seen.push(upgrade);
      echoSocket(upgrade);
    });
    const base = `${new URL(other.url).origin}/hooks/web`;
    const first = upgradeAt(`${base}/chat`);
    await hears(first, '\r\n\r\nhi');
    first.socket.write(' there');
    await hears(first, 'hi there');
    expect(first.heard()).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n/);
    expect(seen[0]?.remoteAddress).toBe('127.0.0.1');
    expect(Object.keys(seen[0]?.request.headers ?? {}).filter((name) => name.startsWith('x-vumi'))).toEqual(
      [],
    );
    const gone = once(seen[0]?.socket ?? first.socket, 'close');
    first.socket.destroy();
    await gone;
    const second = upgradeAt(`${base}/chat`);
    await hears(second, 'hi');
    const closed = once(second.socket, 'close');
    seen[1]?.socket.destroy();
    await closed;
    expect(await hears(upgradeAt(`${base}/other`), '\r\n\r\n')).toMatch(/^HTTP\/1.1 404 /);
    keys.values.set('http/hooks/web', JSON.stringify({ url: 'http://127.0.0.1:1', token: 'x' }));
    expect(await hears(upgradeAt(`${base}/chat`), '\r\n\r\n')).toMatch(/^HTTP\/1.1 503 /);
  });

  it('where nobody runs the worker the caller is asked to come again', async () => {
    const mounted = await http.mount('/', echo);
    await mounted[Symbol.asyncDispose]();
    const answer = await askOther();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  });

  it('a process that is gone without a word is no holder', async () => {
    keys.values.set('http/hooks/web', JSON.stringify({ url: 'http://127.0.0.1:1', token: 'x' }));
    expect((await askOther()).status).toBe(503);
  });
});
