import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakePlatform, page } from '../fake-platform.fixture.ts';

const TOP_UP = {
  at: '2026-11-03T08:00:00.000Z',
  kind: 'top_up',
  amount: '1000',
  balance: '1000.5',
  message_id: null,
  direction: null,
  transport: null,
  route: null,
  segments: null,
  per_segment: null,
  source: 'admin',
  reason: 'invoice 17',
};
const CHARGE = {
  ...TOP_UP,
  at: '2026-11-03T08:01:00.000Z',
  kind: 'charge',
  amount: '-1.6',
  balance: '998.9',
  message_id: 'abc123',
  direction: 'outbound',
  transport: 'mno',
  route: 'surveys',
  segments: 2,
  per_segment: '0.8',
  source: null,
  reason: null,
};
const PRICE = {
  id: '4',
  account: null,
  route: null,
  transport: null,
  direction: 'outbound',
  prefix: '27',
  per_segment: '0.8',
  per_message: '0',
  per_session: '0',
  refund: 'unsent',
};
const PLACE = '/accounts/demo/credits';

let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
});
afterAll(() => platform[Symbol.dispose]());
beforeEach(() => platform.forget());

const sent = (): unknown => JSON.parse(String(platform.seen.at(-1)?.body));
/** The cells of each line of a table. */
const cells = (out: string): string[][] => out.split('\n').map((line) => line.trim().split(/ {2,}/));

describe('vumi credits', () => {
  const run = (...words: string[]) => platform.vumi(['credits', ...words, '--account', 'demo']);

  it.each([
    ['off', 'It pays for nothing: npx vumi account billing demo mode=enforced'],
    ['counted', 'What it sends is counted, and never refused.'],
    ['enforced', 'What it cannot pay for is not sent (let_replies_through).'],
  ])('shows what is left of an account whose mode is %s, and where it went', async (mode, told) => {
    const billing = { mode, cutoff: 'let_replies_through' };
    const balance = { account: 'demo', balance: '998.9', topped_up: '1000', billing };
    platform.answers[`GET ${PLACE}/balance`] = () => ({ json: balance });
    platform.answers[`GET ${PLACE}`] = () => page([CHARGE, TOP_UP]);
    const { out } = await run('show');
    expect(out).toContain(`demo has 998.9 credits; the last top-up was 1000.\n${told}\n`);
    expect(cells(out)).toEqual(
      expect.arrayContaining([
        ['2026-11-03 08:01:00', 'charge', '-1.6', '998.9', '2', 'mno', 'surveys', 'abc123'],
        expect.arrayContaining(['2026-11-03 08:00:00', 'top_up', '1000', '1000.5', 'admin: invoice 17']),
      ]),
    );
  });

  it('shows as many entries as are asked for', async () => {
    const balance = { account: 'demo', balance: '998.9', topped_up: '1000', billing: { mode: 'off' } };
    platform.answers[`GET ${PLACE}/balance`] = () => ({ json: balance });
    platform.answers[`GET ${PLACE}`] = () => page([CHARGE, TOP_UP]);
    const { out } = await run('show', '--limit', '1');
    expect(out).toContain('abc123');
    expect(out).not.toContain('invoice 17');
  });

  it('adds credit, once for each reference', async () => {
    platform.answers[`POST ${PLACE}`] = () => ({ status: 201, json: TOP_UP });
    const { out } = await run('add', '1000', '--reason', 'invoice 17', '--reference', 'inv-17');
    expect(sent()).toEqual({ amount: '1000', reason: 'invoice 17', reference: 'inv-17' });
    expect(out).toBe('1000 at 2026-11-03 08:00:00: demo had 1000.5 then.\n');
  });

  it('buys credit, and says where it is paid', async () => {
    const url = 'https://checkout.example/c/pay/1';
    const asked = 'POST /accounts/demo/top-ups';
    platform.answers[asked] = () => ({ status: 201, json: { id: 't1', credits: '1950', url } });
    const { out } = await run('buy', '19.50', 'usd');
    expect(sent()).toEqual({ amount: '19.50', currency: 'usd' });
    expect(out).toContain(`1950 credits for demo are paid at\n${url}\n`);
    const detail = 'this platform sells no credit';
    platform.answers[asked] = () => ({ status: 501, json: { code: 'payment.not_configured', detail } });
    expect(await run('buy', '1', 'usd')).toMatchObject({ code: 1, err: expect.stringContaining(detail) });
  });

  it('takes credit away, and not without a reason', async () => {
    platform.answers[`POST ${PLACE}`] = () => ({
      status: 201,
      json: { ...TOP_UP, kind: 'adjustment', amount: '-5', balance: '995.5' },
    });
    const words = ['credits', 'add', '--account', 'demo'];
    const { out } = await platform.vumi([...words, '--reason', 'typo', '--', '-5']);
    expect(sent()).toEqual({ amount: '-5', reason: 'typo' });
    expect(out).toContain('-5 at 2026-11-03 08:00:00: demo had 995.5 then.');
    const refused = await run('add', '5');
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain('--reason');
  });

  it('shows a month from its opening to its closing balance', async () => {
    const lines = [
      { ...TOP_UP, entries: 1, segments: 0 },
      { ...CHARGE, entries: 1, segments: 2 },
    ];
    const statement = { month: '2026-11', opening: '0.5', closing: '998.9', lines };
    platform.answers[`GET ${PLACE}/statements/2026-11`] = () => ({ json: statement });
    const { out } = await run('statement', '2026-11');
    const [head, ...rows] = cells(out);
    expect(head?.[0]).toBe('2026-11');
    expect(rows.slice(0, 4)).toEqual([
      expect.arrayContaining(['opening', '0.5']),
      expect.arrayContaining(['top_up', 'admin', '1000']),
      ['charge', 'outbound', 'mno', 'surveys', '0.8', '1', '2', '-1.6'],
      expect.arrayContaining(['closing', '998.9']),
    ]);
  });

  it('passes the ledger on as it is', async () => {
    platform.answers['GET /accounts/demo/exports/credits.csv'] = () => ({ text: 'at,kind\r\nx,charge\r\n' });
    const { out } = await run('export', '--from', '2026-11-01', '--kind', 'charge');
    expect(out).toBe('at,kind\r\nx,charge\r\n');
    expect(platform.seen.at(-1)?.query).toEqual({ from: '2026-11-01', kind: 'charge' });
    const wrong = await run('export', '--format', 'xls');
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toContain('--format is csv or ndjson');
  });
});

describe('vumi price', () => {
  const run = (...words: string[]) => platform.vumi(['price', ...words]);

  it('lists prices, and says what messages cost where there are none', async () => {
    let items: object[] = [];
    platform.answers['GET /prices'] = () => ({ json: { items } });
    expect((await run('list')).out).toContain('each segment that is sent costs 1 credit');
    items = [PRICE];
    expect(cells((await run('list')).out)[1]).toEqual([
      '4',
      'all',
      'any',
      'any',
      'outbound',
      '27',
      '0.8',
      '0',
      '0',
      'unsent',
    ]);
  });

  it('sets a price; a prefix is text though it is digits', async () => {
    platform.answers['POST /prices'] = () => ({ status: 201, json: PRICE });
    const { out } = await run('set', 'prefix=27', 'per_segment=0.8');
    expect(sent()).toEqual({ prefix: '27', per_segment: 0.8 });
    expect(cells(out)[1]?.[0]).toBe('4');
  });

  it('removes a price, and says what the platform says of one that is not there', async () => {
    platform.answers['DELETE /prices/4'] = () => ({ status: 204 });
    expect((await run('remove', '4')).out).toBe('Price 4 is gone.\n');
    platform.answers['DELETE /prices/5'] = () => ({
      status: 404,
      json: { code: 'not_found', detail: 'there is no price 5' },
    });
    const { code, err } = await run('remove', '5');
    expect(code).toBe(1);
    expect(err).toContain('there is no price 5');
  });
});
