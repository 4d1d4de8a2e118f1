/** Short codes are no numbers of subscribers. */
const LONGEST_SHORT_CODE = 5;

/**
 * A number with its country, by Vumi's rules (spec vumi-core appendix B): short codes stay as they are; of the rest
 * digits and plus count; `00` is a plus, one `0` the country, and a number that begins with the country lacks its plus.
 * Simpler than `readPhoneNumber` of core and not to be mixed with it: what was configured for Vumi is compared so.
 */
export function normaliseMsisdn(raw: string, countryCode: string): string {
  if (raw.length <= LONGEST_SHORT_CODE) return raw;
  const number = raw.replaceAll(/[^\d+]/g, '');
  if (number.startsWith('00')) return `+${number.slice(2)}`;
  if (number.startsWith('0')) return `+${countryCode}${number.slice(1)}`;
  if (number.startsWith('+')) return number;
  return number.startsWith(countryCode) ? `+${number}` : number;
}
