/** E.164 leaves 15 digits to a country code and a number. */
const MOST_WITHIN_COUNTRY = 15;
/** SMPP v3.4 section 5.2.9 has room for as many characters. */
const MOST_DIALLED = 20;

/** What carries a number in links: `tel:` of RFC 3966, `sms:` of RFC 5724. */
const SCHEME = /^(?:tel|sms):/i;
/** Signs that stand for one of dialling: of full width, small, raised, lowered. */
const SIGNS: Readonly<Record<string, string>> = {
  '\uff0b': '+',
  '\ufe62': '+',
  '\u207a': '+',
  '\u208a': '+',
  '\uff0a': '*',
  '\u2217': '*',
  '\uff03': '#',
};
const OTHER_SIGN = new RegExp(`[${Object.keys(SIGNS).join('')}]`, 'g');
/** Blanks, dashes, dots, strokes and brackets between digits. */
const FILLING = /[ \t\p{Zs}\p{Pd}\p{Ps}\p{Pe}\u2212\u2043\u02d7\u00b7\u2022./]/gu;
/** Marks without width: direction, joining, the order of bytes. */
const MARKS = /\p{Cf}/gu;
/** The zero of calls within the country, as in "+27 (0)76 123 0001": who dials the country leaves it out. */
const TRUNK_ZERO = /^(\+[^()[\]]*)[([] ?0 ?[)\]]/;
/** What a spreadsheet makes of a number, and two numbers in short: "0761230001/2". Read as digits they ring elsewhere. */
const TREACHEROUS = /\.0+$|\/\d{0,2}$/;

/**
 * A number as people write it, as networks want it: `+` and digits where the country is named (`+27 76 123-0001`,
 * `tel:+27761230001`, `0027…`, digits of any script), else what is dialled: digits, `*` and `#`. Null when it is no
 * number that could be dialled: a name, several numbers, a `+` without a country, too many digits.
 */
export function readPhoneNumber(text: string): string | null {
  const written = asciiDigits(text.replaceAll(MARKS, '').trim().replace(SCHEME, ''))
    .replaceAll(OTHER_SIGN, (sign) => SIGNS[sign] ?? sign)
    .trim();
  if (TREACHEROUS.test(written)) return null;
  const dialled = written.replace(TRUNK_ZERO, '$1').replaceAll(FILLING, '');
  const number = dialled.replace(/^00(?=[1-9]\d{6})/, '+');
  if (number.startsWith('+')) return /^\+[1-9]\d{4,14}$/.test(number) ? number : null;
  // Between so many digits a blank separates two numbers.
  const most = dialled === written ? MOST_DIALLED : MOST_WITHIN_COUNTRY;
  return /^[\d*#]*\d[\d*#]*$/.test(number) && number.length <= most ? number : null;
}

/** Each script has its ten digits in a row, zero first, and rows that touch each other do so at a ten. */
function asciiDigits(text: string): string {
  return text.replaceAll(/(?![0-9])\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let start = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1;
    return String((code - start) % 10);
  });
}
