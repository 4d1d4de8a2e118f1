import { expect, it } from 'vitest';
import { cleanText, fitScreen } from './fit-screen.ts';

const line = 'x'.repeat(61);

it.each([
  ['what fits', 'a'.repeat(182), 'a'.repeat(182)],
  ['nothing', '', ''],
  ['one long line', 'a'.repeat(183), 'a'.repeat(182)],
  ['lines', [line, line, line, line].join('\n'), [line, line].join('\n')],
  ['lines that fill it', ['x'.repeat(182), 'y'].join('\n'), 'x'.repeat(182)],
  ['an empty first line', `\n${'a'.repeat(200)}`, `\n${'a'.repeat(181)}`],
  ['characters of two septets', '€'.repeat(100), '€'.repeat(91)],
  ['other alphabets', 'ш'.repeat(81), 'ш'.repeat(80)],
  ['what is more than one unit', `${'ш'.repeat(79)}😀`, 'ш'.repeat(79)],
])('%s: as many lines as fit', (_label, text, shown) => {
  expect(fitScreen(text, 182)).toEqual({ text: shown, wasCut: shown !== text });
});

it('line ends and halves of characters are mended', () => {
  expect([cleanText('a\r\nb\rc\ud800'), cleanText(null)]).toEqual(['a\nb\nc\ufffd', '']);
});
