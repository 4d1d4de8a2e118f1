import { describe, expect, test } from 'vitest';
import { csvLine, CsvReader, type CsvRow } from './csv.ts';

describe('a line of CSV', () => {
  test.each([
    { label: 'texts as they are', cells: ['a', 'b'], line: 'a,b' },
    { label: 'nothing as nothing', cells: [null, undefined, ''], line: ',,' },
    {
      label: 'quotes, commas and line ends in quotes',
      cells: ['say "hi"', 'a,b', 'a\nb'],
      line: '"say ""hi""","a,b","a\nb"',
    },
    {
      label: 'numbers with a plus as they are',
      cells: ['+27761234567', '-5', '+1.5'],
      line: '+27761234567,-5,+1.5',
    },
    {
      label: 'formulas as texts',
      cells: ['=1+1', '@SUM(A1)', '+cmd|x', '-2+3'],
      line: "'=1+1,'@SUM(A1),'+cmd|x,'-2+3",
    },
    { label: 'formulas behind a tab as texts', cells: ['\t=1'], line: "'\t=1" },
    { label: 'formulas with wide signs as texts', cells: ['\uff1d1'], line: "'\uff1d1" },
    {
      label: 'formulas with quotes as texts in quotes',
      cells: ['=HYPERLINK("x","y")'],
      line: `"'=HYPERLINK(""x"",""y"")"`,
    },
  ])('holds $label', ({ cells, line }) => {
    expect(csvLine(cells)).toBe(`${line}\r\n`);
  });
});

describe('a reader of CSV', () => {
  const read = (text: string, separator?: string): CsvRow[] => {
    const reader = new CsvReader(separator);
    // One character at a time: no piece may matter.
    return [...text.split('').flatMap((character) => reader.push(character)), ...reader.end()];
  };

  test.each<[string, string, [number, string[]][]]>([
    [
      'rows with any line break',
      'a,b\nc,d\r\ne,f\rg,h',
      [
        [1, ['a', 'b']],
        [2, ['c', 'd']],
        [3, ['e', 'f']],
        [4, ['g', 'h']],
      ],
    ],
    [
      'quoted cells',
      '"a,""b""",""\n"c\r\nd",e\n',
      [
        [1, ['a,"b"', '']],
        [2, ['c\r\nd', 'e']],
      ],
    ],
    [
      'the line on which each row begins',
      'a\n\n"b\nc"\nd',
      [
        [1, ['a']],
        [3, ['b\nc']],
        [5, ['d']],
      ],
    ],
    ['empty cells, but no empty rows', ',a,\n,,\n\n', [[1, ['', 'a', '']]]],
    ['a quote within a cell', 'a"b,c', [[1, ['a"b', 'c']]]],
    [
      'what a spreadsheet was to show as text',
      "'=1+1,'+27 76,'quoted,+27761234567",
      [[1, ['=1+1', '+27 76', "'quoted", '+27761234567']]],
    ],
    ['nothing', '', []],
  ])('takes %s', (_label, text, rows) => {
    expect(read(text)).toEqual(rows.map(([line, cells]) => ({ line, cells })));
  });

  test('takes what the writer wrote', () => {
    const cells = ['=x', '"quoted"', 'two\nlines', '', '-1', '+27761234567', 'plain, and so on'];
    expect(read(csvLine(cells))).toEqual([{ line: 1, cells }]);
  });

  test('takes another separator, and says where a quote was never closed', () => {
    expect(read('a|b', '|')).toEqual([{ line: 1, cells: ['a', 'b'] }]);
    expect(() => read('a\nb,"c\nd')).toThrow('line 2: a quotation mark is never closed');
  });
});
