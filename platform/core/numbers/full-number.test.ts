import { describe, expect, it } from 'vitest';
import { formatNumber, fullNumber, isCallingCode } from './full-number.ts';

const PERSON = '+27761234567';

describe('one person has one number, whichever way his network writes him', () => {
  it.each([
    ['with its plus', PERSON, '27', PERSON],
    ['behind 00', '0027761234567', '27', PERSON],
    ['without its plus', '27761234567', '27', PERSON],
    ['of the country', '0761234567', '27', PERSON],
    ['of the country, without its 0', '761234567', '27', PERSON],
    ['with the 0 of the country behind the country', '+270761234567', '27', PERSON],
    ['the same behind 00', '00270761234567', '27', PERSON],
    ['as a link', 'tel:+27761234567', '27', PERSON],
    ['with blanks', '076 123 4567', '27', PERSON],
    ['of another country, without its plus', '254712345678', '27', '+254712345678'],
    ['of another country, with its plus', '+254712345678', '27', '+254712345678'],
    ['Kenya', '0712345678', '254', '+254712345678'],
    ['Ghana', '0241234567', '233', '+233241234567'],
    ['Nigeria', '08031234567', '234', '+2348031234567'],
    ['Mozambique, which dials no 0', '841234567', '258', '+258841234567'],
    ["Côte d'Ivoire, which keeps its 0", '0707123456', '225', '+2250707123456'],
    ["Côte d'Ivoire, without its plus", '2250707123456', '225', '+2250707123456'],
    ['Russia, which dials an 8', '89161234567', '7', '+79161234567'],
    ['of no plan, with a 0', '0770123', '27', '+27770123'],
    ['of no plan, with its country', '27821234', '27', '+27821234'],
  ])('%s', (_name, written, countryCode, right) => {
    expect(fullNumber(written, countryCode)).toBe(right);
    expect(fullNumber(right, countryCode)).toBe(right);
  });
});

describe('what is no number of a subscriber stays as it is', () => {
  it.each([
    ['a short code', '8000'],
    ['five digits', '80001'],
    ['five digits with a 0', '08000'],
    ['a short code of six digits', '800012'],
    ['a name', 'MyBank'],
    ['a name with digits', 'Clinic27'],
    ['a code of USSD', '*120*8864#'],
    ['a mail address', 'thandi@example.org'],
    ['nothing', ''],
    ['digits that no plan has', '12345678'],
    ['digits that no country has', '9991234567890'],
  ])('%s', (_name, address) => {
    expect(fullNumber(address, '27')).toBe(address);
  });

  it('and so does everything where no country is known', () => {
    for (const address of ['0761234567', '0027761234567', '27761234567', PERSON]) {
      expect(fullNumber(address, undefined)).toBe(address);
    }
  });
});

describe('a number for a network', () => {
  it.each([
    ['plus', '27', '0761234567', PERSON],
    ['plain', '27', '0761234567', '27761234567'],
    ['zero_zero', '27', '0761234567', '0027761234567'],
    ['as_is', '27', '0761234567', '0761234567'],
    ['plus', undefined, '27761234567', PERSON],
    ['plus', undefined, '0027761234567', PERSON],
    ['plain', undefined, PERSON, '27761234567'],
    ['plain', undefined, '+27 76 123-4567', '27761234567'],
    ['plain', undefined, '0761234567', '0761234567'],
    ['zero_zero', undefined, '27761234567', '0027761234567'],
    ['plus', undefined, '12345678', '12345678'],
    ['plus', '27', '8000', '8000'],
    ['plain', '27', 'MyBank', 'MyBank'],
    ['zero_zero', '27', '*120*1#', '*120*1#'],
  ] as const)('%s, country %s: %s', (format, countryCode, address, right) => {
    expect(formatNumber(address, { format, countryCode })).toBe(right);
  });
});

it('a calling code is that of a country', () => {
  expect(['27', '1', '254', '999', '', '027'].map(isCallingCode)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
