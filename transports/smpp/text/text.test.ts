import { describe, expect, it } from 'vitest';
import { decodeText, encodeText, type Charset } from './charset.ts';
import { createCharsetTable, messageClassOf, messageWaitingOf, withMessageClass } from './data-coding.ts';
import { packSeptets, unpackSeptets, type Filling } from './septets.ts';
import { codeBinary, codeText, createTextCoding } from './text-coding.ts';
import {
  createHeader,
  joinHeader,
  NO_HEADER,
  portsElement,
  shiftElements,
  splitHeader,
} from './user-data-header.ts';

const TABLE = createCharsetTable();

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
  ])('point 40: 0x%s is %s', (dataCoding, charset) => {
    expect(TABLE[dataCoding]).toBe(charset);
  });

  it.each([
    [0x00, null],
    [0x08, null],
    [0x10, 0],
    [0x13, 3],
    [0x18, 0],
    [0x19, 1],
    [0x22, null],
    [0x50, 0],
    [0xc8, null],
    [0xe0, null],
    [0xf0, 0],
    [0xf2, 2],
    [0xf5, 1],
  ])('point 40: of 0x%s the class is %s', (dataCoding, messageClass) => {
    expect(messageClassOf(dataCoding)).toBe(messageClass);
  });

  it('point 40: tells what is waiting, and whether the text is to be kept', () => {
    expect([0xf0, 0xc8, 0xd1, 0xea].map(messageWaitingOf)).toEqual([
      null,
      { kind: 'voicemail', active: true, store: false },
      { kind: 'fax', active: false, store: true },
      { kind: 'email', active: true, store: true },
    ]);
  });

  it('point 40: is written with a class', () => {
    expect(withMessageClass('gsm0338', 0)).toBe(0xf0);
    expect(withMessageClass('utf-16be', 1)).toBe(0x19);
    expect(withMessageClass('binary', 2)).toBe(0xf6);
  });

  it('point 38: a bind that packs its default alphabet packs it in every group', () => {
    const table = createCharsetTable({ 0: 'gsm0338_packed' });
    expect([table[0], table[0xf0], table[0x10], table[8]]).toEqual([
      'gsm0338_packed',
      'gsm0338_packed',
      'gsm0338_packed',
      'utf-16be',
    ]);
  });

  it('point 33: follows the overrides of a bind', () => {
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
  ])('points 39 and 42: %s reads %s', (charset, hex, text, lossy) => {
    expect(decodeText(charset, Buffer.from(hex, 'hex'))).toEqual({ text, lossy });
  });

  it('write what they have and refuse what they lack', () => {
    expect(encodeText('latin1', 'é')?.toString('hex')).toBe('e9');
    expect(encodeText('latin1', '€')).toBeNull();
    expect(encodeText('ascii', 'é')).toBeNull();
    expect(encodeText('binary', 'a')).toBeNull();
  });
});

describe('seven-bit packing', () => {
  it.each([
    ['hello', 'e8329bfd06'],
    ['hellohello', 'e8329bfd4697d9ec37'],
  ])('point 38: packs %s as 3GPP shows it', (text, hex) => {
    const septets = Buffer.from(text, 'latin1');
    expect(packSeptets(septets).toString('hex')).toBe(hex);
    expect(unpackSeptets(Buffer.from(hex, 'hex')).toString('latin1')).toBe(text);
  });

  it('point 38: begins at a septet boundary behind a header', () => {
    const septets = Buffer.from('a'.repeat(153));
    const packed = packSeptets(septets, 6);
    expect(packed.length).toBe(134);
    expect((packed[0] ?? 0) & 1).toBe(0);
    expect(unpackSeptets(packed, 6)).toEqual(septets);
  });

  it.each<[string, Filling, string, string]>([
    ['1234567', 'cr', '31d98c56b3dd1a', '1234567'],
    ['1234567', 'zero', '31d98c56b3dd00', '1234567'],
    ['1234567\0', 'cr', '31d98c56b3dd00', '1234567\0'],
    ['1234567\0', 'zero', '31d98c56b3dd00', '1234567'],
    ['12345678', 'cr', '31d98c56b3dd70', '12345678'],
    ['1234567\r', 'cr', '31d98c56b3dd1a0d', '1234567\r\r'],
    ['1234567\r', 'zero', '31d98c56b3dd1a', '1234567\r'],
    ['123456\r', 'cr', '31d98c56b3351a', '123456\r'],
    ['', 'cr', '', ''],
  ])('point 38: packs %j, filled with %s, as %s', (text, filling, hex, read) => {
    expect(packSeptets(Buffer.from(text), 0, filling).toString('hex')).toBe(hex);
    expect(unpackSeptets(Buffer.from(hex, 'hex'), 0, filling).toString('latin1')).toBe(read);
  });

  it('point 38: does not fill beyond 140 octets', () => {
    const full = Buffer.from(`${'a'.repeat(159)}\r`);
    expect(packSeptets(full)).toHaveLength(140);
  });
});

describe('the coding of a text', () => {
  it('point 33: is the one that the bind takes data_coding 0 for', () => {
    const latin1 = createTextCoding({ table: createCharsetTable({ 0: 'latin1' }) });
    expect(codeText('é', latin1)).toMatchObject({ dataCoding: 0, segments: [Buffer.from('e9', 'hex')] });
    expect(codeText('é')).toMatchObject({ dataCoding: 0, segments: [Buffer.from('05', 'hex')] });
  });

  it('point 33: may be named, with its data_coding or another', () => {
    expect(codeText('é', createTextCoding({ charset: 'latin1' }))).toMatchObject({ dataCoding: 3 });
    const odd = createTextCoding({ charset: 'latin1', dataCoding: 1 });
    expect(codeText('é', odd)).toMatchObject({ dataCoding: 1, charset: 'latin1' });
    expect(codeText('ж', odd)).toMatchObject({ dataCoding: 8, charset: 'utf-16be' });
  });

  it('point 33: is UTF-16 where the default alphabet is one that we only read', () => {
    const coding = createTextCoding({ table: createCharsetTable({ 0: 'shift_jis' }) });
    expect(codeText('a', coding)).toMatchObject({ dataCoding: 8, segments: [Buffer.from('0061', 'hex')] });
  });

  it('point 41: takes a national table where the bind allows it and it saves a part', () => {
    const coding = createTextCoding({ languages: ['turkish'] });
    const text = 'ğ'.repeat(100);
    expect(codeText(text, coding)).toMatchObject({ dataCoding: 0, shift: { locking: 1, single: 0 } });
    expect(codeText(text)).toMatchObject({ dataCoding: 8, shift: { locking: 0, single: 0 } });
  });

  it('point 42: leaves octets as they are, in parts of 134', () => {
    const octets = Buffer.from(Array.from({ length: 300 }, (_, index) => index & 0xff));
    const coded = codeBinary(octets);
    expect(coded).toMatchObject({ dataCoding: 4, charset: 'binary' });
    expect(coded?.segments.map(({ length }) => length)).toEqual([134, 134, 32]);
    expect(Buffer.concat([...(coded?.segments ?? [])])).toEqual(octets);
  });

  it('is refused when it takes more than 255 parts', () => {
    expect(codeText('a'.repeat(153 * 255))?.segments).toHaveLength(255);
    expect(codeText('a'.repeat(153 * 255 + 1))).toBeNull();
  });
});

describe('user data headers', () => {
  const read = (hex: string) => splitHeader(Buffer.from(hex, 'hex'));

  it('point 43: say which part of what', () => {
    const part = joinHeader({ reference: 7, total: 3, part: 2 }, Buffer.from('hi'));
    expect(part.toString('hex')).toBe('0500030703026869');
    expect(splitHeader(part)).toMatchObject({
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
  ])('point 43: are read with %s', (_, hex, concatenation) => {
    expect(read(hex)).toMatchObject({ concatenation, text: Buffer.from('hi') });
  });

  it('point 41: tell the tables of languages', () => {
    expect(read('06240101250103').shift).toEqual({ locking: 3, single: 1 });
    const header = createHeader(shiftElements({ locking: 6, single: 6 }));
    expect(header.toString('hex')).toBe('06240106250106');
    expect(splitHeader(header).shift).toEqual({ locking: 6, single: 6 });
  });

  it('tell ports of one and of two octets', () => {
    expect(read('0605041582000968').ports).toEqual({ destination: 0x1582, source: 9, bits: 16 });
    expect(read('0404020a0b68').ports).toEqual({ destination: 10, source: 11, bits: 8 });
    expect(createHeader([portsElement({ destination: 0x1582, source: 9 })]).toString('hex')).toBe(
      '06050415820009',
    );
  });

  it('that are cut off are text', () => {
    expect(read('ff0003')).toEqual({ ...NO_HEADER, text: Buffer.from('ff0003', 'hex') });
    expect(read('')).toEqual({ ...NO_HEADER, text: Buffer.alloc(0) });
  });
});
