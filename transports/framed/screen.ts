import type { z } from 'zod';
import { fitScreen } from '../http/ussd/fit-screen.ts';
import { ussdOptions } from '../http/ussd/options.ts';

const { max_length, too_long } = ussdOptions();

/** What becomes of texts that a phone's screen has no room for, as on channels over HTTP (spec channels §1.5). */
export const screenOptions = { max_length, too_long } as const;

type ScreenConfig = { readonly [K in keyof typeof screenOptions]: z.infer<(typeof screenOptions)[K]> };

export type Screen =
  | { readonly kind: 'fits'; readonly text: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** What is shown of a text. */
export function onScreen(text: string, { max_length: most, too_long: tooLong }: ScreenConfig): Screen {
  const fitted = fitScreen(text, most);
  if (!fitted.wasCut || tooLong === 'cut') return { kind: 'fits', text: fitted.text };
  return { kind: 'refused', reason: `the text has no room on a screen of ${most} septets` };
}
