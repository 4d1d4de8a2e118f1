import { expect, test } from 'vitest';
import { containsPattern } from './text-pattern.ts';

test.each([
  ['Yes', '[Yy][eE][sS]'],
  ['é', '[éÉ]'],
  ['ß', 'ß'],
  ['1', '1'],
  ['a.b*', '[aA]\\.[bB]\\*'],
  ['50%_', '50\\%\\_'],
  ['[x]\\', '\\[[xX]\\]\\\\'],
  ['👩', '👩'],
])('%j is looked for as %s', (text, pattern) => {
  expect(containsPattern(text)).toBe(pattern);
});
