import { previewText, type NationalLanguage, type TextAlphabet, type TextPreview } from '@vumi/core/text';

export type { NationalLanguage, TextPreview };

export interface SegmentOptions {
  /** The network's default alphabet; `gsm0338` when absent, as nearly everywhere. */
  readonly alphabet?: TextAlphabet;
  /** Languages whose national tables the network allows; none when absent. */
  readonly languages?: readonly NationalLanguage[];
}

/**
 * Says what a text costs as SMS before it is sent, by the same code that sends it.
 *
 * @example
 * const preview = segments('Price: 5 € – today');
 * preview.encoding; // → 'ucs2'
 * preview.segments.length; // → 1
 * preview.foreign.map(({ character, swap }) => [character, swap]); // → [['–', '-']]
 */
export function segments(text: string, options: SegmentOptions = {}): TextPreview {
  return previewText(text, options);
}
