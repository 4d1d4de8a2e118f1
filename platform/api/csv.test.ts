import { describe, expect, test } from 'vitest';
import { csvLine } from './csv.ts';

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
