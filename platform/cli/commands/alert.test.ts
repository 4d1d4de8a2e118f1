import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakePlatform } from '../fake-platform.fixture.ts';

const ALERT = {
  id: '1',
  account: null,
  kind: 'transport',
  subject: 'mno',
  level: 'critical',
  message: 'transport "mno" is down: no route to host',
  raised_at: '2026-11-29T10:00:00.000Z',
  cleared_at: null,
};
const RECEIVER = { name: 'ops', url: 'https://ops.example/', events: ['alert'], active: true };

let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
});
afterAll(() => platform[Symbol.dispose]());
beforeEach(() => platform.forget());

const run = (...words: string[]) => platform.vumi(['alert', ...words]);

describe('vumi alert', () => {
  it('lists what is open, of the platform or of an account', async () => {
    platform.answers['GET /alerts'] = () => ({ json: { items: [ALERT], next_cursor: null } });
    platform.answers['GET /accounts/demo/alerts'] = () => ({ json: { items: [], next_cursor: null } });
    const { out } = await run('list', '--all');
    expect(out).toContain('critical  transport');
    expect(out).toContain('no route to host');
    expect(platform.seen.at(-1)?.query['state']).toBe('open');
    expect((await run('list', '--account', 'demo', '--cleared')).out).toBe(
      'Nothing is to be looked after.\n',
    );
    expect(platform.seen.at(-1)?.query).not.toHaveProperty('state');
    expect(await run('list', '--all', '--limit', 'x')).toMatchObject({ code: 2 });
  });

  it('adds, tests and removes a receiver of all alerts', async () => {
    const place = '/alerts/receivers/ops';
    platform.answers[`PUT ${place}`] = () => ({ status: 201, json: { ...RECEIVER, secret: 'whsec_x' } });
    platform.answers[`POST ${place}/test`] = () => ({
      json: { id: 'a', status: 'delivered', last: { status: 200, ms: 3, answer: 'ok', error: null } },
    });
    platform.answers[`DELETE ${place}`] = () => ({ status: 204 });
    const { out } = await run('receiver', 'add', 'ops', 'https://ops.example/', '--timeout', '3');
    expect(JSON.parse(String(platform.seen.at(-1)?.body))).toEqual({
      url: 'https://ops.example/',
      timeout: 3,
    });
    expect(out).toBe('ops tells https://ops.example/ of alert.\nIts secret, shown this once: whsec_x\n');
    expect((await run('receiver', 'test', 'ops')).out).toBe('taken: 200 in 3 ms: ok\n');
    expect((await run('receiver', 'rm', 'ops')).out).toBe('ops is gone.\n');
  });
});
