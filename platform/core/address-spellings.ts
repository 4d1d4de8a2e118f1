import { readPhoneNumber } from './phone-number.ts';

/**
 * The forms in which messages may have an address that somebody looks for: networks and people write one number with and
 * without its plus, with 00, with blanks. What is no number has its own form only.
 */
export function addressSpellings(text: string): string[] {
  const number = readPhoneNumber(text);
  if (number === null) return [text];
  const digits = number.replace(/^\+/, '');
  const international = /^\d+$/.test(digits) ? [`+${digits}`] : [];
  return [...new Set([text, number, digits, ...international])];
}
