import { CON_END_GOLDENS } from './con-end.ts';
import type { Golden } from './golden.ts';
import { JSON_GOLDENS } from './json.ts';
import { WORDS_GOLDENS } from './words.ts';
import { XML_GOLDENS } from './xml.ts';

/** Those of the spec (channels §B). */
export const USSD_GOLDENS: Readonly<Record<string, Golden>> = {
  ...CON_END_GOLDENS,
  ...JSON_GOLDENS,
  ...XML_GOLDENS,
  ...WORDS_GOLDENS,
};
