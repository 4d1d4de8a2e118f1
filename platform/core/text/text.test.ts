import { describe, expect, it } from 'vitest';
import {
  charactersOf,
  ESCAPE,
  gsmAlphabet,
  languageId,
  languageOf,
  NATIONAL_LANGUAGES,
  NO_SHIFT,
  previewText,
  segmentText,
  spellText,
  type TextOptions,
} from './index.ts';
import { LOCKING_TABLES, SINGLE_SHIFT_TABLES } from './national-tables.ts';

const BASIC = gsmAlphabet(NO_SHIFT);
const hex = (octets: Uint8Array | null) => (octets === null ? null : Buffer.from(octets).toString('hex'));
const read = (text: string, shift = NO_SHIFT) => gsmAlphabet(shift).decode(Buffer.from(text, 'hex'));

describe('GSM 03.38', () => {
  it('point 34: reads and writes all positions of the basic table', () => {
    const codes = Array.from({ length: 128 }, (_, code) => code).filter((code) => code !== ESCAPE);
    const { text, lossy } = BASIC.decode(Uint8Array.from(codes));
    expect(lossy).toBe(false);
    expect(new Set(text).size).toBe(127);
    expect([...(BASIC.encode(text) ?? [])]).toEqual(codes);
  });

  it.each([
    ['@', '00'],
    ['_', '11'],
    ['Ç', '09'],
    ['Ξ', '1a'],
    ['É', '1f'],
    ['¤', '24'],
    ['¡', '40'],
    ['Ä', '5b'],
    ['§', '5f'],
    ['¿', '60'],
    ['à', '7f'],
    ['\f', '1b0a'],
    ['^', '1b14'],
    ['{', '1b28'],
    ['}', '1b29'],
    ['\\', '1b2f'],
    ['[', '1b3c'],
    ['~', '1b3d'],
    [']', '1b3e'],
    ['|', '1b40'],
    ['€', '1b65'],
  ])('points 34 and 35: has %j at %s', (character, code) => {
    expect(hex(BASIC.encode(character))).toBe(code);
    expect(read(code).text).toBe(character);
  });

  it.each(['`', 'ç', 'ê', 'ñandú', '😀', '\u001b', 'Ж'])('does not have %j', (text) => {
    expect(BASIC.encode(text)).toBeNull();
  });

  it.each([
    ['the basic character after an escape that the extension lacks', '1b41', 'A'],
    ['a space for two escapes', '1b1b41', ' A'],
    ['a space for an escape at the end', '411b', 'A '],
  ])('point 35: shows %s', (_, code, text) => {
    expect(read(code)).toEqual({ text, lossy: false });
  });

  it('shows octets with the eighth bit as Latin-1 and says so', () => {
    expect(read('41e9')).toEqual({ text: 'Aé', lossy: true });
  });
});

describe('national tables', () => {
  it('point 41: are those of 13 languages, and Spanish has no locking one', () => {
    expect(NATIONAL_LANGUAGES.map(languageId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect([languageOf(13), languageOf(0), languageOf(14)]).toEqual(['urdu', null, null]);
    expect(Object.keys(SINGLE_SHIFT_TABLES)).toHaveLength(13);
    expect(Object.keys(LOCKING_TABLES)).toHaveLength(12);
    for (const table of [...Object.values(SINGLE_SHIFT_TABLES), ...Object.values(LOCKING_TABLES)])
      expect(table).toHaveLength(128);
  });

  it.each(NATIONAL_LANGUAGES)('point 41: of %s read what they have written, in all positions', (language) => {
    const id = languageId(language);
    const alphabet = gsmAlphabet({ locking: id, single: id });
    const characters = [LOCKING_TABLES[id] ?? '', SINGLE_SHIFT_TABLES[id] ?? ''].join('').split('');
    expect(characters.every((character) => alphabet.septetsOf(character.charCodeAt(0)) > 0)).toBe(true);
    const text = characters.join('');
    expect(alphabet.decode(alphabet.encode(text) ?? new Uint8Array()).text).toBe(text);
  });

  it.each([
    ['ş', 'turkish', '1b73', '1d'],
    ['á', 'spanish', '1b61', null],
    ['ê', 'portuguese', '1b05', '04'],
    ['ã', 'portuguese', '1b7b', '7b'],
    ['\u0985', 'bengali', null, '03'],
    ['\u0967', 'hindi', '1b1d', null],
    ['\u0b95', 'tamil', null, '15'],
    ['\u0c6c', 'telugu', '1b22', null],
    ['\u0627', 'urdu', null, '00'],
  ] as const)(
    'point 41: has %j of %s where 3GPP TS 23.038 has it',
    (character, language, single, locking) => {
      const id = languageId(language);
      expect(hex(gsmAlphabet({ locking: 0, single: id }).encode(character))).toBe(single);
      if (locking !== null)
        expect(hex(gsmAlphabet({ locking: id, single: 0 }).encode(character))).toBe(locking);
    },
  );

  it('point 41: of unknown languages are those of GSM 03.38', () => {
    expect(read('001b65', { locking: 99, single: 99 }).text).toBe('@€');
  });
});

describe('segments', () => {
  const units = (text: string, options: TextOptions = {}) =>
    previewText(text, options).segments.map((segment) => segment.units);

  it.each([
    ['an empty text', '', [0]],
    ['160 septets', 'a'.repeat(160), [160]],
    ['161 septets', 'a'.repeat(161), [153, 8]],
    ['80 euros', '€'.repeat(80), [160]],
    ['81 euros, no escape alone at an end', '€'.repeat(81), [152, 10]],
    ['an escape at the cut', `${'a'.repeat(152)}€${'a'.repeat(20)}`, [152, 22]],
    ['a line end of two characters at the cut', `${'a'.repeat(152)}\r\n${'a'.repeat(20)}`, [152, 22]],
    ['70 units of UTF-16', 'ж'.repeat(70), [70]],
    ['71 units of UTF-16', 'ж'.repeat(71), [67, 4]],
    ['a surrogate pair at the cut', `${'ж'.repeat(66)}😀${'ж'.repeat(10)}`, [66, 12]],
    ['a family at the cut', `${'ж'.repeat(60)}👨‍👩‍👧${'ж'.repeat(10)}`, [60, 18]],
    ['160 characters of which one is not GSM', `ж${'a'.repeat(159)}`, [67, 67, 26]],
  ])('points 36 and 37: cut %s', (_, text, expected) => {
    expect(units(text)).toEqual(expected);
  });

  it('point 37: cut a grapheme that is longer than a segment between its code points', () => {
    expect(units(`e${'\u0301'.repeat(200)}`)).toEqual([67, 67, 67]);
    expect(units(`👨${'\u200d👨'.repeat(30)}`)).toEqual([66, 26]);
  });

  it('point 36: take 152 septets, 133 octets and 66 units beside a reference of 16 bits', () => {
    const wide = { referenceBits: 16 } as const;
    expect(units('a'.repeat(161), wide)).toEqual([152, 9]);
    expect(units('ж'.repeat(71), wide)).toEqual([66, 5]);
    expect(units('é'.repeat(141), { ...wide, alphabet: 'latin1' })).toEqual([133, 8]);
  });

  it('point 36: take 140 and 134 octets where the default alphabet is Latin-1', () => {
    expect(units('é'.repeat(140), { alphabet: 'latin1' })).toEqual([140]);
    expect(units('é'.repeat(141), { alphabet: 'latin1' })).toEqual([134, 7]);
  });

  it('leave room for other elements of the header', () => {
    expect(segmentText('a', { headerOctets: 6 }).room).toBe(152);
    expect(segmentText('a'.repeat(153), { headerOctets: 6 }).room).toBe(146);
  });

  it.each([
    ['GSM 03.38 while one segment of UCS-2 does', 'ğ'.repeat(70), 'ucs2 0/0', 1],
    ['the single shift table for a few characters', `${'a'.repeat(150)}ğ`, 'gsm0338 0/1', 1],
    ['the locking table for many', 'ğ'.repeat(155), 'gsm0338 1/0', 1],
    ['UCS-2 for what no table has', 'ğж'.repeat(80), 'ucs2 0/0', 3],
    ['the basic table for what it has', 'a'.repeat(400), 'gsm0338 0/0', 3],
  ] as const)('point 41: are in %s', (_, text, tables, count) => {
    const { alphabet, shift, segments } = segmentText(text, { languages: ['turkish'] });
    expect(`${alphabet} ${shift.locking}/${shift.single}`).toBe(tables);
    expect(segments).toHaveLength(count);
  });

  it('point 41: are shorter by the header that names the language', () => {
    expect(segmentText(`${'a'.repeat(150)}ğ`, { languages: ['turkish'] }).room).toBe(155);
    expect(segmentText('ğ'.repeat(200), { languages: ['turkish'] }).room).toBe(149);
  });

  it('point 41: of Hindi hold twice as much in its own tables', () => {
    const text = 'नमस्ते दुनिया। '.repeat(9);
    expect(segmentText(text).segments).toHaveLength(3);
    expect(segmentText(text, { languages: [...NATIONAL_LANGUAGES] })).toMatchObject({
      shift: { locking: 6, single: 6 },
    });
    expect(segmentText(text, { languages: ['hindi'] }).segments).toHaveLength(1);
  });
});

describe('a preview', () => {
  it('tells encoding, units and what is left', () => {
    expect(previewText('Hello €')).toMatchObject({
      encoding: 'gsm0338',
      languages: [],
      units: 8,
      room: 160,
      left: 152,
      foreign: [],
      cheaper: null,
    });
  });

  it('names the characters that make a text dearer, and plainer ones', () => {
    const { encoding, foreign } = previewText('“naïve” – 😀 ê naï…');
    expect(encoding).toBe('ucs2');
    expect(foreign).toEqual([
      { character: '“', index: 0, count: 1, swap: '"' },
      { character: 'ï', index: 3, count: 2, swap: 'i' },
      { character: '”', index: 6, count: 1, swap: '"' },
      { character: '–', index: 8, count: 1, swap: '-' },
      { character: '😀', index: 10, count: 1, swap: null },
      { character: 'ê', index: 13, count: 1, swap: 'e' },
      { character: '…', index: 18, count: 1, swap: '...' },
    ]);
  });

  it('shows the cheaper text where swaps save a segment', () => {
    const text = `It’s ${'a'.repeat(100)}`;
    expect(previewText(text).cheaper).toEqual({ text: `It's ${'a'.repeat(100)}`, segments: 1 });
    expect(previewText('It’s').cheaper).toBeNull();
  });
});

describe('a text for a network that does not take all characters', () => {
  const gsm = { has: charactersOf('gsm0338') };

  it.each([
    ['keeps what there is', 'naïve', { has: charactersOf('latin1') }, 'naïve'],
    ['has plain quotes, dashes and spaces', '“It’s” – a\u00a0b…', gsm, '"It\'s" - a b...'],
    ['has letters without their marks', 'ẽ', gsm, 'e'],
    ['cannot be spelled', 'ok ж', gsm, null],
    ['has question marks for the rest', '’ж😀', { ...gsm, unsupported: 'replace' as const }, "'??"],
    ['is refused as it is', '’', { ...gsm, unsupported: 'reject' as const }, null],
    ['has a network without limits', 'ж’', undefined, 'ж’'],
  ])('%s', (_what, text, characters, spelled) => {
    expect(spellText(text, characters)).toBe(spelled);
  });

  it('is counted and shown as it is sent', () => {
    const text = `“${'x'.repeat(150)}”`;
    expect(segmentText(text).segments).toHaveLength(3);
    expect(segmentText(text, { characters: gsm })).toMatchObject({
      alphabet: 'gsm0338',
      segments: [`"${'x'.repeat(150)}"`],
    });
    expect(previewText(text, { characters: gsm })).toMatchObject({
      encoding: 'gsm0338',
      foreign: [],
      units: 152,
    });
    expect(segmentText('ж', { characters: gsm })).toMatchObject({ alphabet: 'ucs2', segments: ['ж'] });
  });
});
