import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.call('POST', '/accounts', { body: { name: 'demo' } });
});

afterAll(() => platform[Symbol.asyncDispose]());

describe('accounts', () => {
  test('are made once, and switched off and on', async () => {
    expect(await platform.call('POST', '/accounts', { body: { name: 'demo' } })).toMatchObject({
      status: 409,
    });
    const off = await platform.call('PATCH', '/accounts/demo', { body: { active: false } });
    expect(off.json).toMatchObject({ name: 'demo', active: false });
    const on = await platform.call('PATCH', '/accounts/demo', { body: { active: true } });
    expect(on.json['active']).toBe(true);
  });

  test('have a plan, which is replaced as a whole', async () => {
    const plan = await platform.call('PATCH', '/accounts/demo', { body: { limits: { sends: 9 } } });
    expect(plan.json).toMatchObject({ active: true, limits: { sends: 9 } });
    const unknown = await platform.call('PATCH', '/accounts/demo', { body: { limits: { sendz: 9 } } });
    expect(unknown).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
    expect(await platform.call('PATCH', '/accounts/demo', { body: {} })).toMatchObject({ status: 400 });
    const none = await platform.call('PATCH', '/accounts/demo', { body: { limits: {} } });
    expect(none.json['limits']).toEqual({});
  });

  test('say for how many days their messages are kept, or leave that to the platform', async () => {
    const keep = (retention_days: unknown) =>
      platform.call('PATCH', '/accounts/demo', { body: { retention_days } });
    expect((await keep(90)).json).toMatchObject({ retention_days: 90, active: true });
    for (const wrong of [0, -1, 1.5, '90', 40_000])
      expect(await keep(wrong)).toMatchObject({ status: 400, json: { field: 'retention_days' } });
    expect((await platform.call('GET', '/accounts/demo')).json['retention_days']).toBe(90);
    expect((await keep(null)).json['retention_days']).toBeNull();
    const body = { label: 'own' };
    const { token } = (await platform.call('POST', '/accounts/demo/tokens', { body })).json;
    const own = { token: String(token), body: { retention_days: 1 } };
    expect(await platform.call('PATCH', '/accounts/demo', own)).toMatchObject({ status: 403 });
  });

  test('are listed page by page', async () => {
    for (const name of ['page-a', 'page-b']) await platform.call('POST', '/accounts', { body: { name } });
    const first = await platform.call('GET', '/accounts?limit=2&cursor=');
    expect(first.json['items']).toHaveLength(2);
    const second = await platform.call(
      'GET',
      `/accounts?limit=2&cursor=${String(first.json['next_cursor'])}`,
    );
    expect(second.json).toMatchObject({ items: [{ name: 'page-b' }], next_cursor: null });
  });
});

describe('what an account says of opt-outs', () => {
  test('is said by its own token, of which the audit trail keeps the name', async () => {
    const body = { label: 'boss' };
    const { token } = (await platform.call('POST', '/accounts/demo/tokens', { body })).json;
    const said = { token: String(token), body: { respect_optouts: false } };
    const changed = await platform.call('PATCH', '/accounts/demo/settings', said);
    expect(changed).toMatchObject({ status: 200, json: { respect_optouts: false } });
    expect(await platform.call('PATCH', '/accounts/demo', said)).toMatchObject({ status: 403 });
    expect(await platform.call('PATCH', '/accounts/page-a/settings', said)).toMatchObject({ status: 404 });
    const more = { ...said, body: { respect_optouts: true, active: true } };
    expect(await platform.call('PATCH', '/accounts/demo/settings', more)).toMatchObject({ status: 400 });
  });
});
