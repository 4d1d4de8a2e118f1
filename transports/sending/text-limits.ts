import { cutText } from '@vumi/core/text';

/** What one request of a network holds of a text (spec channels §1.7). */
export interface TextLimits {
  /** Greatest length of one part, in `unit`. */
  readonly max: number;
  readonly unit: TextUnit;
  /** What becomes of a longer text. */
  readonly tooLong: 'split' | 'cut' | 'reject';
}

export type TextUnit = keyof typeof MEASURES;

const LINK_WEIGHT = 23;
const LIGHT = /[\p{ASCII}\u0080-\u10FF\u2000-\u200D\u2010-\u201F\u2032-\u2037]/u;

let segmenter: Intl.Segmenter | undefined;

const MEASURES = {
  utf16: (text: string) => text.length,
  characters: (text: string) => Array.from(text).length,
  bytes: (text: string) => Buffer.byteLength(text),
  weighted: weigh,
  graphemes: (text: string) => {
    segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
    return [...segmenter.segment(text)].length;
  },
} as const;

export type FittedText =
  | { readonly kind: 'parts'; readonly parts: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string };

/** As X counts: characters of most alphabets one, others and emoji two, a link 23, whatever its length. */
function weigh(text: string): number {
  const links = text.match(/https?:\/\/\S+/g) ?? [];
  const rest = links.reduce((left, link) => left.replace(link, ''), text);
  const weights = Array.from(rest, (character) => (LIGHT.test(character) ? 1 : 2));
  return weights.reduce((sum, weight) => sum + weight, 0) + links.length * LINK_WEIGHT;
}

/** How long a text is in a unit. */
export function measureText(text: string, unit: TextUnit): number {
  return MEASURES[unit](text);
}

/** The parts that a text is sent in, at least one; or why it cannot be sent. */
export function fitText(content: string | null, limits: TextLimits | null): FittedText {
  const text = plainText(content ?? '');
  if (limits === null) return { kind: 'parts', parts: [text] };
  const measure = MEASURES[limits.unit];
  if (measure(text) <= limits.max) return { kind: 'parts', parts: [text] };
  switch (limits.tooLong) {
    case 'split':
      return { kind: 'parts', parts: splitText(text, limits.max, measure) };
    case 'cut':
      return { kind: 'parts', parts: [cutText(text, limits.max, measure)[0] ?? ''] };
    default: {
      const reason = `the text has ${measure(text)} of at most ${limits.max} ${limits.unit}: see max_length and too_long`;
      return { kind: 'refused', reason };
    }
  }
}

/** Line ends are LF, and half a character is U+FFFD. */
export function plainText(text: string): string {
  return text.replaceAll('\r\n', '\n').toWellFormed();
}

/** At the last line end that fits, else at the last blank, else where the room ends; what is cut at is left out. */
function splitText(text: string, max: number, measure: (text: string) => number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (measure(rest) > max) {
    const head = cutText(rest, max, measure)[0] ?? '';
    const end = breakIn(head, rest);
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).replace(/^[\n ]+/, '');
  }
  return [...parts, rest].filter((part) => part !== '');
}

/** Where the part ends of which `head` is all that fits. */
function breakIn(head: string, text: string): number {
  if (/^[\n ]/.test(text.slice(head.length))) return head.length;
  const breaks = [head.lastIndexOf('\n'), head.lastIndexOf(' ')];
  return breaks.find((at) => at > 0 && head.slice(0, at).trim() !== '') ?? head.length;
}
