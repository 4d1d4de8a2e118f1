import { z } from 'zod';

/** Kinds of values that several options share. Times are seconds, as in Vumi. */
export const seconds = () => z.number().positive();
export const secondsOrOff = () => z.number().min(0);
export const octet = () => z.int().min(0).max(255);
export const port = () => z.int().min(1).max(65_535);

/** Type of number of a receiver: 5 is a name, and nobody receives by a name (section 5.2.5). */
export const receiverTon = () => octet().refine((ton) => ton !== 5, 'a receiver is no name: not 5');

/** A text that a C-octet string can hold: one octet for each character, and no NUL. */
export const latinText = () =>
  z
    .string()
    .regex(/^[\x20-\x7e\xa0-\xff]*$/, 'printable characters of Latin-1 only: SMPP has no others here');

/** A PEM text, or the path of a file that holds one. */
export const pemOrPath = () => z.string().min(1);
