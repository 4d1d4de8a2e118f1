import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(() => platform[Symbol.asyncDispose]());

describe('the simulator', () => {
  test('takes what a phone writes and shows what it received', async () => {
    const body = { from_addr: '+1', to_addr: '12345', content: 'hi' };
    expect((await platform.call('POST', '/simulators/smsc/messages', { body })).status).toBe(201);
    expect(
      (await platform.call('GET', '/simulators/smsc/messages?address=%2B1')).json['items'],
    ).toMatchObject([{ to_addr: '+1', content: 'reply' }]);
    expect((await platform.call('GET', '/simulators/smsc/messages?address=%2B2')).json['items']).toEqual([]);
    await platform.call('POST', '/simulators/smsc/messages', { body });
    expect((await platform.call('GET', '/simulators/smsc/messages?limit=1')).json['items']).toHaveLength(1);
  });

  test('dials over a transport as its network does', async () => {
    await platform.call('PUT', '/transports/dialled', { body: { type: 'web', config: {} } });
    const step = { session: 's', from_addr: '+1', to_addr: '*384#' };
    const place = '/transports/dialled/phone';
    const opened = await platform.call('POST', place, { body: { ...step, event: 'new' } });
    expect([opened.status, opened.json]).toEqual([200, { text: 'Name?', ends: false, next: null }]);
    const body = { ...step, event: 'resume', input: 'Ada', before: [], number: 2 };
    expect((await platform.call('POST', place, { body })).json).toEqual({
      text: 'Hello Ada',
      ends: true,
      next: null,
    });
    expect((await platform.call('POST', place, { body: { ...step, event: 'odd' } })).status).toBe(400);
    expect((await platform.call('POST', '/transports/none/phone', { body })).status).toBe(404);
  });

  test('is missed clearly where none runs', async () => {
    await using without = await startTestPlatform({ simulator: null });
    expect(await without.call('GET', '/simulators/smsc/messages')).toMatchObject({
      status: 503,
      json: { code: 'simulator.not_here' },
    });
  });

  test('sends octets, headers and TLVs as they are given', async () => {
    const body = { from_addr: '+1', to_addr: '2', octets: '00ff', udh: '0003010201', order: [2, 1] };
    const tlvs = [{ tag: 0x1401, value: 'abcd' }];
    const answer = await platform.call('POST', '/simulators/smsc/messages', { body: { ...body, tlvs } });
    expect(answer.status).toBe(201);
    const named = { ...body, tlvs: { source_port: 5, '0x1401': ['ab', 'cd'] } };
    expect((await platform.call('POST', '/simulators/smsc/messages', { body: named })).status).toBe(201);
    for (const wrong of [
      { from_addr: '1', to_addr: '2' },
      { ...body, content: 'x' },
      { ...body, udh: 'zz' },
    ]) {
      expect((await platform.call('POST', '/simulators/smsc/messages', { body: wrong })).status).toBe(400);
    }
  });

  test('is told what to do, and says what it saw', async () => {
    const script = { seed: 3, rules: [] };
    const call = (method: string, path: string, body?: object) =>
      platform.call(method, `/simulators/smsc/${path}`, body === undefined ? {} : { body });
    expect((await call('PUT', 'script', script)).json).toEqual(script);
    expect((await call('GET', 'script')).json).toEqual(script);
    expect((await call('POST', 'faults', { fault: 'disconnect' })).json).toEqual({ sessions: 1 });
    expect((await call('POST', 'outbinds', { host: '127.0.0.1', port: 2776 })).status).toBe(201);
    expect(await call('POST', 'outbinds', { host: '127.0.0.1', port: 1 })).toMatchObject({
      json: { code: 'transport.not_connected' },
    });
    expect((await call('GET', 'sessions')).json).toMatchObject({ items: [{ system_id: 'me' }] });
    expect((await call('GET', 'counters?at_least=3')).json).toMatchObject({ items: [{ count: 3 }] });
    expect((await call('DELETE', 'counters')).status).toBe(204);
    expect((await call('GET', 'counters')).json).toMatchObject({ submits: 0, items: [{ count: 2 }] });
    expect((await call('GET', 'log?limit=5&after=7')).json).toMatchObject({
      items: [{ command: 'submit_sm', limit: 5, after: 7 }],
    });
  });

  test("is the administrator's alone", async () => {
    const paths = ['script', 'sessions', 'counters', 'log'];
    const token = null;
    for (const path of paths)
      expect((await platform.call('GET', `/simulators/smsc/${path}`, { token })).status).toBe(401);
  });
});

describe("an account's phone", () => {
  test("writes to its own account's apps only", async () => {
    const body = { label: 'own' };
    await platform.call('POST', '/accounts', { body: { name: 'demo' } });
    await platform.call('POST', '/accounts', { body: { name: 'other' } });
    const { token } = (await platform.call('POST', '/accounts/demo/tokens', { body })).json;
    const write = (account: string, to_addr: string) =>
      platform.call('POST', `/accounts/${account}/phone/messages`, {
        token: String(token),
        body: { from_addr: '+2776', to_addr, content: 'hi' },
      });
    expect(await write('demo', '12345')).toMatchObject({ status: 201, json: { content: 'hi' } });
    expect(await write('demo', '777')).toMatchObject({ status: 409, json: { code: 'route.none' } });
    expect(await write('other', '12345')).toMatchObject({ status: 404 });
    const mine = { token: String(token) };
    expect(await platform.call('GET', '/simulators/smsc/messages', mine)).toMatchObject({ status: 403 });
    await platform.call('GET', '/accounts/demo/phone/messages?address=%2B2776', mine);
    expect(platform.store.queries.at(-1)).toMatchObject({
      account: 'demo',
      direction: 'outbound',
      address: '+2776',
      status: expect.not.arrayContaining(['queued', 'nack']),
    });
  });
});
