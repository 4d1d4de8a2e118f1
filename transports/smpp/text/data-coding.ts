import { fillingOf, type Charset } from './charset.ts';

/** data_coding values that this product writes (section 5.2.19). */
export const DATA_CODING = { DEFAULT: 0x00, BINARY: 0x04, UCS2: 0x08 } as const;

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
const HAS_CLASS = 0x10;
const CLASS_GROUP = 0xf0;
const WAITING_GROUPS = 0xc0;

/** The coding groups of GSM 03.38 section 4, which SMPP takes over for values from 0x10 on. */
function gsmGroup(dataCoding: number, byDefault: Charset): Charset {
  if (dataCoding < 0x80) {
    if ((dataCoding & COMPRESSED) !== 0) return 'binary';
    return asDefault(GENERAL_ALPHABETS[(dataCoding >> 2) & 3] ?? 'binary', byDefault);
  }
  if (dataCoding >= CLASS_GROUP) return (dataCoding & 4) === 0 ? asDefault('gsm0338', byDefault) : 'binary';
  if (dataCoding >= 0xe0) return 'utf-16be';
  return dataCoding >= WAITING_GROUPS ? asDefault('gsm0338', byDefault) : 'binary';
}

/** A bind that packs the default alphabet packs it in every group. */
function asDefault(charset: Charset, byDefault: Charset): Charset {
  return charset === 'gsm0338' && fillingOf(byDefault) !== null ? byDefault : charset;
}

/** How a bind reads each data_coding: 256 entries. */
export type CharsetTable = readonly Charset[];

/** Option `data_coding_overrides`: its keys are data_coding values as texts, since YAML and JSON have no others. */
export function createCharsetTable(overrides: Readonly<Record<string, Charset>> = {}): CharsetTable {
  const byDefault = overrides['0'] ?? 'gsm0338';
  return Array.from(
    { length: 256 },
    (_, dataCoding) =>
      overrides[String(dataCoding)] ?? ASSIGNED[dataCoding] ?? gsmGroup(dataCoding, byDefault),
  );
}

const WAITING_KINDS = ['voicemail', 'fax', 'email', 'other'] as const;

/** An icon on the phone: messages of a kind are waiting, or no longer are (GSM 03.38 section 4). */
export interface MessageWaiting {
  readonly kind: (typeof WAITING_KINDS)[number];
  readonly active: boolean;
  /** Whether the phone keeps the text. */
  readonly store: boolean;
}

/** The message class that a data_coding names: 0 is shown at once and not kept (flash); null is none. */
export function messageClassOf(dataCoding: number): number | null {
  const general = dataCoding >= HAS_CLASS && dataCoding < 0x80 && (dataCoding & HAS_CLASS) !== 0;
  return general || dataCoding >= CLASS_GROUP ? dataCoding & 3 : null;
}

export function messageWaitingOf(dataCoding: number): MessageWaiting | null {
  if (dataCoding < WAITING_GROUPS || dataCoding >= CLASS_GROUP) return null;
  const kind = WAITING_KINDS[dataCoding & 3] ?? 'other';
  return { kind, active: (dataCoding & 8) !== 0, store: dataCoding >= 0xd0 };
}

/** The data_coding of a text in one of the alphabets of the air, for phones to treat as of this class. */
export function withMessageClass(charset: Charset, messageClass: number): number {
  if (charset === 'utf-16be' || charset === 'ucs2') return 0x18 | messageClass;
  return CLASS_GROUP | (charset === 'binary' ? 4 : 0) | messageClass;
}
