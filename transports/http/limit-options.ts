import { z } from 'zod';
import type { TextLimits, TextUnit } from '../sending/text-limits.ts';

type Usual = Pick<TextLimits, 'max' | 'tooLong' | 'unit'>;

/** How people call the units. */
const UNITS: Readonly<Record<TextUnit, string>> = {
  utf16: 'UTF-16 units: most characters are one, emoji two',
  characters: 'characters of Unicode',
  graphemes: 'characters as people see them',
  bytes: 'bytes of UTF-8',
  weighted: 'characters as X counts them: two for most scripts of Asia and emoji, 23 for a link',
};

type LimitConfig = z.infer<z.ZodObject<ReturnType<typeof limitOptions>>>;

/** What the options say, for a channel that counts in these units. */
export function textLimits(unit: TextUnit): (config: LimitConfig) => TextLimits {
  return ({ max_length: max, too_long: tooLong }) => ({ max, unit, tooLong });
}

/** How long a text may be, where the network has a limit (spec channels §1.7). */
export function limitOptions({ max, unit, tooLong }: Usual) {
  return {
    max_length: z
      .int()
      .min(1)
      .max(100_000)
      .default(max)
      .describe(`Greatest length of one text, in ${UNITS[unit]}. Default: ${max}`),
    too_long: z
      .enum(['split', 'cut', 'reject'])
      .default(tooLong)
      .describe(
        `What becomes of a longer text: sent in several, at the end of a line or a word; cut there; or refused. Default: ${tooLong}`,
      ),
  };
}
