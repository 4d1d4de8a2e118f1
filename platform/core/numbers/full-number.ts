import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { readPhoneNumber } from '../phone-number.ts';

/** Short codes are no numbers of subscribers (Vumi's rule, spec channels §1.7). */
const LONGEST_SHORT_CODE = 5;
/** Without 0 and without its country no number of a subscriber is shorter; short codes of six digits are. */
const SHORTEST_BARE = 7;

const CALLING_CODES: ReadonlySet<string> = new Set(
  getCountries().map((country) => getCountryCallingCode(country)),
);

/** Whether a country has it, such as "27". */
export function isCallingCode(code: string): boolean {
  return CALLING_CODES.has(code);
}

/**
 * A subscriber's number as `+`, country and the rest, however his network writes it: `0027…`, `27…`, `076…`, `76…`,
 * `+27076…`. What is no such number stays as it is: short codes, names, codes of USSD. Without a country code nobody knows
 * what is meant, and everything stays as it is. The code must be one (`isCallingCode`).
 *
 * The plans of the countries decide: many do not dial a 0 within the country, or keep it abroad (Côte d'Ivoire, Gabon). A
 * number that no plan has is read by Vumi's rules: 0 stands for the country, and what begins with the country lacks its
 * plus.
 */
export function fullNumber(address: string, countryCode: string | undefined): string {
  if (countryCode === undefined || address.length <= LONGEST_SHORT_CODE) return address;
  const number = readPhoneNumber(address);
  if (number === null || !/^\+?\d+$/.test(number)) return address;
  if (number.startsWith('+')) return planned(number) ?? number;
  if (/^[1-9]/.test(number) && number.length < SHORTEST_BARE) return number;
  return planned(number, countryCode) ?? byRule(number, countryCode) ?? abroad(number) ?? number;
}

/** Null for a number that no plan has. */
function planned(number: string, countryCode?: string): string | null {
  const known = parsePhoneNumberFromString(number, {
    extract: false,
    ...(countryCode === undefined ? {} : { defaultCallingCode: countryCode }),
  });
  return known?.isValid() === true ? known.number : null;
}

function byRule(number: string, countryCode: string): string | null {
  if (number.startsWith('0')) return `+${countryCode}${number.slice(1)}`;
  return number.startsWith(countryCode) ? `+${number}` : null;
}

/** A number with its country that lacks its plus. */
function abroad(number: string): string | null {
  return number.startsWith('0') ? null : planned(`+${number}`);
}

/** How a network wants numbers written: `+27…`, `27…`, `0027…`, or as the message has them. */
export const ADDRESS_FORMATS = ['plus', 'plain', 'zero_zero', 'as_is'] as const;
export type AddressFormat = (typeof ADDRESS_FORMATS)[number];
const PREFIXES = { plus: '+', plain: '', zero_zero: '00' } as const;

/** An address as a network wants it; names, short codes and codes of USSD stay as they are. */
export function formatNumber(
  address: string,
  { format, countryCode }: { readonly format: AddressFormat; readonly countryCode?: string | undefined },
): string {
  if (format === 'as_is') return address;
  const number = readPhoneNumber(fullNumber(address, countryCode));
  if (number === null) return address;
  const full = number.startsWith('+') ? number : abroad(number);
  return full === null ? address : `${PREFIXES[format]}${full.slice(1)}`;
}
