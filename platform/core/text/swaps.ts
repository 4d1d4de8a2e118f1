/** What stands for a character of which Unicode's own decompositions say nothing. */
const SWAPS: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  '′': "'",
  '`': "'",
  '´': "'",
  ʼ: "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '‟': '"',
  '″': '"',
  '«': '"',
  '»': '"',
  '‹': '<',
  '›': '>',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '−': '-',
  '•': '*',
  '·': '.',
  '×': 'x',
  '÷': '/',
  '©': '(c)',
  '®': '(r)',
  '°': 'o',
  Œ: 'OE',
  œ: 'oe',
  Ł: 'L',
  ł: 'l',
  Đ: 'D',
  đ: 'd',
  Ð: 'D',
  ð: 'd',
  Þ: 'Th',
  þ: 'th',
  ı: 'i',
  '\t': ' ',
  '\u200b': '',
  '\u200c': '',
  '\u200d': '',
  '\u2060': '',
  '\ufeff': '',
};

/** Plainer text in place of a character, as long as `has` takes it; null when there is none. */
export function swapFor(character: string, has: (text: string) => boolean): string | null {
  const known = SWAPS[character];
  const plain = known ?? character.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  if (plain === character) return null;
  return plain === '' ? (known ?? null) : has(plain) ? plain : null;
}
