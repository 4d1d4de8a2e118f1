import { expect, test } from 'vitest';
import { refuseOtherOrigins } from './origin.ts';

const HOST = 'demo--quiz.apps.example.org';
const isRefused = (headers: Record<string, string>, secure = true): boolean => {
  try {
    refuseOtherOrigins({ host: HOST, ...headers }, secure);
    return false;
  } catch {
    return true;
  }
};

test.each([
  { label: 'itself', headers: { origin: `https://${HOST}` }, refused: false },
  { label: 'nobody that says so', headers: {}, refused: false },
  {
    label: 'its form without a referrer',
    headers: { origin: 'null', 'sec-fetch-site': 'same-origin' },
    refused: false,
  },
  { label: 'its host without TLS', headers: { origin: `http://${HOST}` }, refused: true },
  { label: 'its host at another port', headers: { origin: `https://${HOST}:8443` }, refused: true },
  { label: 'another app', headers: { origin: 'https://demo--evil.apps.example.org' }, refused: true },
  { label: 'the platform', headers: { origin: 'https://example.org' }, refused: true },
  { label: 'a host that begins so', headers: { origin: `https://${HOST}.evil.example` }, refused: true },
  { label: 'a sandboxed frame', headers: { origin: 'null' }, refused: true },
  { label: 'no URL', headers: { origin: HOST }, refused: true },
  {
    label: 'another app, whatever it says of its origin',
    headers: { origin: `https://${HOST}`, 'sec-fetch-site': 'same-site' },
    refused: true,
  },
])('a request from $label: refused $refused', ({ headers, refused }) => {
  expect(isRefused(headers)).toBe(refused);
});

test('where pages are reached without TLS their own origin has none', () => {
  expect(isRefused({ origin: `http://${HOST}` }, false)).toBe(false);
});
