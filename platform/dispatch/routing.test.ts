import { describe, expect, it } from 'vitest';
import { createUserMessage, type UserMessage } from '@vumi/core';
import { appConnectors, createAppQueues } from './app-queues.ts';
import { keywordOf } from './keyword.ts';
import { RoutingTable, type RouteRule } from './routing-table.ts';

const route = (fields: Partial<RouteRule> & { app: string }): RouteRule & { app: string } => ({
  account: 'demo',
  name: fields.app,
  transport: 'smsc',
  to_addr: null,
  keyword: null,
  prefix: null,
  ...fields,
});

const tableOf = (...routes: (RouteRule & { app: string })[]): RoutingTable =>
  new RoutingTable({
    accounts: [{ name: 'demo', active: true }],
    apps: routes.map(({ account, app }) => ({ account, app, version: 1, handlers: ['onMessage'] })),
    routes,
    transports: [{ name: 'smsc' }],
  });

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
    expect(table.matchCatchAll(from({}))?.app).toBe('one');
    expect(table.matchCatchAll(from({ to_addr: '999' }))?.app).toBe('all');
  });

  it('keeps what an account wants of all numbers from the numbers of other accounts', () => {
    const table = tableOf(
      route({ app: 'squatter', account: 'evil', keyword: 'yes' }),
      route({ app: 'catcher', account: 'evil', prefix: '+2776' }),
      route({ app: 'clinic', to_addr: '12345' }),
      route({ app: 'help', keyword: 'help' }),
    );
    expect(table.matchKeyword(from({ content: 'yes' }))).toBeNull();
    expect(table.matchCatchAll(from({ content: 'yes' }))?.app).toBe('clinic');
    expect(table.matchKeyword(from({ content: 'help' }))?.app).toBe('help');
    expect(table.matchKeyword(from({ content: 'yes', to_addr: '999' }))?.app).toBe('squatter');
  });

  it('prefers the longer prefix of the sender', () => {
    const table = tableOf(
      route({ app: 'africa', prefix: '+2' }),
      route({ app: 'mtn', prefix: '+2776' }),
      route({ app: 'other' }),
    );
    expect(table.matchCatchAll(from({}))?.app).toBe('mtn');
    expect(table.matchCatchAll(from({ from_addr: '+254700' }))?.app).toBe('africa');
    expect(table.matchCatchAll(from({ from_addr: null }))?.app).toBe('other');
  });

  it('matches a keyword as a whole first word only', () => {
    const table = tableOf(route({ app: 'quiz', keyword: 'quiz' }));
    expect(table.matchKeyword(from({ content: 'Quiz 1' }))?.app).toBe('quiz');
    expect(table.matchKeyword(from({ content: 'quizzes' }))).toBeNull();
    expect(table.matchCatchAll(from({ content: 'quiz' }))).toBeNull();
  });

  it.each([
    ['İptal', 'iptal'],
    ['kayıt', 'KAYIT'],
    ['रोक्नुहोस्', 'रोक्नुहोस्\u200d'],
    ['رو\u200cز', 'روز'],
    ['straße', 'STRASSE'],
  ])('matches the keyword %j to %j', (keyword, content) => {
    const table = tableOf(route({ app: 'one', keyword }));
    expect(table.matchKeyword(from({ content }))?.app).toBe('one');
  });

  it('knows no route for another transport or none', () => {
    const table = tableOf(route({ app: 'quiz' }));
    expect(table.matchCatchAll(from({ transport_name: 'other' }))).toBeNull();
    expect(table.matchCatchAll(from({ transport_name: null }))).toBeNull();
  });

  it('sends by a route that has a number before one that has none', () => {
    const table = tableOf(route({ app: 'a', name: 'r1' }), route({ app: 'a', name: 'r2', to_addr: '12345' }));
    expect(table.outboundRoute('demo', { app: 'a' })?.name).toBe('r2');
    expect(table.outboundRoute('demo', { app: 'a', from: '777' })).toBeNull();
    expect(table.outboundRoute('other', { app: 'a' })).toBeNull();
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
