import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.call('POST', '/accounts', { body: { name: 'demo' } });
});
afterAll(() => platform[Symbol.asyncDispose]());

test('private services are opened to an account by operators alone', async () => {
  const { json } = await platform.call('POST', '/accounts/demo/tokens', {
    body: { label: 'all', scopes: ['account'] },
  });
  const services = { private_services: ['clinic-db:5432', '10.20.0.0/16:80,8000-8010', '[fd00::/8]:443'] };
  const own = await platform.call('PATCH', '/accounts/demo', {
    body: services,
    token: String(json['token']),
  });
  expect(own).toMatchObject({ status: 403, json: { code: 'auth.forbidden' } });
  expect(await platform.call('PATCH', '/accounts/demo', { body: services })).toMatchObject({
    json: services,
  });
  const wrong = { private_services: ['http://clinic-db/'] };
  expect(await platform.call('PATCH', '/accounts/demo', { body: wrong })).toMatchObject({
    status: 400,
    json: { field: 'private_services.0', detail: expect.stringMatching(/clinic-db:5432/) as string },
  });
  const none = await platform.call('PATCH', '/accounts/demo', { body: { private_services: [] } });
  expect(none.json).toMatchObject({ private_services: [] });
});
