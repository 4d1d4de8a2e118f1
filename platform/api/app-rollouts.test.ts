import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

const APP = '/accounts/demo/apps/hello';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.call('POST', '/accounts', { body: { name: 'demo' } });
  for (const [query, bytes] of [
    ['', 'zip one'],
    ['?activate=false', 'zip two'],
  ] as const)
    await platform.call('PUT', `${APP}${query}`, {
      body: Buffer.from(bytes),
      headers: { 'content-type': 'application/zip' },
    });
});

afterAll(() => platform[Symbol.asyncDispose]());

test('a version may get a share that grows by itself, and the list says of it', async () => {
  const activate = (rollout: object) =>
    platform.call('POST', `${APP}/versions/2/activate`, { body: { rollout } });
  expect((await activate({ stages: [5, 100] })).status).toBe(400);
  expect((await activate({ stages: [5, 100], each_s: 7200 })).status).toBe(200);
  expect((await platform.call('GET', `${APP}/rollouts`)).json['items']).toMatchObject([
    { version: 2, stable: 1, stages: [5, 100], promote_after_s: null, state: 'running' },
  ]);
});
