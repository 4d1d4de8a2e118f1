import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakePlatform } from '../fake-platform.fixture.ts';

const WEBHOOK = {
  name: 'crm',
  url: 'https://crm.example/',
  events: ['inbound', 'ack'],
  active: true,
  pending: 3,
  dead: 0,
  failing_since: '2026-11-29T10:00:00.000Z',
  failures: 7,
  retry_at: '2026-11-29T10:05:00.000Z',
  last: { at: '2026-11-29T10:04:00.000Z', status: 500, ms: 12, answer: 'no', error: 'answered 500: no' },
};
const PLACE = '/accounts/demo/webhooks/crm';

let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
});
afterAll(() => platform[Symbol.dispose]());
beforeEach(() => {
  platform.forget();
  platform.answers[`PUT ${PLACE}`] = () => ({ status: 201, json: { ...WEBHOOK, secret: 'whsec_x' } });
  platform.answers[`PATCH ${PLACE}`] = () => ({ json: { ...WEBHOOK, active: false } });
  platform.answers[`GET ${PLACE}`] = () => ({ json: WEBHOOK });
});

const run = (...words: string[]) => platform.vumi(['webhook', ...words, '--account', 'demo']);
const sent = (): unknown => JSON.parse(String(platform.seen.at(-1)?.body));

describe('vumi webhook', () => {
  it('sets a receiver and shows the secret that was made', async () => {
    const { out } = await run(
      'set',
      'crm',
      'https://crm.example/',
      '--events',
      'inbound,ack',
      '--header',
      'X-A: b: c',
    );
    expect(sent()).toEqual({
      url: 'https://crm.example/',
      events: ['inbound', 'ack'],
      headers: { 'X-A': 'b: c' },
    });
    expect(out).toBe(
      'crm tells https://crm.example/ of inbound, ack.\nIts secret, shown this once: whsec_x\n',
    );
  });

  it('changes what is named of one that is there', async () => {
    const { out } = await run('set', 'crm', '--off');
    expect(sent()).toEqual({ active: false });
    expect(out).toContain('crm is switched off');
  });

  it('shows how the receiver does', async () => {
    const { out } = await run('show', 'crm');
    expect(out).toContain('Nothing was taken since 2026-11-29 10:00:00 (7 attempts)');
    expect(out).toContain('answered 500: no');
  });

  it('makes one delivery again, or those of a time', async () => {
    platform.answers[`POST ${PLACE}/deliveries/abc-1/redeliver`] = () => ({ status: 202, json: {} });
    platform.answers[`POST ${PLACE}/redeliver`] = () => ({ status: 202, json: { deliveries: 4 } });
    expect((await run('redeliver', 'crm', 'abc-1')).out).toBe('abc-1 is made again.\n');
    const { out } = await run('redeliver', 'crm', '--since', '2026-11-22', '--status', 'all');
    expect(sent()).toEqual({ from: '2026-11-22T00:00:00.000Z', status: 'all' });
    expect(out).toBe('4 deliveries are made again.\n');
    expect(await run('redeliver', 'crm')).toMatchObject({ code: 2 });
  });

  it('says what came of a test', async () => {
    const delivery = { id: 'abc-2', status: 'dead', last: WEBHOOK.last };
    platform.answers[`POST ${PLACE}/test`] = () => ({ json: delivery });
    expect((await run('test', 'crm')).out).toBe('not taken: answered 500: no (12 ms)\n');
  });
});
