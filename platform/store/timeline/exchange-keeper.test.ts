import type { NetworkExchange } from '@vumi/core';
import { expect, test } from 'vitest';
import { ExchangeKeeper, type ExchangeKeeping } from './exchange-keeper.ts';

let now = 0;

function keeper(keep: ExchangeKeeping): { book: ExchangeKeeper; written: string[] } {
  const written: string[] = [];
  const write = ({ message_id, failed }: NetworkExchange): void =>
    void written.push(`${message_id}${failed ? ' failed' : ''}`);
  now = 0;
  return { book: new ExchangeKeeper({ keep, perSecond: 1, clock: () => now, write }), written };
}

function exchange(message_id: string, failed = false): NetworkExchange {
  const describe = () => ({ protocol: 'smpp', direction: 'sent', request: {}, answer: null }) as const;
  return { message_id, transport: 'mno', at: 0, failed, describe };
}

test.each([
  ['off', []],
  ['failed', ['b failed']],
  ['some', ['a', 'b failed', 'c']],
  ['all', ['a', 'b failed', 'c']],
] as const)('with "%s" these are kept: %j', (keep, kept) => {
  const { book, written } = keeper(keep);
  for (const one of [exchange('a'), exchange('b', true), exchange('c')]) book.note(one);
  expect(written).toEqual(kept);
});

test('under load some are kept, and more when time has passed', () => {
  const { book, written } = keeper('some');
  for (let index = 0; index < 100; index += 1) book.note(exchange(String(index)));
  expect(written.length).toBe(20);
  now = 3000;
  for (let index = 100; index < 200; index += 1) book.note(exchange(String(index)));
  expect(written.slice(20)).toEqual(['100', '101', '102']);
});

test('a message that fails later brings what was said before', () => {
  const { book, written } = keeper('failed');
  book.note(exchange('a'));
  book.note(exchange('b'));
  book.note(exchange('a', true));
  book.note(exchange('a', true));
  expect(written).toEqual(['a', 'a failed', 'a failed']);
});

test('a flood of failures is cut', () => {
  const { book, written } = keeper('failed');
  for (let index = 0; index < 5000; index += 1) book.note(exchange(String(index), true));
  expect(written.length).toBe(2000);
});

test('only the newest wait in memory', () => {
  const { book, written } = keeper('failed');
  for (let index = 0; index < 2001; index += 1) book.note(exchange(String(index)));
  book.note(exchange('0', true));
  book.note(exchange('2000', true));
  expect(written).toEqual(['0 failed', '2000', '2000 failed']);
});

test('of one message only the newest wait, however often it was tried', () => {
  const { book, written } = keeper('failed');
  for (let index = 0; index < 500; index += 1) book.note(exchange('a'));
  book.note(exchange('a', true));
  expect(written.length).toBe(21);
});
