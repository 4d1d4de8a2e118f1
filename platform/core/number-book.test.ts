import { describe, expect, it } from 'vitest';
import { addressKey, NumberBook, type AssignedNumber } from './number-book.ts';

const assigned = (account: string, fields: Partial<AssignedNumber> = {}): AssignedNumber => ({
  account,
  transport: 'smsc',
  number: null,
  range: false,
  keyword: null,
  ...fields,
});
const use = (to_addr: string | null, keyword: string | null = null) => ({
  transport: 'smsc',
  to_addr,
  keyword,
});
const holders = (book: NumberBook, to: string | null, keyword: string | null = null): string[] =>
  book.holders(use(to, keyword)).map(({ account }) => account);

describe('spellings of one address', () => {
  it.each([
    ['+27820001001', '27820001001'],
    ['+27 82 000-1001', '27820001001'],
    ['0027820001001', '27820001001'],
    ['２７８２０００１００１', '27820001001'],
    ['\u202a+27820001001\u202c', '27820001001'],
    ['27820\u200b001001', '27820001001'],
    ['12345', '12345'],
    ['+12345', '12345'],
    [' 12345 ', '12345'],
    ['0821234567', '0821234567'],
    ['*120*8864*1#', '*120*8864*1#'],
    ['*120* 8864#', '*120*8864#'],
    ['CLINIC', 'clinic'],
    ['Ｃｌｉｎｉｃ\u00ad', 'clinic'],
    ['+278', '278'],
    ['', ''],
  ])('%j is %j', (address, key) => expect(addressKey(address)).toBe(key));
});

describe('who holds a number', () => {
  it('is whom it was assigned to, in whatever spelling, on that transport', () => {
    const book = new NumberBook([assigned('clinic', { number: '+27820001001' })]);
    expect(holders(book, '27 82 000 1001')).toEqual(['clinic']);
    expect(book.holds('shop', use('27820001001'))).toBe(false);
    expect(book.holders({ ...use('27820001001'), transport: 'other' })).toEqual([]);
    expect(holders(book, '278200010011')).toEqual([]);
    expect(holders(book, null)).toEqual([]);
  });

  it('is who holds the number before the range, and the longer range before the transport', () => {
    const book = new NumberBook([
      assigned('all'),
      assigned('block', { number: '+2782', range: true }),
      assigned('part', { number: '278200', range: true }),
      assigned('one', { number: '27820001001' }),
    ]);
    expect(holders(book, '+27820001001')).toEqual(['one']);
    expect(holders(book, '+27820001002')).toEqual(['part']);
    expect(holders(book, '+27829')).toEqual(['block']);
    expect(holders(book, '12345')).toEqual(['all']);
    expect(holders(book, null)).toEqual(['all']);
  });

  it('is who holds the keyword of a shared number, else who holds all of it', () => {
    const book = new NumberBook([
      assigned('quiz', { number: '12345', keyword: 'quiz' }),
      assigned('clinic', { number: '12345' }),
      assigned('help', { keyword: 'help' }),
    ]);
    expect(holders(book, '12345', 'quiz')).toEqual(['quiz']);
    expect(holders(book, '12345', 'join')).toEqual(['clinic']);
    expect(holders(book, '12345')).toEqual(['clinic']);
    expect(holders(book, '12345', 'help')).toEqual(['clinic']);
    expect(holders(book, '777', 'help')).toEqual(['help']);
    expect(holders(book, '777')).toEqual([]);
    expect(holders(book, null, 'help')).toEqual(['help']);
  });

  it('of a keyword alone holds no other and not the number', () => {
    const book = new NumberBook([assigned('quiz', { number: '12345', keyword: 'quiz' })]);
    expect(holders(book, '12345', 'join')).toEqual([]);
    expect(holders(book, '12345')).toEqual([]);
  });
});

describe('messages from an address', () => {
  const book = new NumberBook([
    assigned('all'),
    assigned('block', { number: '+2782', range: true, keyword: 'a' }),
    assigned('shared', { number: '12345', keyword: 'quiz' }),
    assigned('whole', { number: '777' }),
    assigned('words', { keyword: 'quiz' }),
  ]);

  it.each([
    ['who holds a keyword of it', 'shared', '12345', true],
    ['who holds the rest of it', 'all', '12345', true],
    ['a keyword that is taken there', 'words', '12345', false],
    ['who holds it', 'whole', '777', true],
    ['who holds the transport but not it', 'all', '777', false],
    ['who holds a keyword of the transport but not it', 'words', '777', false],
    ['a keyword of the transport', 'words', '999', true],
    ['a keyword of the range', 'block', '+27821', true],
    ['another', 'shared', '777', false],
    ['nobody', 'nobody', '12345', false],
  ])('are for %s', (_who, account, address, may) => {
    expect(book.mayUse(account, 'smsc', address)).toBe(may);
  });

  it('without one are for who holds the transport', () => {
    expect(book.mayUse('all', 'smsc', null)).toBe(true);
    expect(book.mayUse('whole', 'smsc', null)).toBe(false);
  });

  it('may name what was assigned by itself, on the transports of it', () => {
    expect(book.transportsOf('shared', '+12345')).toEqual(['smsc']);
    expect(book.transportsOf('all', '12345')).toEqual([]);
    expect(book.transportsOf('block', '+2782')).toEqual([]);
  });
});

it('an assignment is found again in other spellings, and nothing that only overlaps', () => {
  const book = new NumberBook([
    assigned('a', { number: '+2782', range: true }),
    assigned('b', { number: '2782' }),
    assigned('c', { keyword: 'x' }),
  ]);
  const same = (fields: Partial<AssignedNumber>): string[] =>
    book.same(assigned('', fields)).map(({ account }) => account);
  expect(same({ number: '2782', range: true })).toEqual(['a']);
  expect(same({ number: '+2782' })).toEqual(['b']);
  expect(same({ keyword: 'x' })).toEqual(['c']);
  expect(same({})).toEqual([]);
  expect(same({ number: '2782', keyword: 'x' })).toEqual([]);
});
