import { VumiError } from '@vumi/core';
import { describe, expect, test } from 'vitest';
import { signToken, verifyToken, type FrontendClaims } from './frontend-token.ts';

const secret = 'a secret of the platform';
const claims: FrontendClaims = {
  account: 'demo',
  app: 'quiz',
  version: 3,
  host: 'demo--quiz.apps.localhost:8000',
  sign_in: null,
  visit: null,
  scopes: ['state:read:scores'],
  expires: 1000,
};
const clock = () => 999;
const token = signToken(claims, secret);

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof VumiError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe("a page's token", () => {
  test('comes back as it was signed', () => {
    expect(verifyToken(token, secret, claims, clock)).toEqual(claims);
  });

  test.each([
    { label: 'of another app', at: { ...claims, app: 'hello' }, code: 'auth.wrong_token' },
    { label: 'of another account', at: { ...claims, account: 'other' }, code: 'auth.wrong_token' },
    { label: 'of another origin', at: { ...claims, host: 'elsewhere' }, code: 'auth.wrong_token' },
    {
      label: 'of a version that is no longer active',
      at: { ...claims, version: 4 },
      code: 'auth.expired_token',
    },
  ])('$label is refused', ({ at, code }) => {
    expect(refusal(() => verifyToken(token, secret, at, clock))).toBe(code);
  });

  test('is refused from its expiry on', () => {
    expect(refusal(() => verifyToken(token, secret, claims, () => 1000))).toBe('auth.expired_token');
  });

  const [version, payload = '', mac = ''] = token.split('.');
  const forged = Buffer.from(JSON.stringify({ ...claims, scopes: ['admin'] })).toString('base64url');
  test.each([
    { label: 'changed claims', text: `${version}.${forged}.${mac}` },
    { label: 'another signature', text: `${version}.${payload}.${Buffer.alloc(32).toString('base64url')}` },
    { label: 'a short signature', text: `${version}.${payload}.AAAA` },
    { label: 'no signature', text: `${version}.${payload}.` },
    { label: 'another format', text: `v2.${payload}.${mac}` },
    { label: 'one part more', text: `${token}.x` },
    { label: 'rubbish', text: 'rubbish' },
  ])('with $label is not ours', ({ text }) => {
    expect(refusal(() => verifyToken(text, secret, claims, clock))).toBe('auth.wrong_token');
  });

  test('signed by another platform is not ours', () => {
    expect(refusal(() => verifyToken(token, 'another secret', claims, clock))).toBe('auth.wrong_token');
  });
});
