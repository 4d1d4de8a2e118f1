import { describe, expect, it } from 'vitest';
import { readPhoneNumber } from './phone-number.ts';

const PLUS_27 = '+27761230001';

describe('a number as people write it', () => {
  it.each([
    ['as it is', '+27761230001', PLUS_27],
    ['a stroke behind the region', '0761/1230001', '07611230001'],
    ['signs of full width', '＊１２０＃', '*120#'],
    ['blanks', ' +27 76 123 0001 ', PLUS_27],
    ['brackets and dashes', '+27 (76) 123-0001', PLUS_27],
    ['dots and strokes', '+27.76/123.0001', PLUS_27],
    ['a blank that does not break', '+27 76 123 0001', PLUS_27],
    ['dashes of all kinds', '+27‐76‑12–3—0−001', PLUS_27],
    ['a dash that only shows at a break', '+27\u00ad761230001', PLUS_27],
    ['marks of direction, as address books copy them', '\u202a+27761230001\u202c', PLUS_27],
    ['marks without width', '\ufeff+2776\u200b1230001\u200d', PLUS_27],
    ['a link', 'tel:+27761230001', PLUS_27],
    ['a link in capitals with dashes', 'TEL:+27-76-123-0001', PLUS_27],
    ['a link for texts', 'sms:+27761230001', PLUS_27],
    ['the zero of calls within the country', '+27 (0)76 123 0001', PLUS_27],
    ['the same in square brackets', '+27 [0] 761230001', PLUS_27],
    ['the prefix of calls abroad', '0027761230001', PLUS_27],
    ['the same with blanks', '00 27 76 123 0001', PLUS_27],
    ['digits of full width', '＋２７７６１２３０００１', PLUS_27],
    ['Arabic-Indic digits', '+٢٧٧٦١٢٣٠٠٠١', PLUS_27],
    ['Persian digits', '+۲۷۷۶۱۲۳۰۰۰۱', PLUS_27],
    ['Devanagari digits', '+२७७६१२३०००१', PLUS_27],
    ['digits of mathematics', '+𝟐𝟕𝟕𝟔𝟏𝟐𝟑𝟎𝟎𝟎𝟏', PLUS_27],
    ['without a plus', '27761230001', '27761230001'],
    ['of the country', '076 123 0001', '0761230001'],
    ['in brackets', '(76)', '76'],
    ['a short code', '8000', '8000'],
    ['one digit', '1', '1'],
    ['a code of USSD', '*120*123#', '*120*123#'],
    ['twenty digits that name no country', '12345678901234567890', '12345678901234567890'],
  ])('%s', (_name, text, right) => {
    expect(readPhoneNumber(text)).toBe(right);
  });
});

describe('no number', () => {
  it.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['a name', 'nobody'],
    ['a name with a number in it', 'clinic1'],
    ['letters for digits', '0800FLOWERS'],
    ['a plus', '+'],
    ['a country without a number', '+27'],
    ['two pluses', '++27761230001'],
    ['a plus inside', '27+761230001'],
    ['a country that starts with zero', '+0761230001'],
    ['a plus before a code', '+*120#'],
    ['signs without a digit', '*#'],
    ['more digits than numbers have', '+2776123000123456'],
    ['more than fits on the wire', '123456789012345678901'],
    ['two numbers', '+27761230001,+27761230002'],
    ['two numbers and a semicolon', '27761230001;27761230002'],
    ['an extension', 'tel:+27761230001;ext=12'],
    ['a mail address', 'nobody@example.org'],
    ['a picture', '😀'],
    ['circled digits', '①②'],
    ['digits of powers', '+2776¹²³0001'],
    ['a number of a spreadsheet', '27761230001.0'],
    ['two numbers in short', '0761230001/2'],
    ['two numbers side by side', '0761230001 0761230002'],
    ['two numbers below each other', '8000\n8001'],
    ['a number with an exponent', '2.7761e10'],
    ['a line and another', 'tel:tel:+27761230001'],
  ])('%s', (_name, text) => {
    expect(readPhoneNumber(text)).toBeNull();
  });
});
