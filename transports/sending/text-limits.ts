import { cutText } from '@vumi/core/text';

/** What one request of a network holds of a text (spec channels §1.7). */
export interface TextLimits {
  /** Greatest length of one part, in `unit`. */
  readonly max: number;
  readonly unit: TextUnit;
  /** What a link counts, whatever its length. Absent: its length. */
  readonly linkLength?: number;
  /** What becomes of a longer text. */
  readonly tooLong: 'split' | 'cut' | 'reject';
}

export type TextUnit = keyof typeof MEASURES;

const LINK = /https?:\/\/\S+/g;
/** Splits a text into what is none, and links. */
const LINKS = /(https?:\/\/\S+)/;
const X_LINK_LENGTH = 23;
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

/** As X counts: characters of most alphabets one, others and emoji two. */
function weigh(text: string): number {
  return Array.from(text, (character) => (LIGHT.test(character) ? 1 : 2)).reduce(
    (sum, weight) => sum + weight,
    0,
  );
}

type Counting = Pick<TextLimits, 'unit' | 'linkLength'>;

/** X counts every link alike; null: a link counts its length. */
function linkLengthOf({ unit, linkLength }: Counting): number | null {
  return linkLength ?? (unit === 'weighted' ? X_LINK_LENGTH : null);
}

function measureOf(limits: Counting): (text: string) => number {
  const measure = MEASURES[limits.unit];
  const linkLength = linkLengthOf(limits);
  if (linkLength === null) return measure;
  return (text) => measure(text.replaceAll(LINK, '')) + (text.match(LINK)?.length ?? 0) * linkLength;
}

/** How long a text is, as its network counts. */
export function measureText(text: string, limits: Pick<TextLimits, 'unit' | 'linkLength'>): number {
  return measureOf(limits)(text);
}

/** The parts that a text is sent in, at least one; or why it cannot be sent. */
export function fitText(content: string | null, limits: TextLimits | null): FittedText {
  const text = plainText(content ?? '');
  if (limits === null) return { kind: 'parts', parts: [text] };
  const measure = measureOf(limits);
  if (measure(text) <= limits.max) return { kind: 'parts', parts: [text] };
  switch (limits.tooLong) {
    case 'split':
      return { kind: 'parts', parts: splitText(text, limits) };
    case 'cut':
      return { kind: 'parts', parts: [headOf(text, limits)] };
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

/** What fits of the beginning. A link is in it whole, or not at all where something else is. */
function headOf(text: string, limits: TextLimits): string {
  const measure = MEASURES[limits.unit];
  const cut = (part: string, room: number): string => cutText(part, room, measure)[0] ?? '';
  const linkLength = linkLengthOf(limits);
  let head = '';
  let room = limits.max;
  for (const [index, part] of text.split(LINKS).entries()) {
    const isLink = linkLength !== null && index % 2 === 1;
    const length = isLink ? linkLength : measure(part);
    if (length > room) {
      head += isLink ? '' : cut(part, room);
      break;
    }
    head += part;
    room -= length;
  }
  return head === '' ? cut(text, limits.max) : head;
}

/** At the last line end that fits, else at the last blank, else where the room ends; what is cut at is left out. */
function splitText(text: string, limits: TextLimits): string[] {
  const measure = measureOf(limits);
  const parts: string[] = [];
  let rest = text;
  while (measure(rest) > limits.max) {
    const head = headOf(rest, limits);
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
