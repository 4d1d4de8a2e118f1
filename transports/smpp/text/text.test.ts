import { describe, expect, it } from 'vitest';
import { decodeText, encodeText, type Charset } from './charset.ts';
import { createCharsetTable } from './data-coding.ts';
import { decodeGsm, encodeGsm, ESCAPE } from './gsm0338.ts';
import { segmentText } from './segments.ts';
import { joinHeader, splitHeader } from './user-data-header.ts';

const TABLE = createCharsetTable();

describe('GSM 03.38', () => {
  it('reads and writes all positions of the basic table', () => {
    const codes = Array.from({ length: 128 }, (_, code) => code).filter((code) => code !== ESCAPE);
    const { text, lossy } = decodeGsm(Buffer.from(codes));
    expect(lossy).toBe(false);
    expect(new Set(text).size).toBe(127);
    expect([...(encodeGsm(text) ?? [])]).toEqual(codes);
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
  ])('has %j at %s', (character, hex) => {
    expect(encodeGsm(character)?.toString('hex')).toBe(hex);
    expect(decodeGsm(Buffer.from(hex, 'hex')).text).toBe(character);
  });

  it.each(['`', 'ç', 'ê', 'ñandú', '😀', '\u001b', 'Ж'])('does not have %j', (text) => {
    expect(encodeGsm(text)).toBeNull();
  });

  it.each([
    ['the basic character after an escape that the extension lacks', '1b41', 'A'],
    ['a space for two escapes', '1b1b41', ' A'],
    ['a space for an escape at the end', '411b', 'A '],
  ])('shows %s', (_, hex, text) => {
    expect(decodeGsm(Buffer.from(hex, 'hex'))).toEqual({ text, lossy: false });
  });

  it('shows octets with the eighth bit as Latin-1 and says so', () => {
    expect(decodeGsm(Buffer.from('41e9', 'hex'))).toEqual({ text: 'Aé', lossy: true });
  });
});

describe('data_coding', () => {
  it.each<[number, Charset]>([
    [0x00, 'gsm0338'],
    [0x01, 'ascii'],
    [0x02, 'binary'],
    [0x03, 'latin1'],
    [0x04, 'binary'],
    [0x06, 'iso8859_5'],
    [0x08, 'utf-16be'],
    [0x10, 'gsm0338'],
    [0x13, 'gsm0338'],
    [0x14, 'binary'],
    [0x18, 'utf-16be'],
    [0x19, 'utf-16be'],
    [0x20, 'binary'],
    [0xc8, 'gsm0338'],
    [0xd0, 'gsm0338'],
    [0xe0, 'utf-16be'],
    [0xf0, 'gsm0338'],
    [0xf2, 'gsm0338'],
    [0xf3, 'gsm0338'],
    [0xf4, 'binary'],
    [0xf5, 'binary'],
    [0xff, 'binary'],
  ])('0x%s is %s', (dataCoding, charset) => {
    expect(TABLE[dataCoding]).toBe(charset);
  });

  it('follows the overrides of a bind', () => {
    const table = createCharsetTable({ 0: 'latin1', 242: 'ucs2' });
    expect([table[0], table[242], table[3]]).toEqual(['latin1', 'ucs2', 'latin1']);
  });
});

describe('character sets', () => {
  it.each<[Charset, string, string, boolean]>([
    ['latin1', 'e9', 'é', false],
    ['ascii', '41e9', 'Aé', true],
    ['utf-16be', '0041d83dde00', 'A😀', false],
    ['utf-16be', '0041d83d', 'A\ufffd', true],
    ['utf-16be', '004100', 'A', true],
    ['iso8859_5', 'd6', 'ж', false],
    ['shift_jis', '83658358', 'テス', false],
    ['iso2022_jp', '1b2442252225241b2842', 'アイ', false],
    ['utf-8', 'c3a9', 'é', false],
    ['utf-8', 'c341', 'ÃA', true],
    ['binary', '00ff', '\0ÿ', true],
  ])('%s reads %s', (charset, hex, text, lossy) => {
    expect(decodeText(charset, Buffer.from(hex, 'hex'))).toEqual({ text, lossy });
  });

  it('write what they have and refuse what they lack', () => {
    expect(encodeText('latin1', 'é')?.toString('hex')).toBe('e9');
    expect(encodeText('latin1', '€')).toBeNull();
    expect(encodeText('ascii', 'é')).toBeNull();
    expect(encodeText('binary', 'a')).toBeNull();
  });
});

describe('segments', () => {
  const lengths = (text: string, table = TABLE) =>
    segmentText(text, table)?.segments.map((part) => part.length);

  it.each([
    ['an empty text', '', [0]],
    ['160 septets', 'a'.repeat(160), [160]],
    ['161 septets', 'a'.repeat(161), [153, 8]],
    ['80 euros', '€'.repeat(80), [160]],
    ['81 euros, no escape alone at an end', '€'.repeat(81), [152, 10]],
    ['an escape at the cut', `${'a'.repeat(152)}€${'a'.repeat(20)}`, [152, 22]],
    ['70 units of UTF-16', 'ж'.repeat(70), [140]],
    ['71 units of UTF-16', 'ж'.repeat(71), [134, 8]],
    ['a surrogate pair at the cut', `${'ж'.repeat(66)}😀${'ж'.repeat(10)}`, [132, 24]],
    ['a family at the cut', `${'ж'.repeat(60)}👨‍👩‍👧${'ж'.repeat(10)}`, [120, 36]],
    ['160 characters of which one is not GSM', `ж${'a'.repeat(159)}`, [134, 134, 52]],
  ])('cut %s', (_, text, expected) => {
    expect(lengths(text)).toEqual(expected);
  });

  it('cut a grapheme that is longer than a part between its code points', () => {
    const text = `e${'\u0301'.repeat(200)}`;
    expect(lengths(text)).toEqual([134, 134, 134]);
  });

  it('take 140 and 134 octets where the default alphabet is Latin-1', () => {
    const table = createCharsetTable({ 0: 'latin1' });
    expect(lengths('é'.repeat(140), table)).toEqual([140]);
    expect(lengths('é'.repeat(141), table)).toEqual([134, 7]);
  });

  it('choose GSM where it has every character, else UTF-16', () => {
    expect(segmentText('Hello €', TABLE)).toMatchObject({ charset: 'gsm0338', dataCoding: 0 });
    expect(segmentText('naïve', TABLE)).toMatchObject({ charset: 'utf-16be', dataCoding: 8 });
  });

  it('are at most 255', () => {
    expect(lengths('a'.repeat(153 * 255))).toHaveLength(255);
    expect(segmentText('a'.repeat(153 * 255 + 1), TABLE)).toBeNull();
  });
});

describe('user data headers', () => {
  const read = (hex: string) => splitHeader(Buffer.from(hex, 'hex'));

  it('say which part of what', () => {
    const part = joinHeader({ reference: 7, total: 3, part: 2 }, Buffer.from('hi'));
    expect(part.toString('hex')).toBe('0500030703026869');
    expect(splitHeader(part)).toEqual({
      concatenation: { kind: 'udh8', reference: 7, total: 3, part: 2 },
      text: Buffer.from('hi'),
    });
  });

  it.each([
    ['a 16-bit reference', '060804123402016869', { kind: 'udh16', reference: 0x1234, total: 2, part: 1 }],
    [
      'a reference behind ports',
      '0b0504158200000003ff02016869',
      { kind: 'udh8', reference: 255, total: 2, part: 1 },
    ],
    ['part 0', '0500030703006869', null],
    ['a part over the total', '0500030703046869', null],
    ['other elements alone', '060504158200006869', null],
  ])('are read with %s', (_, hex, concatenation) => {
    expect(read(hex)).toEqual({ concatenation, text: Buffer.from('hi') });
  });

  it('that are cut off are text', () => {
    expect(read('ff0003')).toEqual({ concatenation: null, text: Buffer.from('ff0003', 'hex') });
    expect(read('')).toEqual({ concatenation: null, text: Buffer.alloc(0) });
  });
});
