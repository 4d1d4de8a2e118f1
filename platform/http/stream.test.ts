import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { OutboundStream, StreamEnd } from './http-port.ts';
import { createOpener } from './stream.ts';

const open = createOpener();
/** More than the buffers of both sides and of the system between them hold. */
const FLOOD = 40;
const MIB = 1024 * 1024;

let server: Server;
let sockets: WebSocketServer;
let url: string;
let seen: { readonly path: string; readonly authorization: string | undefined }[];
/** What a request for lines, and a WebSocket, meets. */
let answer: (response: ServerResponse) => void;
let welcome: (socket: WebSocket) => void;
let hangUp: AbortController;
let taken: string[];

beforeEach(async () => {
  [seen, taken, hangUp] = [[], [], new AbortController()];
  server = createServer((request, response) => {
    seen.push({ path: request.url ?? '', authorization: request.headers.authorization });
    answer(response);
  });
  sockets = new WebSocketServer({ server, path: '/socket' });
  sockets.on('connection', (socket, request) => {
    seen.push({ path: request.url ?? '', authorization: request.headers.authorization });
    welcome(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  hangUp.abort();
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

function hear(over: OutboundStream['over'], more: Partial<OutboundStream> = {}): Promise<StreamEnd> {
  const path = over === 'lines' ? '/lines' : '/socket';
  const stream = { over, url: url + path, allowPrivate: true, signal: hangUp.signal, ...more };
  return open(stream, { take: (text) => void taken.push(text) });
}

describe('lines', () => {
  it('come one after the other, however the octets arrive', async () => {
    answer = (response) => {
      for (const octet of Buffer.from('{"a":"é😀"}\r\n\r\n \nb\n')) response.write(Buffer.of(octet));
      response.end('never whole');
    };
    expect(await hear('lines')).toEqual({ kind: 'ended', reason: 'the other side has closed it' });
    expect(taken).toEqual(['{"a":"é😀"}', 'b']);
  });

  it('that are no text come as far as they are one', async () => {
    answer = (response) => response.end(Buffer.from([0x61, 0xff, 0x0a]));
    await hear('lines');
    expect(taken).toEqual(['a\uFFFD']);
  });

  it('that never end are the end of it', async () => {
    answer = (response) => response.write(`whole\n${'a'.repeat(MIB + 1)}`);
    expect(await hear('lines')).toEqual({ kind: 'ended', reason: `a line is longer than ${MIB} bytes` });
    expect(taken).toEqual(['whole']);
  });

  it('that break off are told, with what came before', async () => {
    answer = (response) => response.write('a\n', () => response.destroy());
    expect(await hear('lines')).toMatchObject({ kind: 'ended' });
    expect(taken).toEqual(['a']);
  });

  it('are not there where another answer is', async () => {
    answer = (response) => response.writeHead(401, { 'x-why': 'key' }).end('who are you');
    expect(await hear('lines')).toMatchObject({
      kind: 'answered',
      status: 401,
      headers: { 'x-why': 'key' },
      body: Buffer.from('who are you'),
    });
    answer = (response) => response.writeHead(307, { location: '/elsewhere' }).end();
    expect(await hear('lines')).toMatchObject({ kind: 'answered', status: 307 });
    expect(seen.length).toBe(2);
  });
});

describe('a WebSocket', () => {
  it('is greeted, and brings its frames', async () => {
    welcome = (socket) => {
      socket.on('message', (data: Buffer) => {
        socket.send(`you said ${data.toString()}`);
        socket.close(1000, 'enough');
      });
    };
    const end = await hear('websocket', {
      url: url.replace('http:', 'ws:') + '/socket',
      greetings: ['hello'],
    });
    expect(end).toEqual({ kind: 'ended', reason: 'it was closed (1000 enough)' });
    expect(taken).toEqual(['you said hello']);
  });

  it.each([
    ['too much', 'a'.repeat(MIB + 1)],
    ['octets', Buffer.from([1, 2])],
  ])('that brings %s is closed', async (_label, data) => {
    welcome = (socket) => socket.send(data);
    expect(await hear('websocket')).toMatchObject({ kind: 'ended' });
    expect(taken).toEqual([]);
  });

  it('is not there where an answer is', async () => {
    expect(await hear('websocket', { url: `${url}/another` })).toMatchObject({
      kind: 'answered',
      status: 400,
    });
  });

  it('whose other side is silent is given up, and one that answers is not', async () => {
    welcome = (socket) => socket.pause();
    expect(await hear('websocket', { beatMs: 5 })).toEqual({
      kind: 'ended',
      reason: 'the other side gives no sign of life',
    });
    welcome = (socket) => {
      let pings = 0;
      socket.on('ping', () => {
        if (++pings === 20) socket.close(1000);
      });
    };
    expect(await hear('websocket', { beatMs: 5 })).toMatchObject({ reason: 'it was closed (1000)' });
  });
});

describe.each(['lines', 'websocket'] as const)('a stream of %s', (over) => {
  /** The other side says these, each in a line or a frame of its own. */
  const says = (...texts: readonly string[]): void => {
    answer = (response) => texts.forEach((text) => response.write(`${text}\n`));
    welcome = (socket) => texts.forEach((text) => socket.send(text));
  };

  it('is read no further while what it brought is not taken', async () => {
    const texts = Array.from({ length: FLOOD }, (_, index) => `${index} ${'a'.repeat(MIB / 2)}`);
    const written = Promise.withResolvers<void>();
    let isWritten = false;
    answer = (response) => {
      for (const text of texts) response.write(`${text}\n`);
      response.end(() => written.resolve());
    };
    welcome = (socket) => {
      for (const text of texts) socket.send(text);
      socket.send('last', () => written.resolve());
      socket.close(1000);
    };
    void written.promise.then(() => (isWritten = true));
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const target = `${url}/${over === 'lines' ? 'lines' : 'socket'}`;
    const end = open(
      { over, url: target, allowPrivate: true, signal: hangUp.signal },
      {
        take: async (text) => {
          begun.resolve();
          await release.promise;
          taken.push(text);
        },
      },
    );
    await begun.promise;
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect([taken.length, isWritten]).toEqual([0, false]);
    release.resolve();
    await end;
    expect(taken.filter((text) => text !== 'last')).toEqual(texts);
  });

  it('ends when a text cannot be taken, and nothing after it is', async () => {
    says('a', 'b', 'c');
    const stream = { over, url: `${url}/${over === 'lines' ? 'lines' : 'socket'}`, allowPrivate: true };
    const end = await open(
      { ...stream, signal: hangUp.signal },
      {
        take: async (text) => {
          taken.push(text);
          if (text === 'b') throw new Error('the broker is away');
        },
      },
    );
    expect([end, taken]).toEqual([{ kind: 'ended', reason: 'the broker is away' }, ['a', 'b']]);
  });

  it('ends when it is given up', async () => {
    says('a');
    const stream = { over, url: `${url}/${over === 'lines' ? 'lines' : 'socket'}`, allowPrivate: true };
    const end = open({ ...stream, signal: hangUp.signal }, { take: () => hangUp.abort() });
    expect(await end).toMatchObject({ kind: 'ended' });
    expect(await hear(over)).toMatchObject({ kind: 'ended', reason: 'it was given up' });
  });

  it('says who asks, and shows it to nobody else', async () => {
    says('a');
    const { host } = new URL(url);
    const path = over === 'lines' ? 'lines' : 'socket';
    void hear(over, { url: `http://me:p%40ss@${host}/${path}` });
    await expect.poll(() => seen.length).toBe(1);
    const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(seen).toEqual([{ path: `/${path}`, authorization }]);
  });

  it.each([
    ['a private address without leave', () => url, { allowPrivate: false }, 'refused'],
    [
      'an account’s, where nothing was opened to it',
      () => url,
      { allowPrivate: false, privateServices: [] },
      'refused',
    ],
    ['another protocol', () => 'ftp://127.0.0.1/', {}, 'refused'],
    ['no URL', () => 'there', {}, 'refused'],
    ['nobody listens', () => 'http://127.0.0.1:1/', {}, 'not_sent'],
    ['no such host', () => 'http://nobody.invalid/', {}, 'not_sent'],
    ['TLS where there is none', () => url.replace('http:', 'wss:'), {}, 'not_sent'],
    ['a header that HTTP has not', () => url, { headers: { 'x-a': 'a\nb' } }, 'refused'],
  ])('%s is not opened', async (_label, at, more, kind) => {
    expect(await hear(over, { url: at(), ...more })).toMatchObject({ kind });
    expect(seen).toEqual([]);
  });
});
