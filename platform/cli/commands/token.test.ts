import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakePlatform, page } from '../fake-platform.fixture.ts';

const TOKEN = {
  id: '019ac0de',
  label: 'ci',
  scopes: ['apps:deploy'],
  created_by: 'administrator',
  created_at: '2026-11-22T08:00:00.000Z',
  expires_at: '2026-12-22T08:00:00.000Z',
  expired: true,
  last_used_at: null,
  configured: false,
};
let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
});
beforeEach(() => platform.forget());
afterAll(() => platform[Symbol.dispose]());

const lastBody = (): unknown => JSON.parse(String(platform.seen.at(-1)?.body));

test('tokens are listed with what they are for, when they were used and when they end', async () => {
  const own = { ...TOKEN, id: 'own', configured: true, expires_at: null, last_used_at: TOKEN.created_at };
  platform.answers['GET /accounts/demo/tokens'] = () => page([TOKEN]);
  platform.answers['GET /tokens'] = () => page([own]);
  const ofAccount = await platform.vumi(['token', 'list']);
  expect(ofAccount.out).toMatch(/^ID +LABEL +SCOPES +MADE +BY +LAST USED +ENDS\n/);
  expect(ofAccount.out).toMatch(/019ac0de +ci +apps:deploy .* never +2026-12-22 08:00:00, is over\n/);
  expect((await platform.vumi(['token', 'list', '--admin'])).out).toContain('with VUMI_ADMIN_TOKEN');
});

test('a token is issued with an end, and nothing but it is printed', async () => {
  platform.answers['POST /accounts/demo/tokens'] = () => ({
    status: 201,
    json: { ...TOKEN, token: 'vumi_x' },
  });
  const { out } = await platform.vumi(['token', 'create', '--label', 'ci', '--expires', '2027-01-31']);
  expect(out).toBe('vumi_x\n');
  expect(lastBody()).toEqual({ label: 'ci', expires_at: '2027-01-31T00:00:00.000Z' });
});

test('a token is rotated with an overlap, given an end, and revoked', async () => {
  platform.answers['POST /accounts/demo/tokens/a/rotate'] = () => ({ json: { ...TOKEN, token: 'vumi_y' } });
  expect((await platform.vumi(['token', 'rotate', 'a', '--overlap', '1h'])).out).toBe('vumi_y\n');
  expect(lastBody()).toEqual({ overlap_seconds: 3600 });
  platform.answers['PATCH /accounts/demo/tokens/a'] = () => ({ json: { ...TOKEN, expires_at: null } });
  expect((await platform.vumi(['token', 'set', 'a', '--expires', 'never'])).out).toBe(
    'Token "ci" ends: never.\n',
  );
  expect(lastBody()).toEqual({ expires_at: null });
  platform.answers['DELETE /tokens/a'] = () => ({ status: 204 });
  expect((await platform.vumi(['token', 'revoke', 'a', '--admin'])).out).toContain('no longer valid');
});

test('an end that is none is a usage error', async () => {
  const { code, err } = await platform.vumi(['token', 'set', 'a', '--expires', 'soon']);
  expect(code).toBe(2);
  expect(err).toContain('--expires is a time from now such as 90d');
  expect((await platform.vumi(['token', 'set', 'a'])).code).toBe(2);
});

test('the history of an account says who did what', async () => {
  const entry = {
    at: TOKEN.created_at,
    actor: 'administrator',
    action: 'token.issued',
    details: { label: 'ci' },
  };
  platform.answers['GET /accounts/demo/audit'] = () => page([entry]);
  const { out } = await platform.vumi(['account', 'history', 'demo']);
  expect(out).toContain('administrator  token.issued  {"label":"ci"}');
});
