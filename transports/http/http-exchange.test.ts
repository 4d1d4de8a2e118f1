import type { RequestOutcome } from '@vumi/http';
import { expect, test } from 'vitest';
import { receivedExchange, sentExchange } from './http-exchange.ts';

const ABOUT = { messageId: 'm', transport: 'web', startedAt: 1000, endedAt: 1012 };

test('nothing that is a secret by its name is shown of what was sent', () => {
  const request = {
    method: 'POST',
    url: 'https://user:hidden1@api.example/bot/hidden2hidden2hidden2/send?to=27761&api_key=hidden3',
    headers: { authorization: 'Bearer hidden4', 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'hello', auth: { password: 'hidden5' } }),
  };
  const outcome: RequestOutcome = {
    kind: 'answered',
    status: 200,
    headers: { 'set-cookie': ['s=hidden6'] },
    body: Buffer.from('token=hidden7&id=9'),
  };
  const description = sentExchange(ABOUT, request, { outcome, failed: false }).describe();
  expect(JSON.stringify(description)).not.toContain('hidden');
  expect(description).toMatchObject({
    protocol: 'http',
    ms: 12,
    request: { url: 'https://api.example/bot/***/send?to=27761&api_key=***', body: { text: 'hello' } },
    answer: { status: 200, body: 'token=***&id=9' },
  });
});

test('the path of a request, which has the secret of its place, is not shown', () => {
  const request = {
    method: 'GET',
    url: new URL('http://127.0.0.1/hooks/web/hidden?content=hi&password=hidden'),
    headers: {},
    body: Buffer.from('{"pwd": "hidden"'),
    remoteAddress: '127.0.0.1',
  };
  const answer = { status: 200, body: '{"message_id":"m"}' };
  const description = receivedExchange(ABOUT, request, { answer, failed: false }).describe();
  expect(JSON.stringify(description)).not.toContain('hidden');
  expect(description.request).toMatchObject({ method: 'GET', query: 'content=hi&password=***' });
});

test('what was not answered says why', () => {
  const request = { method: 'GET', url: 'http://a.example/', headers: {}, body: '' };
  const outcome = { kind: 'not_sent', reason: 'ECONNREFUSED' } as const;
  expect(sentExchange(ABOUT, request, { outcome, failed: true }).describe().answer).toEqual({
    status: 'not sent: ECONNREFUSED',
  });
});

test.each([
  ['an element', '<m:a xmlns:m="x"><m:spPassword>hidden</m:spPassword><Text>hi</Text></m:a>'],
  ['an element with attributes', '<a><Password Type="TEXT">hidden</Password><Text>hi</Text></a>'],
  [
    'a member of XML-RPC',
    '<a><member><name>Password</name><value><string>hidden</string></value></member><b>hi</b></a>',
  ],
  ['a member without a type', '<a><name>password</name> <value>hidden</value><b>hi</b></a>'],
])('of a document nothing is shown of %s that is a secret by its name', (_label, body) => {
  const request = { method: 'POST', url: 'http://a.example/', headers: {}, body };
  const outcome = { kind: 'not_sent', reason: 'ECONNREFUSED' } as const;
  const { request: shown } = sentExchange(ABOUT, request, { outcome, failed: true }).describe();
  expect(shown).toMatchObject({ body: expect.stringMatching(/\*\*\*.*hi/) });
  expect(JSON.stringify(shown)).not.toContain('hidden');
});
