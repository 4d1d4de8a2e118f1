import { describe, expect, it } from 'vitest';
import { partOf, segmentsOf } from './segments.ts';

describe('what gammu-smsd is given', () => {
  it.each([
    ['nothing', null, [['', 'Default_No_Compression', '']]],
    ['a short text', 'hi €', [['hi €', 'Default_No_Compression', '']]],
    ['one of other letters', 'привет', [['привет', 'Unicode_No_Compression', '']]],
    ['a NUL', 'a\0b', [['ab', 'Default_No_Compression', '']]],
    [
      'a long text',
      'a'.repeat(300),
      [
        ['a'.repeat(153), 'Default_No_Compression', '050003070201'],
        ['a'.repeat(147), 'Default_No_Compression', '050003070202'],
      ],
    ],
  ] as const)('of %s', (_label, content, parts) => {
    const segments = segmentsOf(content, 0x1_07);
    expect(segments?.map(({ text, coding, header }) => [text, coding, header])).toEqual(parts);
  });

  it('is nothing of a text that has too many parts', () => {
    expect(segmentsOf('ж'.repeat(67 * 256), 1)).toBeNull();
  });
});

describe('a header', () => {
  it.each([
    ['', null],
    ['050003070201', { reference: 7, total: 2, part: 1 }],
    ['060804010702ff', null],
    ['06080401070302', { reference: 0x1_07, total: 3, part: 2 }],
    ['0b0504158200000003070302', { reference: 7, total: 3, part: 2 }],
    ['050003070100', null],
    ['0500', null],
    ['no digits', null],
  ])('"%s" joins as %o', (header, part) => {
    expect(partOf(header)).toEqual(part);
  });
});
