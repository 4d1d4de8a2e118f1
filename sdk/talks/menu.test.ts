import { describe, expect, expectTypeOf, it } from 'vitest';
import { segments } from '../segments.ts';
import { menuPages, roomOf, textPages, type MenuOption } from './menu.ts';
import type { Option, Talk } from './talk.ts';
import { ENGLISH } from './words.ts';

const ALPHABETS = ['abcdefgh ijkl', 'abc def€[]ghi', 'абвгд еж', 'ሰላም ልጅ', 'zoë né ñ'] as const;

/** Mulberry32, so that each run has the same menus. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe('the pages of a menu', () => {
  it('are never larger than the network has room for, and have each option once', () => {
    const next = numbers(7);
    for (let round = 0; round < 4000; round += 1) {
      const alphabet = ALPHABETS[next(ALPHABETS.length)] ?? 'a';
      const textOf = (length: number): string =>
        Array.from({ length }, () => alphabet[next(alphabet.length)])
          .join('')
          .trim() || 'x';
      const options: MenuOption[] = Array.from({ length: 1 + next(30) }, (_, value) => ({
        value,
        label: textOf(1 + next(25)),
      }));
      const network = round % 2 === 0 ? 'ussd' : 'sms';
      const fits = roomOf(network, 1);
      const cut: string[] = [];
      const pages = menuPages(
        {
          text: textOf(1 + next(60)),
          title: next(2) === 0 ? '' : 'More:',
          options,
          hasBack: next(2) === 0,
          perPage: next(3) === 0 ? 5 : Infinity,
        },
        ENGLISH,
        fits,
        (label) => cut.push(label),
      );
      for (const page of pages) expect(fits(page), `${network} ${segments(page).units}: ${page}`).toBe(true);
      const shown = pages
        .join('\n')
        .split('\n')
        .filter((line) => /^\d+\. /.test(line) && !/^(?:98|0)\. /.test(line));
      expect(shown.map((line) => Number(line.split('.')[0]))).toEqual(options.map((_, index) => index + 1));
      expect(cut).toEqual([]);
    }
  });

  it('cut an option that has no room alone, with three points, and say so', () => {
    const cut: string[] = [];
    const fits = roomOf('ussd', 1);
    const options = [
      { value: 1, label: 'ж'.repeat(100) },
      { value: 2, label: 'two' },
    ];
    const pages = menuPages(
      { text: 'Which?', title: '', options, hasBack: false, perPage: Infinity },
      ENGLISH,
      fits,
      (label) => cut.push(label),
    );
    expect(pages.every(fits)).toBe(true);
    expect(pages[0]).toMatch(/^Which\?\n1\. ж+\.\.\.\n98\. More$/);
    expect(cut).toEqual([options[0]?.label]);
  });

  it('have the whole menu where it fits, without a key that leads nowhere', () => {
    const options = [
      { value: 1, label: 'One' },
      { value: 2, label: 'Two' },
    ];
    expect(
      menuPages(
        { text: 'Which?', title: '', options, hasBack: false, perPage: Infinity },
        ENGLISH,
        roomOf('ussd', 1),
        () => {},
      ),
    ).toEqual(['Which?\n1. One\n2. Two']);
  });
});

it('a long text is broken after sentences, else between words, and all of it is there', () => {
  const next = numbers(11);
  for (let round = 0; round < 500; round += 1) {
    const words = Array.from(
      { length: 20 + next(120) },
      () => 'x'.repeat(1 + next(12)) + (next(8) === 0 ? '.' : ''),
    );
    const fits = roomOf(round % 2 === 0 ? 'ussd' : 'sms', 1);
    const pages = textPages(words.join(' '), ENGLISH, fits);
    for (const page of pages) expect(fits(page)).toBe(true);
    const read = pages.map((page) => page.replace(/\n(?:98\. More|0\. Back)/g, '')).join(' ');
    expect(read).toBe(words.join(' '));
  }
});

it('the value of an option has the types of all of them', () => {
  type Chosen = { mixed: 1 | 'b' | null; listed: number; named: 'city' | 'farm' };
  const asked = async (app: Talk, list: readonly Option<number>[]) => ({
    mixed: await app.choose('?', [
      { value: 1, label: 'a' },
      { value: 'b', label: 'b' },
      { value: null, label: 'c' },
    ]),
    listed: await app.choose('?', list),
    named: await app.choose('?', { city: 'City', farm: 'Farm' }),
  });
  expectTypeOf<Awaited<ReturnType<typeof asked>>>().toEqualTypeOf<Chosen>();
});
