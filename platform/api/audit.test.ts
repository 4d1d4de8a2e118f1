import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionOf } from './audit-acts.ts';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
  for (const name of ['demo', 'other']) await platform.call('POST', '/accounts', { body: { name } });
});
afterAll(() => platform[Symbol.asyncDispose]());

async function tokenOf(account: string, ...scopes: string[]): Promise<string> {
  const made = await platform.call('POST', `/accounts/${account}/tokens`, { body: { label: 'x', scopes } });
  return String(made.json['token']);
}

const entries = async (action: string): Promise<Record<string, unknown>[]> =>
  (await platform.call('GET', `/audit?action=${action}`)).json['items'] as Record<string, unknown>[];

describe('an act', () => {
  test('is in the log with who did it, from where, by which request, and what came of it', async () => {
    const route = { app: 'none', transport: 'smsc', to_addr: '8000' };
    const answer = await platform.call('PUT', '/accounts/demo/routes/menu', { body: route });
    const [entry] = await entries('route.put');
    expect(entry).toMatchObject({
      account: 'demo',
      actor: 'administrator',
      target: 'menu',
      source: '127.0.0.1',
      request_id: answer.headers.get('x-request-id'),
      outcome: answer.status < 300 ? 'done' : answer.json['code'],
    });
    expect(entry?.['details']).toMatchObject(route);
  });

  test('that fails is in the log with the code of its error', async () => {
    expect((await platform.call('DELETE', '/accounts/demo/routes/none-such')).status).toBe(404);
    expect((await entries('route.delete'))[0]).toMatchObject({ target: 'none-such', outcome: 'not_found' });
  });

  test('never brings a secret into the log', async () => {
    await platform.call('PUT', '/accounts/demo/apps/a', {
      body: Buffer.from('zip'),
      headers: { 'content-type': 'application/zip' },
    });
    const secret = 'sesame-open-up';
    await platform.call('PUT', '/accounts/demo/apps/a/secrets/key', { body: { value: secret } });
    const [entry] = await entries('secret.set');
    expect(entry).toMatchObject({ target: 'a key', details: { fields: ['value'] } });
    const all = await platform.call('GET', '/audit?limit=500');
    expect(all.text).not.toContain(secret);
  });

  test('is called by its operation', () => {
    expect(['putSmppClient', 'deleteApp', 'outbind'].map(actionOf)).toEqual([
      'smpp_client.put',
      'app.delete',
      'outbind',
    ]);
  });
});

describe('a refusal', () => {
  test('of a wrong token, a missing scope, and another account is in the log', async () => {
    const sender = await tokenOf('demo', 'role:sender');
    expect((await platform.call('GET', '/accounts', { token: 'no-such-token' })).status).toBe(401);
    expect((await platform.call('DELETE', '/accounts/demo/routes/menu', { token: sender })).status).toBe(403);
    expect((await platform.call('GET', '/accounts/other/messages', { token: sender })).status).toBe(404);
    expect((await platform.call('GET', '/accounts/demo/messages', { token: sender })).status).toBe(200);
    expect(await entries('refused.auth.wrong_token')).toMatchObject([
      { account: null, actor: 'nobody', outcome: 'refused', target: 'GET /api/v1/accounts' },
    ]);
    expect(await entries('refused.auth.forbidden')).toMatchObject([{ account: 'demo', source: '127.0.0.1' }]);
    expect(await entries('refused.not_found')).toMatchObject([{ account: 'demo' }]);
    expect((await platform.call('GET', '/audit')).text).not.toContain('no-such-token');
  });

  test('of too much at once is in the log', async () => {
    expect((await platform.call('GET', '/accounts?limit=100000')).status).toBe(400);
    expect(await entries('refused.request.invalid')).toHaveLength(1);
    const body = { name: 'x'.repeat(2 * 1024 * 1024) };
    expect((await platform.call('POST', '/accounts', { body })).status).toBe(413);
    expect(await entries('refused.request.too_large')).toHaveLength(1);
  });

  test('of a thousand at once is one entry', async () => {
    const wrong = Array.from({ length: 200 }, () => platform.call('GET', '/status', { token: 'guess' }));
    expect(new Set((await Promise.all(wrong)).map(({ status }) => status))).toEqual(new Set([401]));
    expect(await entries('refused.auth.wrong_token')).toHaveLength(1);
  });
});

describe('a cursor', () => {
  test('goes on with the account and the query that it was given out for, and with no other', async () => {
    const body = { label: 'x' };
    for (const account of ['demo', 'other'])
      for (let index = 0; index < 3; index += 1)
        await platform.call('POST', `/accounts/${account}/tokens`, { body });
    const first = await platform.call('GET', '/accounts/demo/tokens?limit=2');
    const cursor = String(first.json['next_cursor']);
    const second = await platform.call('GET', `/accounts/demo/tokens?limit=1&cursor=${cursor}`);
    expect(second.json['items']).toHaveLength(1);
    const wrong = { status: 400, json: { code: 'request.wrong_cursor', field: 'cursor' } };
    expect(await platform.call('GET', `/accounts/other/tokens?cursor=${cursor}`)).toMatchObject(wrong);
    expect(await platform.call('GET', '/accounts/demo/tokens?cursor=made-up')).toMatchObject(wrong);
    const filtered = await platform.call('GET', '/audit?limit=1&action=token');
    const other = `/audit?limit=1&action=route&cursor=${String(filtered.json['next_cursor'])}`;
    expect(await platform.call('GET', other)).toMatchObject(
      filtered.json['next_cursor'] === null ? { status: 400 } : wrong,
    );
    expect((await entries('refused.request.wrong_cursor')).length).toBeGreaterThan(0);
  });
});

test('the log can be had as CSV and as NDJSON', async () => {
  const csv = await platform.call('GET', '/exports/audit.csv?action=account');
  expect(csv.text.split('\r\n')[0]).toBe(
    'id,at,account,actor,action,target,outcome,source,request_id,details',
  );
  expect(csv.text).toContain('account.create');
  const lines = (await platform.call('GET', '/accounts/demo/exports/audit.ndjson')).text.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { account: string }).account)).toContain('demo');
});
