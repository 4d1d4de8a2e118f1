import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakePlatform } from '../fake-platform.fixture.ts';

const ENTRY = {
  at: '2026-11-29T10:00:00.000Z',
  account: 'demo',
  actor: 'administrator',
  action: 'route.put',
  target: 'menu',
  outcome: 'done',
  source: '192.0.2.7',
};

let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
});
afterAll(() => platform[Symbol.dispose]());
beforeEach(() => platform.forget());

describe('vumi audit', () => {
  it('lists who did what, of an account or of all', async () => {
    platform.answers['GET /accounts/demo/audit'] = () => ({ json: { items: [ENTRY], next_cursor: null } });
    const words = ['audit', 'list', '--account', 'demo', '--action', 'route', '--since', '2026-11-01'];
    const { out } = await platform.vumi(words);
    expect(out).toContain('administrator  route.put  menu  done     192.0.2.7');
    expect(platform.seen.at(-1)?.query).toMatchObject({ action: 'route', from: '2026-11-01T00:00:00.000Z' });
    platform.answers['GET /audit'] = () => ({ json: { items: [], next_cursor: null } });
    expect((await platform.vumi(['audit', 'list', '--all', '--refused'])).out).toBe('No entries.\n');
    expect(platform.seen.at(-1)?.query).toMatchObject({ outcome: 'refused' });
  });

  it('exports as it comes', async () => {
    platform.answers['GET /exports/audit.csv'] = () => ({ text: 'id,at\r\n1,now\r\n' });
    const { out } = await platform.vumi(['audit', 'export', '--all', '--format', 'csv']);
    expect(out).toBe('id,at\r\n1,now\r\n');
    expect(await platform.vumi(['audit', 'export', '--format', 'xml'])).toMatchObject({ code: 2 });
  });
});
