import { characterOptions } from '../http/character-options.ts';
import { offerOptions } from '../http/offer-options.ts';
import { callerOptions, heldOptions, ignoredHttpOptions, messageOptions } from '../http/options.ts';
import { addressFormatOption, numberOptions } from '../numbers/number-options.ts';

/** Of every app that makes a phone a gateway and asks for what to send. */
export const phoneOptions = {
  ...callerOptions,
  ...messageOptions('sms'),
  ...characterOptions,
  ...numberOptions,
  ...addressFormatOption('plus'),
  ...offerOptions,
  // Nothing is the reply to a request; `max_pending` bounds the answers that are held back for replies.
  ...heldOptions(1),
  ...ignoredHttpOptions,
} as const;

/** The groups of options that the reference lists for all of them. */
export const COMMON_GROUPS = {
  Callers: callerOptions,
  Messages: { ...messageOptions('sms'), ...characterOptions },
  Numbers: { ...numberOptions, ...addressFormatOption('plus') },
  'Handing out': offerOptions,
} as const;
