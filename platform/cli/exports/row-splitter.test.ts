import { expect, test } from 'vitest';
import { RowSplitter } from './row-splitter.ts';

const CSV = 'a,b\r\n1,"two\r\nlines, ""quoted"""\r\n3,ä\r\n';
const NDJSON = '{"a":"\\"\\n"}\n{"b":"ä"}\n';

test.each([
  ['csv', CSV, 3, '3,ä\r\n'],
  ['ndjson', NDJSON, 2, '{"b":"ä"}\n'],
] as const)('%s is cut at the ends of its rows, wherever the pieces end', (format, text, rows, lastRow) => {
  const bytes = Buffer.from(text);
  for (let size = 1; size <= bytes.length; size++) {
    const splitter = new RowSplitter(format);
    const pieces: Buffer[] = [];
    let count = 0;
    let last = '';
    for (let at = 0; at < bytes.length; at += size) {
      const whole = splitter.push(bytes.subarray(at, at + size));
      pieces.push(whole.bytes);
      count += whole.count;
      last = whole.last?.toString() ?? last;
    }
    expect([Buffer.concat(pieces).toString(), count, last, splitter.isWhole]).toEqual([
      text,
      rows,
      lastRow,
      true,
    ]);
  }
});

test('a row that has not ended is kept back', () => {
  const splitter = new RowSplitter('csv');
  expect(splitter.push(Buffer.from('a\r\n"b\r\n')).bytes.toString()).toBe('a\r\n');
  expect(splitter.isWhole).toBe(false);
  expect(splitter.push(Buffer.from('"\r\n')).last?.toString()).toBe('"b\r\n"\r\n');
});
