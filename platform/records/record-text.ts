import { z } from 'zod';

/** Longer is nobody's name, and no query of ours. */
const MAX_LENGTH = 1000;

/** A text that every database can keep: half characters and NUL become U+FFFD. */
export function recordText(maxLength: number = MAX_LENGTH) {
  return z
    .string()
    .max(maxLength)
    .transform((text) => text.toWellFormed().replaceAll('\u0000', '\uFFFD'));
}

/** A key of a contact or a group. */
export const recordKey = recordText(128);
