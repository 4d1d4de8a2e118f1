import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakePlatform } from '../fake-platform.fixture.ts';

const FAILURE = {
  id: 'f1',
  connector: 'hello',
  queue: 'hello.inbound',
  account: 'demo',
  app: 'hello',
  state: 'dead',
  error: 'app.threw',
  reason: 'TypeError: nothing here\n  at worker.js:3',
  message_id: 'm1',
  failed_at: '2026-11-29T10:00:00.000Z',
  retries: 2,
  due_at: null,
};
const PLACE = '/accounts/demo/failures';

let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
});
afterAll(() => platform[Symbol.dispose]());
beforeEach(() => {
  platform.forget();
  platform.answers[`GET ${PLACE}`] = () => ({ json: { items: [FAILURE], next_cursor: null } });
  platform.answers['GET /failures'] = () => ({ json: { items: [FAILURE], next_cursor: null } });
});

const run = (...words: string[]) => platform.vumi(['failures', ...words, '--account', 'demo']);
const last = () => platform.seen.at(-1);

describe('vumi failures', () => {
  it('lists those of an account by what is asked for, each in one line', async () => {
    const { out } = await run('list', '--reason', 'app.threw', '--since', '2026-11-29', '--state', 'dead');
    expect(last()?.query).toMatchObject({
      reason: 'app.threw',
      from: '2026-11-29T00:00:00.000Z',
      state: 'dead',
    });
    expect(out.split('\n').filter((line) => line.includes('f1'))).toHaveLength(1);
    expect(out).toContain('TypeError: nothing here');
    expect(out).not.toContain('worker.js:3');
  });

  it('lists those of all accounts with the account', async () => {
    expect((await run('list', '--all')).out).toMatch(/ACCOUNT[^]*demo/);
  });

  it('shows one with its whole reason and its message', async () => {
    platform.answers[`GET ${PLACE}/f1`] = () => ({ json: { ...FAILURE, message: { content: 'hallo' } } });
    const { out } = await run('show', 'f1');
    expect(out).toContain('at worker.js:3');
    expect(out).toContain('"content": "hallo"');
  });

  it('replays one, and those of a reason', async () => {
    platform.answers[`POST ${PLACE}/f1/replay`] = () => ({ json: FAILURE });
    platform.answers[`POST ${PLACE}/replay`] = () => ({ json: { failures: 3 } });
    expect((await run('replay', 'f1')).out).toBe('f1 is brought back.\n');
    expect((await run('replay', '--reason', 'app.threw')).out).toBe('3 failures are brought back.\n');
    expect(JSON.parse(String(last()?.body))).toEqual({ reason: 'app.threw' });
  });

  it('drops or replays all only when somebody says so', async () => {
    platform.answers[`POST ${PLACE}/drop`] = () => ({ json: { failures: 3 } });
    const unasked = await run('drop', '--reason', 'app.threw');
    expect(unasked).toMatchObject({ code: 2 });
    expect(unasked.err).toContain('--yes');
    expect(last()).toBeUndefined();
    expect((await run('drop', '--yes')).out).toBe('3 failures are dropped.\n');
    expect(JSON.parse(String(last()?.body))).toEqual({ all: true });
  });

  it('says that nothing was found, and refuses a limit that is none', async () => {
    platform.answers[`GET ${PLACE}`] = () => ({ json: { items: [], next_cursor: null } });
    expect((await run('list')).out).toBe('No failures.\n');
    expect(await run('list', '--limit', 'many')).toMatchObject({ code: 2 });
  });
});
