import { expect, test } from 'vitest';
import { maskNumbers } from './mask-numbers.ts';

test.each([
  ['Call me on 076 123 4567 please', 'Call me on ••• please'],
  ['+27 (0)76-123-4567', '•••'],
  ['my sister: +27761234567, not me', 'my sister: •••, not me'],
  ['٠٧٦١٢٣٤٥٦٧', '•••'],
  ['0\u200b7\u200b6\u200b1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7', '•••'],
  ['ID 8001015009087', 'ID •••'],
  ['On 24-12-2030 at 8', 'On 24-12-2030 at 8'],
  ['2 children, 37.5 degrees', '2 children, 37.5 degrees'],
  ['1. Yes\n2. No', '1. Yes\n2. No'],
])('%j is shown as %j', (text, shown) => {
  expect(maskNumbers(text)).toBe(shown);
});

test('takes time in proportion to the text', () => {
  const text = '1 2 3 4 5 6 7 8 x '.repeat(50_000);
  expect(maskNumbers(text)).toBe(text);
});
