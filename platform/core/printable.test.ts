import { expect, test } from 'vitest';
import { printable, printableJson, withoutControls } from './printable.ts';

test.each([
  ['a line\nand\ta tab', 'a line\nand\ta tab'],
  ['\u001b[2J\u0007\r', '\\x1b[2J\\x07\\x0d'],
  ['\u009b31m\u007f', '\\x9b31m\\x7f'],
  ['a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
  ['Sawubona, été ☺ مرحبا', 'Sawubona, été ☺ مرحبا'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
  expect(withoutControls(text)).toHaveLength(text.length);
});

test('JSON stays JSON, and says the same', () => {
  const value = { text: '\u009b31m \u001b \u007f \u202e' };
  const json = printableJson(JSON.stringify(value));
  expect(JSON.parse(json)).toEqual(value);
  expect(printable(json)).toBe(json);
});
