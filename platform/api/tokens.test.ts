import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

const OF_DEMO = '/accounts/demo/tokens';
let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
  for (const name of ['demo', 'other']) await platform.call('POST', '/accounts', { body: { name } });
  await platform.store.versions.add({
    ref: { account: 'demo', app: 'hello' },
    bundle: Buffer.from('zip'),
    sha256: 'zip',
    manifest: {},
    handlers: [],
    worker: { code: '', map: null },
    files: [],
    activate: true,
  });
});

afterAll(() => platform[Symbol.asyncDispose]());

async function issue(path: string, body: object = {}): Promise<{ id: string; token: string }> {
  const answer = await platform.call('POST', path, { body: { label: 'ci', ...body } });
  expect(answer.status).toBe(201);
  return answer.json as { id: string; token: string };
}

const works = async (token: string): Promise<number> =>
  (await platform.call('GET', '/accounts/demo', { token })).status;

describe.each([
  ['an account', OF_DEMO],
  ['administrators', '/tokens'],
])('tokens of %s', (_whose, path) => {
  test('are listed without their texts, renamed, given an end, and revoked at once', async () => {
    const { id, token } = await issue(path);
    expect(await works(token)).toBe(200);
    const { text, json } = await platform.call('GET', path);
    expect(json['items']).toContainEqual(
      expect.objectContaining({ id, label: 'ci', created_by: 'administrator' }),
    );
    expect(text).not.toContain(`"token"`);
    const changed = await platform.call('PATCH', `${path}/${id}`, {
      body: { label: 'new', expires_at: '2126-01-01T02:00:00+02:00' },
    });
    expect(changed.json).toMatchObject({ label: 'new', expires_at: '2126-01-01T02:00:00+02:00' });
    expect(await platform.call('DELETE', `${path}/${id}`)).toMatchObject({ status: 204 });
    expect(await works(token)).toBe(401);
    expect(await platform.call('DELETE', `${path}/${id}`)).toMatchObject({ status: 404 });
  });

  test('are rotated, with an overlap where it is asked for', async () => {
    const old = await issue(path);
    const kept = await platform.call('POST', `${path}/${old.id}/rotate`, { body: { overlap_seconds: 60 } });
    expect(kept).toMatchObject({ status: 201, json: { label: 'ci', token: expect.any(String) } });
    expect(await works(old.token)).toBe(200);
    const next = await platform.call('POST', `${path}/${old.id}/rotate`);
    expect(await works(old.token)).toBe(401);
    expect(await works(String(next.json['token']))).toBe(200);
  });
});

test.each([
  ['an end that is over', { label: 'x', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  ['an end that is no date', { label: 'x', expires_at: 'tomorrow' }, 'expires_at'],
  ['no label', { scopes: ['account'] }, 'label'],
  ['an unknown scope', { label: 'x', scopes: ['admin'] }, 'scopes.0'],
])('a token with %s is refused', async (_label, body, field) => {
  expect(await platform.call('POST', OF_DEMO, { body })).toMatchObject({ status: 400, json: { field } });
});

test('a change that changes nothing is refused', async () => {
  const { id } = await issue(OF_DEMO);
  expect(await platform.call('PATCH', `${OF_DEMO}/${id}`, { body: {} })).toMatchObject({ status: 400 });
});

test("an account's token manages its own account's tokens and no others", async () => {
  const mine = await issue(OF_DEMO);
  const others = await issue('/accounts/other/tokens');
  const as = { token: mine.token };
  expect(await platform.call('GET', OF_DEMO, as)).toMatchObject({ status: 200 });
  expect(await platform.call('GET', '/accounts/other/tokens', as)).toMatchObject({ status: 404 });
  expect(await platform.call('DELETE', `/accounts/other/tokens/${others.id}`, as)).toMatchObject({
    status: 404,
  });
  expect(await platform.call('DELETE', `${OF_DEMO}/${others.id}`, as)).toMatchObject({ status: 404 });
  expect(await platform.call('GET', '/tokens', as)).toMatchObject({ status: 403 });
  expect(await platform.call('POST', '/tokens', { ...as, body: { label: 'x' } })).toMatchObject({
    status: 403,
  });
  expect(await platform.call('GET', '/audit', as)).toMatchObject({ status: 403 });
  expect(await works(others.token)).toBe(404);
  const reader = await issue(OF_DEMO, { scopes: ['account:read'] });
  const read = { token: reader.token };
  expect(await platform.call('GET', OF_DEMO, read)).toMatchObject({ status: 200 });
  expect(await platform.call('DELETE', `${OF_DEMO}/${mine.id}`, read)).toMatchObject({ status: 403 });
});

test('an expired token is told so', async () => {
  const { token } = await issue(OF_DEMO);
  const info = await platform.store.tokens.verify(token);
  Object.assign(info ?? {}, { expired: true, expires_at: '2026-01-01T00:00:00.000Z' });
  expect(await platform.call('GET', '/accounts', { token })).toMatchObject({
    status: 401,
    json: { code: 'auth.expired_token', detail: expect.stringContaining('2026-01-01') },
  });
});

describe('an answer that is still open', () => {
  async function follow(token: string): Promise<{ over: Promise<string> }> {
    const response = await fetch(`${platform.url}/api/v1/accounts/demo/apps/hello/logs?follow=true`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
    return {
      over: response.text().then(
        () => 'ended',
        () => 'cut off',
      ),
    };
  }

  test('is cut off when its token is revoked, and others go on', async () => {
    const [one, two] = [await issue(OF_DEMO), await issue(OF_DEMO)];
    const [first, second] = [await follow(one.token), await follow(two.token)];
    await platform.call('DELETE', `${OF_DEMO}/${one.id}`);
    expect(await first.over).toBe('cut off');
    const state = await Promise.race([
      second.over,
      new Promise((resolve) => setTimeout(resolve, 50, 'open')),
    ]);
    expect(state).toBe('open');
    await platform.call('DELETE', `${OF_DEMO}/${two.id}`);
    expect(await second.over).toBe('cut off');
  });

  test('is cut off when its token ends', async () => {
    const { token } = await issue(OF_DEMO, { expires_at: new Date(Date.now() + 60_000).toISOString() });
    const info = await platform.store.tokens.verify(token);
    Object.assign(info ?? {}, { expires_at: new Date(Date.now() + 100).toISOString() });
    const { over } = await follow(token);
    Object.assign(info ?? {}, { expired: true });
    expect(await over).toBe('cut off');
  });
});
