import { addressSpellings } from './address-spellings.ts';
import { VumiError } from './errors.ts';

/** What stands where an address was. */
export const ERASED = 'erased';

/** Shorter ones are in too many texts that are about something else. */
const LEAST_DIGITS = 7;
const LEAST_CHARACTERS = 5;
/** Written as a number, whether or not it is a whole one. */
const NUMBER = /^[\d+ ().-]+$/;
/** People write numbers in groups. */
const GAP = '[ ().-]{0,2}';

/** Finds one address wherever it stands in texts, as people and networks write it. */
export interface AddressPattern {
  /** Of the whole address, for columns that hold nothing else. */
  readonly spellings: readonly string[];
  /** A regular expression, without regard to case, as JavaScript and Postgres read it alike. */
  readonly source: string;
  isIn(text: string): boolean;
  /** The text without the address. */
  clean(text: string): string;
  /** The same of all texts in a value of JSON, names of members too. */
  cleanJson(value: unknown): unknown;
}

/** Throws `request.invalid` for what is too short to be one person's. */
export function addressPattern(address: string): AddressPattern {
  const spellings = addressSpellings(address.trim());
  const source = sourceOf(address.trim(), spellings);
  const pattern = new RegExp(source, 'giu');
  const isIn = (text: string): boolean => text.search(pattern) >= 0;
  const clean = (text: string): string => text.replaceAll(pattern, ERASED);
  const cleanJson = (value: unknown): unknown => {
    if (typeof value === 'string') return clean(value);
    if (typeof value === 'number') return isIn(String(value)) ? null : value;
    if (Array.isArray(value)) return value.map(cleanJson);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [clean(name), cleanJson(member)]),
    );
  };
  return { spellings, source, isIn, clean, cleanJson };
}

function sourceOf(address: string, spellings: readonly string[]): string {
  const digits = spellings.find((text) => /^\d+$/.test(text));
  if (digits !== undefined && digits.length >= LEAST_DIGITS) {
    return `(?<![0-9])(?:\\+|00)?${digits.split('').join(GAP)}(?![0-9])`;
  }
  if (digits === undefined && !NUMBER.test(address) && address.length >= LEAST_CHARACTERS) {
    return `(?<![0-9A-Za-z_])${address.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![0-9A-Za-z_])`;
  }
  throw new VumiError(
    'request.invalid',
    `"${address}" is too short to be a person's address: write a number with its country, such as +27761234567`,
    { field: 'address' },
  );
}
