import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

const TALKS = '/accounts/demo/apps/clinic/talks';
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

test('open conversations are listed, page by page and by version, and ended', async () => {
  const first = await platform.call('GET', `${TALKS}?limit=1`);
  expect(first.json['items']).toMatchObject([{ user: '+27760000001', version: 1, screen: 'start' }]);
  const next = await platform.call('GET', `${TALKS}?limit=1&cursor=${String(first.json['next_cursor'])}`);
  expect(next.json).toMatchObject({ items: [{ user: '+27760000002' }], next_cursor: null });
  expect((await platform.call('GET', `${TALKS}?version=2`)).json['items']).toHaveLength(1);
  expect((await platform.call('DELETE', `${TALKS}?version=1`)).json).toEqual({ ended: 1 });
  expect((await platform.call('DELETE', TALKS)).json).toEqual({ ended: 1 });
  expect((await platform.call('GET', TALKS)).json['items']).toEqual([]);
});

test('an app that is not there has none', async () => {
  for (const method of ['GET', 'DELETE'] as const)
    expect(await platform.call(method, '/accounts/demo/apps/none/talks')).toMatchObject({ status: 404 });
});
