import { contactInputSchema, toContactChange, toContactFields, type ContactChange } from '@vumi/records';
import { z } from 'zod';

const EXTRAS = 'extras-';
const SUBSCRIPTION = 'subscription-';
/** What a contact was read with and nobody can set. */
const READ_ONLY = new Set(['key', 'account', 'created_at', '$VERSION', 'user_account']);

/** `extras-x` and `subscription-x`, as Vumi Go writes them, into `extra` and `subscription`. */
function unflatten(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const { extra, subscription, ...rest } = given as Record<string, unknown>;
  const parts = new Map<string, Record<string, unknown>>();
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rest)) {
    const prefix = [EXTRAS, SUBSCRIPTION].find((known) => name.startsWith(known));
    if (prefix !== undefined) parts.set(prefix, { ...parts.get(prefix), [name.slice(prefix.length)]: value });
    else if (!READ_ONLY.has(name)) result[name] = value;
  }
  const together = (whole: unknown, part: object | undefined): unknown =>
    part === undefined ? whole : { ...(typeof whole === 'object' ? whole : {}), ...part };
  const wholes = {
    extra: together(extra, parts.get(EXTRAS)),
    subscription: together(subscription, parts.get(SUBSCRIPTION)),
  };
  for (const [name, value] of Object.entries(wholes)) if (value !== undefined) result[name] = value;
  return result;
}

/** Some fields of a contact, in the form in which they are kept. Fields that only reading gives are passed over. */
export const contactChange: z.ZodType<ContactChange> = z
  .preprocess(unflatten, contactInputSchema)
  .transform(toContactChange);

/** All fields of a contact; what is not named is empty. */
export const contactFields = contactChange.transform(toContactFields);
