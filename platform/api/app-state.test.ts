import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

const STATE = '/accounts/demo/apps/clinic/state';
let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.call('POST', '/accounts', { body: { name: 'demo' } });
  await platform.call('PUT', '/accounts/demo/apps/clinic', {
    body: Buffer.from('zip'),
    headers: { 'content-type': 'application/zip' },
  });
});
afterAll(() => platform[Symbol.asyncDispose]());

test('a value is set, read and forgotten, whatever its key looks like', async () => {
  for (const key of ['visits', 'users/+27 76/ä?', 'a%2Fb']) {
    const at = `${STATE}/${encodeURIComponent(key)}`;
    const value = { n: 1, list: [null, true] };
    expect(await platform.call('PUT', at, { body: { value } }), key).toMatchObject({
      status: 200,
      json: { key, value },
    });
    expect(await platform.call('GET', at), key).toMatchObject({ json: { key, value } });
    expect((await platform.call('DELETE', at)).status).toBe(204);
    expect(await platform.call('GET', at)).toMatchObject({ status: 404, json: { code: 'not_found' } });
    expect((await platform.call('DELETE', at)).status).toBe(404);
  }
});

test('what belongs to a user is apart', async () => {
  await platform.call('PUT', `${STATE}/name?user=%2B27760000001`, { body: { value: 'Ann' } });
  expect((await platform.call('GET', `${STATE}/name`)).status).toBe(404);
  const { json } = await platform.call('GET', `${STATE}?user=%2B27760000001`);
  expect(json).toEqual({ items: [{ key: 'name', value: 'Ann' }], next_cursor: null });
});

test('many are set at once and listed by prefix, page by page; what is so already stays', async () => {
  const items = ['p:1', 'p:2', 'p:3', 'q:1'].map((key) => ({ key, value: key }));
  const first = await platform.call('POST', STATE, { body: { items } });
  expect(first.json).toEqual({ made: 4, changed: 0, unchanged: 0 });
  const again = await platform.call('POST', STATE, { body: { items: [...items, { key: 'q:2', value: 0 }] } });
  expect(again.json).toEqual({ made: 1, changed: 0, unchanged: 4 });
  const other = {
    items: [
      { key: 'q:2', value: 1 },
      { key: 'q:3', value: 1 },
    ],
    dry_run: true,
  };
  for (const _time of [1, 2])
    expect((await platform.call('POST', STATE, { body: other })).json).toEqual({
      made: 1,
      changed: 1,
      unchanged: 0,
    });
  const page = await platform.call('GET', `${STATE}?prefix=p:&limit=2`);
  expect(page.json['items']).toEqual(items.slice(0, 2));
  const rest = await platform.call(
    'GET',
    `${STATE}?prefix=p:&limit=2&cursor=${String(page.json['next_cursor'])}`,
  );
  expect(rest.json).toEqual({ items: [items[2]], next_cursor: null });
});

test.each([
  ['no value', { items: [{ key: 'a' }] }],
  ['a key without an end', { items: [{ key: 'k'.repeat(513), value: 1 }] }],
  ['a time to live of nothing', { items: [{ key: 'a', value: 1, ttl: 0 }] }],
  ['a time to live beyond all', { items: [{ key: 'a', value: 1, ttl: 1e14 }] }],
  ['nothing', { items: [] }],
])('%s is refused', async (_label, body) => {
  expect(await platform.call('POST', STATE, { body })).toMatchObject({
    status: 400,
    json: { code: 'request.invalid' },
  });
});

test('who may only read cannot write', async () => {
  const { json } = await platform.call('POST', '/accounts/demo/tokens', {
    body: { label: 'r', scopes: ['account:read'] },
  });
  const token = String(json['token']);
  expect((await platform.call('GET', STATE, { token })).status).toBe(200);
  expect((await platform.call('PUT', `${STATE}/x`, { token, body: { value: 1 } })).status).toBe(403);
});
