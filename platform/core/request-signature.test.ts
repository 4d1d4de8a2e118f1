import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSigned, signRequest } from './request-signature.ts';

const NOW = Date.UTC(2026, 10, 29, 12);
const body = '{"content":"naïve"}';

test('a signature is what any program makes of time, body and secret', () => {
  const digest = createHmac('sha256', 's')
    .update(`${NOW / 1000}.${body}`)
    .digest('hex');
  expect(signRequest(body, ['s'], NOW)).toBe(`t=${NOW / 1000},v1=${digest}`);
});

test('while a secret is changed a receiver that knows either one is content', () => {
  const header = signRequest(body, ['new', 'old'], NOW);
  expect(['new', 'old', 'other'].map((secret) => isSigned(header, { body, secret, now: NOW }))).toEqual([
    true,
    true,
    false,
  ]);
});

test.each([
  ['another body', signRequest(`${body} `, ['s'], NOW)],
  ['another time', signRequest(body, ['s'], NOW).replace(`t=${NOW / 1000}`, `t=${NOW / 1000 - 1}`)],
  ['a time long past', signRequest(body, ['s'], NOW - 301_000)],
  ['a time to come', signRequest(body, ['s'], NOW + 301_000)],
  ['half a digest', signRequest(body, ['s'], NOW).slice(0, -2)],
  ['no digest', `t=${NOW / 1000}`],
  ['no time', signRequest(body, ['s'], NOW).replace(/^t=\d+,/, '')],
  ['nothing', undefined],
])('a header with %s is no signature', (_, header) => {
  expect(isSigned(header, { body, secret: 's', now: NOW })).toBe(false);
});
