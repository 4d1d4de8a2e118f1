import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.call('POST', '/accounts', { body: { name: 'demo' } });
  await platform.call('PUT', '/accounts/demo/apps/hello', {
    body: Buffer.from('zip'),
    headers: { 'content-type': 'application/zip' },
  });
});

afterAll(() => platform[Symbol.asyncDispose]());

describe('runs', () => {
  test('are listed, of one outcome where that is asked, and shown with their record', async () => {
    const all = await platform.call('GET', '/accounts/demo/apps/hello/runs');
    expect(all.json['items']).toHaveLength(2);
    const failed = await platform.call('GET', '/accounts/demo/apps/hello/runs?outcome=threw');
    expect(failed.json['items']).toMatchObject([{ message_id: 'threw', error: 'Error: no luck' }]);
    const one = await platform.call('GET', '/accounts/demo/apps/hello/runs/worked');
    expect(one.json).toMatchObject({ outcome: 'ok', record: { start: {} } });
    expect((await platform.call('GET', '/accounts/demo/apps/hello/runs/other')).status).toBe(404);
  });

  test('are run again with the version of then or with another', async () => {
    const again = async (body: object) => platform.call('POST', '/accounts/demo/apps/hello/replay', { body });
    expect((await again({ message_id: 'worked' })).json).toMatchObject({
      same: true,
      replayed: { version: 1 },
    });
    expect((await again({ message_id: 'worked', version: 7 })).json).toMatchObject({
      replayed: { version: 7 },
    });
    expect((await again({})).status).toBe(400);
  });

  test('add up to what an app and an account used', async () => {
    const app = await platform.call('GET', '/accounts/demo/apps/hello/usage?from=2026-11-01T00:00:00Z');
    expect(app.json).toMatchObject({ from: '2026-11-01T00:00:00Z', total: { messages: 2 } });
    const account = await platform.call('GET', '/accounts/demo/usage');
    expect(account.json).toMatchObject({ apps: [{ app: 'hello', failures: { threw: 1 } }] });
  });
});
