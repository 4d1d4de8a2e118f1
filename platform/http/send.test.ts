import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSender } from './send.ts';
import { ScriptedServer, type ScriptedAnswer } from './testing/index.ts';

const send = createSender();
let server: ScriptedServer;

beforeAll(async () => {
  server = await ScriptedServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.requests.length = 0;
});

const ask = (path = '/', more: object = {}) =>
  send({ method: 'POST', url: server.url + path, body: 'é', allowPrivate: true, ...more });

describe('what a request comes to', () => {
  it.each<[string, ScriptedAnswer, object]>([
    ['an answer', { status: 200, body: 'ok' }, { kind: 'answered', status: 200, body: Buffer.from('ok') }],
    ['an error of the server', { status: 500 }, { kind: 'answered', status: 500 }],
    ['a redirect, which is not followed', { status: 307, headers: { location: '/b' } }, { status: 307 }],
    ['a connection that is cut', 'cut', { kind: 'uncertain' }],
    ['an answer that breaks off', 'cut_body', { kind: 'uncertain' }],
    ['an answer that is too long', { status: 200, body: 'x'.repeat(1_048_577) }, { kind: 'uncertain' }],
  ])('%s', async (_label, answer, outcome) => {
    server.next.push(answer);
    expect(await ask()).toMatchObject(outcome);
    expect(server.requests.map(({ method, body }) => [method, body])).toEqual([['POST', 'é']]);
  });

  it('silence is uncertain after its time', async () => {
    server.next.push('never');
    expect(await ask('/', { timeoutMs: 50 })).toEqual({
      kind: 'uncertain',
      reason: 'no answer within 0.05 s',
    });
  });

  it.each([
    ['nobody listens', 'http://127.0.0.1:1/', 'not_sent'],
    ['no such host', 'http://nobody.invalid/', 'not_sent'],
    ['TLS where there is none', '', 'not_sent'],
    ['another protocol', 'ftp://127.0.0.1/', 'refused'],
    ['no URL', 'there', 'refused'],
  ])('%s', async (_label, url, kind) => {
    const asked = url === '' ? server.url.replace('http:', 'https:') : url;
    expect(await send({ method: 'GET', url: asked, allowPrivate: true })).toMatchObject({ kind });
  });

  it('a header that HTTP has not is refused, since no later attempt will do better', async () => {
    expect(await ask('/', { headers: { 'x-a': 'a\nb' } })).toMatchObject({ kind: 'refused' });
  });
});

it('name and password of a URL become Basic credentials and do not show otherwise', async () => {
  await send({
    method: 'GET',
    url: server.url.replace('//', '//me:p%40ss@') + '/a?b=c',
    allowPrivate: true,
  });
  expect(server.requests[0]).toMatchObject({
    path: '/a',
    headers: { authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` },
  });
});

describe('which addresses are asked', () => {
  const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
  const both = async () => [
    { address: '127.0.0.1', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ];
  const loopbackIsPublic = (address: string) => address === '127.0.0.1';
  const at = (host: string) => server.url.replace('127.0.0.1', host);

  it('none that is private', async () => {
    expect(await send({ method: 'GET', url: server.url })).toMatchObject({ kind: 'refused' });
    expect(server.requests).toEqual([]);
  });

  it('none of a host that has a private address beside a public one', async () => {
    const careful = createSender({ lookup: both, isPublic: loopbackIsPublic });
    expect(await careful({ method: 'GET', url: at('two.example') })).toMatchObject({ kind: 'refused' });
  });

  it('the one that was looked up, whatever a later look-up would say', async () => {
    let lookups = 0;
    const once = async () => (lookups++ === 0 ? lookup() : both());
    const careful = createSender({ lookup: once, isPublic: loopbackIsPublic });
    expect(await careful({ method: 'GET', url: at('one.example') })).toMatchObject({ kind: 'answered' });
    expect([lookups, server.requests[0]?.headers.host]).toEqual([1, `one.example:${server.port}`]);
  });

  it('an account reaches what was opened to it and no other port', async () => {
    const opened = (service: string) => send({ method: 'GET', url: server.url, privateServices: [service] });
    expect(await opened(`127.0.0.1:${server.port}`)).toMatchObject({ kind: 'answered' });
    expect(await opened(`127.0.0.1:${server.port + 1}`)).toMatchObject({ kind: 'refused' });
    const open = createSender({ isPublic: () => true });
    expect(await open({ method: 'GET', url: server.url, privateServices: [] })).toMatchObject({
      kind: 'refused',
    });
  });
});
