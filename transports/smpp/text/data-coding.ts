import type { Charset } from './charset.ts';

/** data_coding values that this product writes (section 5.2.19). */
export const DATA_CODING = { DEFAULT: 0x00, UCS2: 0x08 } as const;

/** What each data_coding below 0x10 means (section 5.2.19); 0 has no meaning of its own and may be overridden. */
const ASSIGNED: readonly Charset[] = [
  'gsm0338',
  'ascii',
  'binary',
  'latin1',
  'binary',
  'iso2022_jp',
  'iso8859_5',
  'iso8859_8',
  'utf-16be',
  'shift_jis',
  'iso2022_jp',
  'binary',
  'binary',
  'iso2022_jp',
  'euc_kr',
  'binary',
];

const GENERAL_ALPHABETS: readonly Charset[] = ['gsm0338', 'binary', 'utf-16be', 'binary'];
const COMPRESSED = 0x20;

/** The coding groups of GSM 03.38 section 4, which SMPP takes over for values from 0x10 on. */
function gsmGroup(dataCoding: number): Charset {
  if (dataCoding < 0x80) {
    if ((dataCoding & COMPRESSED) !== 0) return 'binary';
    return GENERAL_ALPHABETS[(dataCoding >> 2) & 3] ?? 'binary';
  }
  if (dataCoding >= 0xf0) return (dataCoding & 4) === 0 ? 'gsm0338' : 'binary';
  if (dataCoding >= 0xe0) return 'utf-16be';
  return dataCoding >= 0xc0 ? 'gsm0338' : 'binary';
}

/** How a bind reads each data_coding: 256 entries. */
export type CharsetTable = readonly Charset[];

/** Option `data_coding_overrides`: its keys are data_coding values as texts, since YAML and JSON have no others. */
export function createCharsetTable(overrides: Readonly<Record<string, Charset>> = {}): CharsetTable {
  return Array.from(
    { length: 256 },
    (_, dataCoding) => overrides[String(dataCoding)] ?? ASSIGNED[dataCoding] ?? gsmGroup(dataCoding),
  );
}
