import { createUserMessage, type UserMessage, type Stamp } from '@vumi/core';
import { stopWish } from '@vumi/records';
import { describe, expect, it, test } from 'vitest';
import { held } from './dispatcher.fixture.ts';
import { RouteTable, type RoutingSnapshot } from './route-table.ts';
import { createStopWords } from './stop-words.ts';

test.each([
  ['STOP', 'stop'],
  [' stop \n', 'stop'],
  ['Stop!', 'stop'],
  ['"stop".', 'stop'],
  ['STOP ALL', 'stop'],
  ['Opt-Out', 'stop'],
  ['unsubscribe', 'stop'],
  ['\u200bSTOP\u200e', 'stop'],
  ['ＳＴＯＰ', 'stop'],
  ['START', 'start'],
  ['unstop', 'start'],
  ['stop it', null],
  ['stop 1', null],
  ['please stop', null],
  ['bus stop', null],
  ['quit', null],
  ['end', null],
  ['cancel', null],
  ['', null],
  ['...', null],
  [`stop${' '.repeat(100)}`, null],
  [null, null],
])('%j is %s', (content, wish) => {
  expect(stopWish(content)).toBe(wish);
});

const route = { app: null, transport: 'smsc', to_addr: '12345', keyword: null, prefix: null };
const snapshot: RoutingSnapshot = {
  accounts: [
    { name: 'clinic', active: true, respect_optouts: true },
    { name: 'shop', active: true, respect_optouts: true },
    { name: 'careless', active: true, respect_optouts: false },
    { name: 'elsewhere', active: true, respect_optouts: true },
  ],
  apps: [
    { account: 'clinic', app: 'news', version: 1, handlers: [] },
    { account: 'clinic', app: 'own', version: 1, handlers: [], stop: false },
    { account: 'clinic', app: 'said', version: 1, handlers: [], stop: 'You will hear no more.' },
    { account: 'clinic', app: 'old', version: 1, handlers: [], api: 'classic' },
  ],
  routes: [
    { ...route, account: 'clinic', name: 'a', app: 'news' },
    { ...route, account: 'shop', name: 'b', app: 'ads', keyword: 'ads' },
    { ...route, account: 'careless', name: 'c', app: 'spam', keyword: 'spam' },
    { ...route, account: 'elsewhere', name: 'd', app: 'other', to_addr: '777' },
    { ...route, account: 'elsewhere', name: 'e', app: 'other', to_addr: '888', keyword: 'stop' },
  ],
  numbers: [
    held('clinic', '12345'),
    held('shop', '12345', 'ads'),
    held('careless', '12345', 'spam'),
    held('elsewhere', '777'),
    held('elsewhere', '888'),
  ],
  transports: [{ name: 'smsc' }],
};

async function heed(fields: Partial<UserMessage>, owner: Stamp | null = { account: 'clinic', app: 'news' }) {
  const noted: string[] = [];
  const heedStop = createStopWords({
    table: () => new RouteTable(snapshot),
    note: async (account, { from_addr }, wish) => void noted.push(`${account} ${from_addr} ${wish}`),
  });
  const message = createUserMessage({
    transport_name: 'smsc',
    transport_type: 'sms',
    from_addr: '+2776',
    to_addr: '12345',
    content: 'STOP',
    ...fields,
  });
  return { answer: await heedStop(message, owner), noted: noted.sort() };
}

describe('STOP', () => {
  it('is noted in every account of the number that heeds opt-outs, and its app answers', async () => {
    expect(await heed({})).toEqual({ answer: null, noted: ['clinic +2776 stop', 'shop +2776 stop'] });
    expect((await heed({ content: 'start' })).noted).toEqual(['clinic +2776 start', 'shop +2776 start']);
  });

  it('is noted where it leads to no app at all', async () => {
    expect((await heed({ to_addr: '777' }, null)).noted).toEqual(['elsewhere +2776 stop']);
    expect((await heed({ to_addr: '999' }, null)).noted).toEqual([]);
  });

  it.each([
    ['on USSD', { transport_type: 'ussd' }],
    ['in a session', { session_event: 'resume' as const }],
    ['where an app has that keyword', { to_addr: '888' }],
    ['from nobody', { from_addr: null }],
    ['among other words', { content: 'stop it' }],
  ])('is only a text %s', async (_where, fields) => {
    expect((await heed(fields)).noted).toEqual([]);
  });

  it.each(['own', 'old'])('is left to the app "%s", which sees to it itself', async (app) => {
    expect(await heed({}, { account: 'clinic', app })).toEqual({ answer: null, noted: [] });
  });

  it('is answered by the platform where the manifest says how', async () => {
    const said = { account: 'clinic', app: 'said' };
    expect((await heed({}, said)).answer).toBe('You will hear no more.');
    expect((await heed({ content: 'START' }, said)).answer).toBeNull();
  });
});
