import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

let platform: TestPlatform;
let token: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  for (const name of ['demo', 'other']) await platform.call('POST', '/accounts', { body: { name } });
  const made = await platform.call('POST', '/accounts/demo/tokens', { body: { label: 'own' } });
  token = String(made.json['token']);
});

afterAll(() => platform[Symbol.asyncDispose]());

const number = { transport: 'smsc', number: '12345' };
const route = { app: 'hello', transport: 'smsc', to_addr: '12345' };

test('an account routes what an operator assigned to it, and nothing else', async () => {
  const put = () => platform.call('PUT', '/accounts/demo/routes/hello', { token, body: route });
  expect(await put()).toMatchObject({ status: 403, json: { code: 'number.not_assigned' } });
  const assigned = await platform.call('PUT', '/numbers', { body: { account: 'demo', ...number } });
  expect(assigned).toMatchObject({ status: 200, json: { account: 'demo', range: false, keyword: null } });
  expect(await put()).toMatchObject({ status: 200, json: { assigned: true } });
  const own = await platform.call('GET', '/accounts/demo/numbers', { token });
  expect(own.json['items']).toEqual([assigned.json]);
});

test('what an operator routes is assigned by that', async () => {
  const elsewhere = { ...route, transport: 'mno' };
  expect((await platform.call('PUT', '/accounts/demo/routes/mno', { body: elsewhere })).status).toBe(200);
  const { json } = await platform.call('GET', '/numbers');
  expect(json['items']).toMatchObject([
    { account: 'demo', transport: 'smsc' },
    { account: 'demo', transport: 'mno', number: '12345' },
  ]);
});

test('what is assigned to one is given to another when it was released, and its routes are named', async () => {
  const body = { account: 'other', ...number };
  expect(await platform.call('PUT', '/numbers', { body })).toMatchObject({
    status: 409,
    json: { code: 'number.taken' },
  });
  const released = await platform.call('DELETE', '/numbers?transport=smsc&number=12345');
  expect(released).toMatchObject({
    status: 200,
    json: { numbers: [{ account: 'demo' }], stopped: [{ name: 'hello' }] },
  });
  expect((await platform.call('PUT', '/numbers', { body })).status).toBe(200);
});

test.each([
  ['PUT', '/numbers'],
  ['GET', '/numbers'],
  ['DELETE', '/numbers?transport=smsc&number=12345'],
])('%s %s is for administrators', async (method, path) => {
  const body = method === 'PUT' ? { body: { account: 'demo', transport: 'smsc' } } : {};
  expect(await platform.call(method, path, { token, ...body })).toMatchObject({ status: 403 });
});

test.each([
  ['no transport', { account: 'demo', number: '1' }, 'transport'],
  ['no account', { transport: 'smsc', number: '1' }, 'account'],
  ['a number that is none', { account: 'demo', transport: 'smsc', number: ' ' }, 'number'],
])('what lacks its parts is refused: %s', async (_what, body, field) => {
  expect(await platform.call('PUT', '/numbers', { body })).toMatchObject({ status: 400, json: { field } });
});
