import { describe, expect, it } from 'vitest';
import { createUserMessage, type AssignedNumber, type UserMessage } from '@vumi/core';
import { appConnectors, createAppQueues } from './app-queues.ts';
import { keywordOf } from './keyword.ts';
import { RouteTable, type RouteRule } from './route-table.ts';

const route = (fields: Partial<RouteRule> & { app: string }): RouteRule & { app: string } => ({
  account: 'demo',
  name: fields.app,
  transport: 'smsc',
  to_addr: null,
  keyword: null,
  prefix: null,
  ...fields,
});

const number = (
  account: string,
  to: string | null,
  fields: Partial<AssignedNumber> = {},
): AssignedNumber => ({
  account,
  transport: 'smsc',
  number: to,
  range: false,
  keyword: null,
  ...fields,
});

const tableWith = (
  numbers: readonly AssignedNumber[],
  ...routes: (RouteRule & { app: string })[]
): RouteTable =>
  new RouteTable({
    accounts: [{ name: 'demo', active: true }],
    apps: routes.map(({ account, app }) => ({ account, app, version: 1, handlers: ['onMessage'] })),
    routes,
    numbers,
    transports: [{ name: 'smsc' }],
  });

/** Of an account that has every number of the transports. */
const tableOf = (...routes: (RouteRule & { app: string })[]): RouteTable =>
  tableWith([number('demo', null), number('demo', null, { transport: 'ussd' })], ...routes);

const from = (fields: Partial<UserMessage>): UserMessage =>
  createUserMessage({ from_addr: '+27761234567', to_addr: '12345', transport_name: 'smsc', ...fields });

describe('keywords', () => {
  it.each([
    ['quiz', 'quiz'],
    ['QUIZ please', 'quiz'],
    [' stop', 'stop'],
    ['STOP\n', 'stop'],
    ['ｑｕｉｚ', 'quiz'],
    ['\u200b STOP\u200b now', 'stop'],
    ['STOP\u00a0now', 'stop'],
    ['STOP\u0085now', 'stop'],
    ['STOP\0', 'stop'],
    [`${'\u200b'.repeat(300)}STOP`, 'stop'],
    ['\u200b', ''],
    ['', ''],
    [null, ''],
  ])('of %j is %j', (content, keyword) => {
    expect(keywordOf(content)).toBe(keyword);
  });
});

describe('the routing table', () => {
  it('prefers the route of the number over that of all numbers', () => {
    const table = tableOf(route({ app: 'all' }), route({ app: 'one', to_addr: '12345' }));
    expect(table.matchCatchAll(from({}))[0]?.app).toBe('one');
    expect(table.matchCatchAll(from({ to_addr: '999' }))[0]?.app).toBe('all');
  });

  it('keeps what an account wants of all numbers from the numbers of other accounts', () => {
    const table = tableWith(
      [number('demo', '12345'), number('demo', null, { keyword: 'help' }), number('evil', null)],
      route({ app: 'squatter', account: 'evil', keyword: 'yes' }),
      route({ app: 'catcher', account: 'evil', prefix: '+2776' }),
      route({ app: 'clinic', to_addr: '12345' }),
      route({ app: 'help', keyword: 'help' }),
    );
    expect(table.matchKeyword(from({ content: 'yes' }))).toEqual([]);
    expect(table.matchCatchAll(from({ content: 'yes' }))[0]?.app).toBe('clinic');
    expect(table.matchKeyword(from({ content: 'help' }))[0]?.app).toBe('help');
    expect(table.matchKeyword(from({ content: 'yes', to_addr: '999' }))[0]?.app).toBe('squatter');
    expect(table.matchKeyword(from({ content: 'help', to_addr: '999' }))[0]?.app).toBe('help');
  });

  it("knows no route whose number is not, or no more, its account's", () => {
    const routes = [
      route({ app: 'mine', to_addr: '12345' }),
      route({ app: 'word', to_addr: '12345', keyword: 'word' }),
      route({ app: 'all' }),
    ];
    expect(tableWith([], ...routes).matchCatchAll(from({}))).toEqual([]);
    expect(tableWith([number('evil', '12345')], ...routes).matchCatchAll(from({}))).toEqual([]);
    expect(tableWith([number('demo', '777')], ...routes).matchCatchAll(from({}))).toEqual([]);
    const shared = tableWith(
      [number('demo', '12345', { keyword: 'word' }), number('evil', '12345')],
      ...routes,
    );
    expect(shared.matchKeyword(from({ content: 'word' }))[0]?.app).toBe('word');
    expect(shared.matchCatchAll(from({ content: 'other' }))).toEqual([]);
  });

  it('leads to the number in whatever spelling', () => {
    const table = tableWith(
      [number('demo', '+27820001001')],
      route({ app: 'a', to_addr: '+27 82 000 1001' }),
    );
    expect(table.matchCatchAll(from({ to_addr: '27820001001' }))[0]?.app).toBe('a');
    expect(table.matchCatchAll(from({ to_addr: '+27820001001' }))[0]?.app).toBe('a');
    expect(table.matchCatchAll(from({ to_addr: '27820001002' }))).toEqual([]);
  });

  it('prefers the longer prefix of the sender', () => {
    const table = tableOf(
      route({ app: 'africa', prefix: '+2' }),
      route({ app: 'mtn', prefix: '+2776' }),
      route({ app: 'other' }),
    );
    expect(table.matchCatchAll(from({}))[0]?.app).toBe('mtn');
    expect(table.matchCatchAll(from({ from_addr: '+254700' }))[0]?.app).toBe('africa');
    expect(table.matchCatchAll(from({ from_addr: null }))[0]?.app).toBe('other');
  });

  it('matches a keyword as a whole first word only', () => {
    const table = tableOf(route({ app: 'quiz', keyword: 'quiz' }));
    expect(table.matchKeyword(from({ content: 'Quiz 1' }))[0]?.app).toBe('quiz');
    expect(table.matchKeyword(from({ content: 'quizzes' }))).toEqual([]);
    expect(table.matchCatchAll(from({ content: 'quiz' }))).toEqual([]);
  });

  it.each([
    ['İptal', 'iptal'],
    ['kayıt', 'KAYIT'],
    ['रोक्नुहोस्', 'रोक्नुहोस्\u200d'],
    ['رو\u200cز', 'روز'],
    ['straße', 'STRASSE'],
  ])('matches the keyword %j to %j', (keyword, content) => {
    const table = tableOf(route({ app: 'one', keyword }));
    expect(table.matchKeyword(from({ content }))[0]?.app).toBe('one');
  });

  it('knows no route for another transport or none', () => {
    const table = tableOf(route({ app: 'quiz' }));
    expect(table.matchCatchAll(from({ transport_name: 'other' }))).toEqual([]);
    expect(table.matchCatchAll(from({ transport_name: null }))).toEqual([]);
  });
});

describe('the way out', () => {
  const ussd = route({ app: 'clinic', name: 'dial', transport: 'ussd', to_addr: '*120*1#' });
  const sms = route({ app: 'clinic', name: 'text', to_addr: '8000', endpoint: 'sms' });
  const codeOf = (find: () => unknown): string => {
    try {
      return JSON.stringify(find());
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it.each([
    ['the endpoint', { app: 'clinic', endpoint: 'sms' }, 'text'],
    ['the other endpoint', { app: 'clinic', endpoint: 'default' }, 'dial'],
    ['the transport', { transport: 'ussd' }, 'dial'],
    ['the number, written otherwise', { from: '+8000' }, 'text'],
    ['the number, of another app', { app: 'other', from: '8000' }, 'text'],
    ['an endpoint without a route', { app: 'clinic', endpoint: 'voice' }, 'route.none'],
    ['an app without a route', { app: 'other', endpoint: 'default' }, 'route.none'],
    ['a number without a route', { from: '9000' }, 'route.none'],
    ['a number of another endpoint', { from: '8000', endpoint: 'default' }, 'route.none'],
    ['a number of another transport', { from: '8000', transport: 'ussd' }, 'route.none'],
    ['nothing', {}, 'route.ambiguous'],
    ['an app with several', { app: 'clinic' }, 'route.ambiguous'],
  ])('of an app on USSD with an SMS endpoint, chosen by %s', (_what, wanted, expected) => {
    const found = codeOf(() => tableOf(ussd, sms).wayOut('demo', wanted).transport);
    expect(found).toBe({ text: '"smsc"', dial: '"ussd"' }[expected] ?? expected);
  });

  it('stays the same when a route is added, or is refused with all that are possible', () => {
    const first = route({ app: 'a', name: 'z', to_addr: '100' });
    const second = route({ app: 'a', name: 'a', to_addr: '200' });
    expect(tableOf(first).wayOut('demo', {}).from_addr).toBe('100');
    expect(() => tableOf(first, second).wayOut('demo', {})).toThrow(
      expect.objectContaining({
        code: 'route.ambiguous',
        message: expect.stringContaining('200 on smsc (route a), 100 on smsc (route z)'),
        details: {
          candidates: [
            expect.objectContaining({ route: 'a', from_addr: '200', transport: 'smsc', endpoint: 'default' }),
            expect.objectContaining({ route: 'z', from_addr: '100' }),
          ],
        },
      }),
    );
    const marked = tableOf({ ...first, default: true }, second);
    expect(marked.wayOut('demo', {}).from_addr).toBe('100');
    expect(marked.wayOut('demo', { from: '200' }).from_addr).toBe('200');
  });

  it('is one where several routes share a number, or where one route is for every number', () => {
    const table = tableOf(
      route({ app: 'a', to_addr: '100' }),
      route({ app: 'b', to_addr: '+100', keyword: 'b' }),
      route({ app: 'c' }),
    );
    expect(table.wayOut('demo', {})).toMatchObject({ transport: 'smsc', from_addr: '100' });
    expect(table.wayOut('demo', { app: 'c', endpoint: 'default' }).from_addr).toBeNull();
  });

  it("is none of the routes whose numbers are another account's", () => {
    const mine = route({ app: 'a', to_addr: '100' });
    const theirs = route({ app: 'a', name: 'taken', to_addr: '200', endpoint: 'sms', default: true });
    const table = tableWith([number('demo', '100'), number('evil', '200')], mine, theirs);
    expect(table.wayOut('demo', {}).from_addr).toBe('100');
    expect(codeOf(() => table.wayOut('demo', { from: '200' }))).toBe('route.none');
    expect(codeOf(() => table.wayOut('demo', { app: 'a', endpoint: 'sms' }))).toBe('route.none');
    expect(codeOf(() => table.wayOut('evil', { app: 'a' }))).toBe('route.none');
    expect(table.endpointsOf({ account: 'demo', app: 'a' })).toEqual({ default: null });
  });

  it('may be a number that is only sent from', () => {
    const table = tableWith(
      [number('demo', 'CLINIC'), number('demo', '100')],
      route({ app: 'a', to_addr: '100' }),
    );
    expect(table.wayOut('demo', { app: 'a', from: 'Clinic' })).toEqual({
      transport: 'smsc',
      from_addr: 'Clinic',
      endpoint: 'default',
    });
    expect(table.maySend('demo', 'smsc', 'clinic')).toBe(true);
    expect(codeOf(() => table.wayOut('evil', { from: 'CLINIC' }))).toBe('route.none');
  });

  it('of each endpoint is known beforehand, with what is to be done', () => {
    const table = tableOf(ussd, sms, { ...sms, name: 'more', to_addr: '9000' });
    expect(table.endpointsOf({ account: 'demo', app: 'clinic' })).toEqual({
      default: null,
      sms: expect.stringContaining('has several routes to send by: 9000 on smsc (route more)'),
    });
    expect(table.endpointsOf({ account: 'demo', app: 'none' })).toEqual({});
  });

  it("back is open while anything of the number is the account's", () => {
    const numbers = [number('demo', '12345', { keyword: 'a' }), number('evil', '777')];
    const table = tableWith(numbers);
    expect(table.mayAnswer('demo', 'smsc', '12345')).toBe(true);
    expect(table.mayAnswer('demo', 'smsc', '777')).toBe(false);
    expect(table.mayAnswer('demo', 'smsc', null)).toBe(false);
    const spare = { accounts: [], apps: [], routes: [], transports: [], fallbackAccount: 'demo' };
    const fallback = new RouteTable({ ...spare, numbers });
    expect(fallback.mayAnswer('demo', 'smsc', '999')).toBe(true);
    expect(fallback.mayAnswer('demo', 'smsc', '777')).toBe(false);
  });
});

describe('app queues', () => {
  const refs = Array.from({ length: 400 }, (_, index) => ({ account: 'demo', app: `app-${index}` }));

  it('spread apps and always choose the same queue for one', () => {
    const queueOf = createAppQueues(appConnectors(4));
    const counts = Map.groupBy(refs, queueOf);
    expect(counts.size).toBe(4);
    expect(refs.map(createAppQueues(appConnectors(4)))).toEqual(refs.map(queueOf));
  });

  it('move about one app in five when a fifth queue is added', () => {
    const before = refs.map(createAppQueues(appConnectors(4)));
    const after = refs.map(createAppQueues(appConnectors(5)));
    const moved = before.filter((queue, index) => queue !== after[index]).length;
    expect(moved).toBeGreaterThan(40);
    expect(moved).toBeLessThan(130);
  });
});
