import { expect, expectTypeOf, test } from 'vitest';
import {
  date,
  decimal,
  integer,
  msisdn,
  pin,
  text,
  yesNo,
  type Json,
  type Parser,
  type Talk,
} from '../index.ts';
import type { World } from '../testing/api.ts';
import { secondsOf } from './durations.ts';
import { parserOf, Retry } from './parsers.ts';
import { fold } from './words.ts';

const REFUSED = Symbol('refused');

async function parsed(parser: Parser<unknown>, answer: string): Promise<unknown> {
  const value = await parser(answer);
  return value instanceof Retry ? REFUSED : value;
}

test.each<[string, Parser<unknown>, string, unknown]>([
  ['text', text(), 'Thandi', 'Thandi'],
  ['text', text(), '', REFUSED],
  ['text', text({ max: 3 }), 'four', REFUSED],
  ['text', text({ pattern: /^\d+$/ }), 'x', REFUSED],
  ['integer', integer(), '-7', -7],
  ['integer', integer(), '٤٢', 42],
  ['integer', integer({ min: 10 }), '9', REFUSED],
  ['integer', integer(), '1.5', REFUSED],
  ['integer', integer(), '9'.repeat(30), REFUSED],
  ['decimal', decimal(), '1,5', 1.5],
  ['decimal', decimal({ max: 1 }), '1.5', REFUSED],
  ['decimal', decimal(), '1e3', REFUSED],
  ['date', date(), '24-12-2030', '2030-12-24'],
  ['date', date(), '3/4/1999', '1999-04-03'],
  ['date', date(), '2030-02-28', '2030-02-28'],
  ['date', date(), '30.2.2030', REFUSED],
  ['date', date({ max: '2030-01-01' }), '24-12-2030', REFUSED],
  ['date', date(), 'tomorrow', REFUSED],
  ['msisdn', msisdn(), '+27 76 123-4567', '+27761234567'],
  ['msisdn', msisdn({ country: '27' }), '076 123 4567', '+27761234567'],
  ['msisdn', msisdn(), '0761234567', REFUSED],
  ['yesNo', yesNo(), 'OUI!', true],
  ['yesNo', yesNo(), '2', false],
  ['yesNo', yesNo(), 'maybe', REFUSED],
  ['pin', pin(), '１２３４', '1234'],
  ['pin', pin(5), '1234', REFUSED],
])('%s %#: "%s" is %s', async (_name, parser, answer, value) => {
  expect(await parsed(parser, answer)).toEqual(value);
});

test.each([
  ['24/12/26', null, '2026-12-24'],
  ['24-12-26', 'zu', '2026-12-24'],
  ['24122026', null, '2026-12-24'],
  ['241226', null, '2026-12-24'],
  ['20261224', null, '2026-12-24'],
  ['24 Dec 2026', null, '2026-12-24'],
  ['24 December 2026', 'zu', '2026-12-24'],
  ['24th of december, 2026', null, '2026-12-24'],
  ['December 24, 2026', 'en_US', '2026-12-24'],
  ['2026 Dec 24', null, '2026-12-24'],
  ['24 décembre 2026', 'fr', '2026-12-24'],
  ['24 de março de 2026', 'pt-BR', '2026-03-24'],
  ['1 mai 26', 'fr', '2026-05-01'],
  ['4/5/2026', 'en', '2026-05-04'],
  ['4/5/2026', 'en-US', '2026-04-05'],
  ['26/5/4', 'hu', '2026-05-04'],
  ['12/24/2026', 'en', '2026-12-24'],
  ['५/४/२०२६', null, '2026-04-05'],
  ['31/4/2026', null, null],
  ['20011219', null, '2001-12-19'],
  ['24 Dec', null, null],
  ['24 Dec or Jan 2026', null, null],
  ['24 jui 2026', 'fr', null],
  ['24 cows 2026', null, null],
  ['1234567', null, null],
])('the day of %j, read by %s, is %s', async (answer, language, day) => {
  const given = await date()(answer, { language });
  expect(given instanceof Retry ? null : given).toBe(day);
});

test('a year of two digits is of the hundred that end in 19 years, or where the bounds have it', async () => {
  const now = new Date().getUTCFullYear();
  const short = (year: number): string => `01/02/${String(year).slice(-2)}`;
  expect(await date()(short(now + 19))).toBe(`${now + 19}-02-01`);
  expect(await date()(short(now + 20))).toBe(`${now - 80}-02-01`);
  expect(await date({ max: '2000-01-01' })('01/02/26')).toBe('1926-02-01');
  expect(await date({ min: '2100-01-01' })('01/02/26')).toBe('2126-02-01');
});

test.each([
  ['No I cannot', false],
  ['yes please', true],
  ['Yes, yes!', true],
  ['oui merci', true],
  ['yes or no', null],
  ['I cannot', null],
  ['please yes', null],
])('%j is %s', async (answer, meaning) => {
  const given = await yesNo()(answer);
  expect(given instanceof Retry ? null : given).toBe(meaning);
});

test('a schema of another library says why it refuses', async () => {
  const schema = {
    '~standard': {
      validate: (value: unknown) => (value === 'yes' ? { value: 1 } : { issues: [{ message: 'Say yes.' }] }),
    },
  };
  expect(await parserOf(schema)('yes')).toBe(1);
  expect(await parserOf(schema)('no')).toEqual(new Retry('Say yes.'));
});

test('a word is what it means, whatever it looks like', () => {
  expect(fold('  NAÏVE  Café!! ')).toBe('naive cafe');
  expect(fold('१२')).toBe('12');
});

test('a time to wait is minutes, hours or days', () => {
  expect(secondsOf('90 minutes')).toBe(5400);
  expect(secondsOf('1.5 days')).toBe(129_600);
  for (const wrong of ['10 seconds', '0 days', 'soon', '-1 days', '1 week'])
    expect(() => secondsOf(wrong)).toThrow(/is no time to wait/);
});

test('the type of an answer follows from what is asked', () => {
  const types = async (app: Talk): Promise<void> => {
    expectTypeOf(await app.ask('?')).toEqualTypeOf<string>();
    expectTypeOf(await app.ask('?', { as: integer() })).toEqualTypeOf<number>();
    expectTypeOf(await app.ask('?', { as: integer(), otherwise: null })).toEqualTypeOf<number | null>();
    expectTypeOf(await app.ask('?', { otherwise: null })).toEqualTypeOf<string | null>();
    expectTypeOf(await app.choose('?', { a: 'A', b: 'B' })).toEqualTypeOf<'a' | 'b'>();
    expectTypeOf(
      await app.choose('?', [
        { value: 1, label: 'A' },
        { value: 2, label: 'B' },
      ]),
    ).toEqualTypeOf<1 | 2>();
    expectTypeOf(await app.confirm('?')).toEqualTypeOf<boolean>();
  };
  expectTypeOf(types).toBeFunction();
});

interface Found {
  readonly name: string;
  readonly beds?: number;
  readonly wards: readonly { readonly name: string; readonly open: boolean | null }[];
}

test('the types of values are those that JSON can say, interfaces too', () => {
  const types = async (app: Talk, found: Found): Promise<void> => {
    expectTypeOf(await app.visit<Found>('find')).toEqualTypeOf<Found>();
    expectTypeOf(await app.visit('find')).toEqualTypeOf<Json>();
    expectTypeOf(await app.once('find', async () => found)).toEqualTypeOf<Found>();
    expectTypeOf(await app.once<Found>('find', async () => found)).toEqualTypeOf<Found>();
    expectTypeOf(await app.link<Found>('/find', { ask: true })).toEqualTypeOf<Found>();
    app.value(found);
    app.value([found, null, 'text']);
    app.value(null);
    await app.schedule.once('visit', { in: 60, data: found });
    await app.schedule.once('visit', { in: 60 });
    await app.schedule.repeat('visit', { every: 60, data: [found] });
    // @ts-expect-error JSON knows no functions
    app.value(() => 1);
    // @ts-expect-error nor what is nothing
    app.value(undefined);
    // @ts-expect-error nor times
    app.value(new Date());
    // @ts-expect-error nor any of it within
    app.value({ name: 'x', at: new Date() });
    // @ts-expect-error nor this
    app.value({ name: 'x', none: undefined });
    // @ts-expect-error nor this
    await app.schedule.once('visit', { in: 60, data: { run: () => 1 } });
    // @ts-expect-error nor this
    await app.once('when', async () => ({ at: new Date() }));
    // @ts-expect-error nor this
    await app.visit<{ at: Date }>('when');
  };
  expectTypeOf(types).toBeFunction();
});

test('what a test reads of the state has the type that it names', () => {
  const types = async ({ state }: World, found: Found): Promise<void> => {
    expectTypeOf(await state.get<Found>('found')).toEqualTypeOf<Found | null>();
    expectTypeOf(await state.get('found')).toEqualTypeOf<Json | null>();
    await state.set('found', found);
    // @ts-expect-error JSON knows no times
    await state.set('found', { at: new Date() });
  };
  expectTypeOf(types).toBeFunction();
});
