import { z } from 'zod';

const LONGEST_URL = 2000;

function isReceiver(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.hash === '';
}

/** A URL that an account's program is asked at. */
export const callbackUrlSchema = z
  .string()
  .max(LONGEST_URL)
  .refine(isReceiver, 'write an address that begins with http:// or https://, without "#"');
