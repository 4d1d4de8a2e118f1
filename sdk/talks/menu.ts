import { segments } from '../segments.ts';
import type { Texts } from './words.ts';
import { fold } from './words.ts';

/** An option of a menu. */
export interface MenuOption<V = unknown> {
  readonly value: V;
  readonly label: string;
  /** Words beside its number and its label that choose it. */
  readonly accept?: readonly string[];
}

/** Keys that go through pages, by the custom of USSD. */
export const KEYS = { more: '98', back: '0', home: '00' } as const;

/** What a network has room for in one text. */
export type Fits = (text: string) => boolean;

/** Septets, or UTF-16 units, of one USSD text of 160 octets (spec authoring §4). */
const USSD_SEPTETS = 182;
const USSD_UNITS = 80;
/** Has room on any network in any alphabet: what most questions need not be counted for. */
const SURELY_FITS = 70;

/** The room of a network: USSD has one text, an SMS menu so many segments, others have no limit that matters. */
export function roomOf(transportType: string | null, mostSegments: number): Fits {
  if (transportType === 'ussd') return fitsUssd;
  if (transportType !== 'sms') return () => true;
  return (text) => text.length <= SURELY_FITS || segments(text).segments.length <= mostSegments;
}

function fitsUssd(text: string): boolean {
  if (text.length <= SURELY_FITS) return true;
  const { encoding, units } = segments(text);
  return units <= (encoding === 'gsm0338' ? USSD_SEPTETS : USSD_UNITS);
}

/** Options as a list, whichever way an author gave them. Throws what is wrong with them. */
export function menuOptions(given: unknown, labelOf: (text: unknown) => string): MenuOption[] {
  if (typeof given !== 'object' || given === null) throw new TypeError('choose needs options');
  const options = Array.isArray(given)
    ? (given as MenuOption[]).map(({ value, label, accept = [] }) => ({
        value,
        label: labelOf(label),
        accept,
      }))
    : Object.entries(given).map(([value, label]) => ({ value, label: labelOf(label) }));
  if (options.length === 0) throw new TypeError('choose needs at least one option');
  if (!Array.isArray(given)) checkOrder(Object.keys(given));
  checkKeys(options);
  checkNumbers(options);
  return options;
}

function checkOrder(names: readonly string[]): void {
  const number = names.find((name) => /^\d+$/.test(name));
  if (number === undefined) return;
  throw new TypeError(
    `the option "${number}" looks like a number, and JavaScript reorders those: give a list of { value, label } instead`,
  );
}

function checkKeys(options: readonly MenuOption[]): void {
  if (options.length >= Number(KEYS.more))
    throw new TypeError(`a menu has at most ${Number(KEYS.more) - 1} options, not ${options.length}`);
}

function checkNumbers(options: readonly MenuOption[]): void {
  for (const { label, accept = [] } of options) {
    const number = accept.find(
      (word) => /^[1-9]\d*$/.test(fold(word)) && Number(fold(word)) <= options.length,
    );
    if (number === undefined) continue;
    const other = options[Number(fold(number)) - 1]?.label;
    throw new TypeError(
      `the option "${label}" accepts "${number}", which is the number of "${other}": give it another word`,
    );
  }
}

/** Which option somebody means; null: none; a list: more than one. */
export function chosen<V>(
  options: readonly MenuOption<V>[],
  answer: string,
): MenuOption<V> | null | readonly MenuOption<V>[] {
  const word = wordOf(answer);
  if (/^\d+$/.test(word))
    return (
      options.find(({ accept = [] }) => accept.some((one) => wordOf(one) === word)) ??
      options[Number(word) - 1] ??
      null
    );
  const words = options.map((option) => [option.label, ...(option.accept ?? [])].map(wordOf));
  const exact = options.filter((_, index) => words[index]?.includes(word));
  if (exact.length > 0) return oneOf(exact);
  if (word.length < SHORTEST_PREFIX) return null;
  const begun = options.filter((_, index) => words[index]?.some((one) => one.startsWith(word)));
  return oneOf(begun);
}

function oneOf<T>(found: readonly T[]): T | null | readonly T[] {
  return found.length > 1 ? found : (found[0] ?? null);
}

/** A key such as `*` or `#` is a word, too, as is one of points alone. */
function wordOf(text: string): string {
  const word = fold(text);
  return word === '' ? text.trim() : word;
}

const SHORTEST_PREFIX = 3;

export interface MenuText {
  readonly text: string;
  /** What later pages begin with. */
  readonly title: string;
  readonly options: readonly MenuOption[];
  /** Shows the key that takes back the last answer, on the first page. */
  readonly hasBack: boolean;
  readonly perPage: number;
}

/**
 * A menu as pages, none larger than the network has room for: numbers go on from page to page, so that each is right on
 * all of them. What does not fit alone is cut, which `onCut` hears.
 */
export function menuPages(
  menu: MenuText,
  texts: PageTexts,
  fits: Fits,
  onCut: (label: string) => void,
): string[] {
  const { text, options, hasBack, perPage } = menu;
  const lines = options.map(({ label }, index) => `${index + 1}. ${label}`);
  const whole = join(text, ...lines, ...(hasBack ? [backLine(texts)] : []));
  if (lines.length <= perPage && fits(whole)) return [whole];
  const longest = lines.reduce((one, other) => (other.length > one.length ? other : one), '').slice(0, ROOM);
  const hasRoom = (head: string): boolean => fits(join(head, longest, moreLine(texts), backLine(texts)));
  return optionPages({ ...menu, ...opening(menu, texts, { fits, hasRoom }), hasRoom }, texts, fits, onCut);
}

type PageTexts = Pick<Texts, 'more' | 'back'>;

const moreLine = ({ more }: PageTexts): string => `${KEYS.more}. ${more}`;
export const backLine = ({ back }: PageTexts): string => `${KEYS.back}. ${back}`;

interface Opening {
  /** Pages of a text that leaves no room for an option. */
  readonly before: readonly string[];
  /** What stands above the first options. */
  readonly head: string;
}

function opening(
  { text, hasBack }: MenuText,
  texts: PageTexts,
  { fits, hasRoom }: { readonly fits: Fits; readonly hasRoom: Fits },
): Opening {
  if (hasRoom(text)) return { before: [], head: text };
  const more = moreLine(texts);
  const parts = textPages(text, texts, (part) => fits(join(part, more, backLine(texts))));
  const last = parts.at(-1) ?? '';
  if (hasRoom(last)) return { before: parts.slice(0, -1), head: last };
  const keys = parts.length === 1 && !hasBack ? [more] : [more, backLine(texts)];
  return { before: [...parts.slice(0, -1), join(last, ...keys)], head: '' };
}

function optionPages(
  {
    options,
    title,
    hasBack,
    perPage,
    before,
    head,
    hasRoom,
  }: MenuText & Opening & { readonly hasRoom: Fits },
  texts: PageTexts,
  fits: Fits,
  onCut: (label: string) => void,
): string[] {
  const lines = options.map(({ label }, index) => `${index + 1}. ${label}`);
  const pages = [...before];
  for (let first = 0; first < lines.length;) {
    const top = first === 0 ? head : hasRoom(title) ? title : '';
    const keys = pages.length === 0 && !hasBack ? [] : [backLine(texts)];
    const page = (count: number): string => {
      const more = first + count >= lines.length ? [] : [moreLine(texts)];
      return join(top, ...lines.slice(first, first + count), ...more, ...keys);
    };
    const count = mostThatFit(Math.min(perPage, lines.length - first), (some) => fits(page(some)));
    if (count === 0) {
      const whole = lines[first] ?? '';
      lines[first] = cut(whole, (line) => fits(page(1).replace(whole, () => line)));
      onCut(options[first]?.label ?? '');
    }
    pages.push(page(Math.max(count, 1)));
    first += Math.max(count, 1);
  }
  return pages;
}

/** Characters of an option for which a text above it has to leave room. */
const ROOM = 30;

/** A page that ends the menu has no key for more: all may fit where all but one do not. */
function mostThatFit(most: number, fits: (count: number) => boolean): number {
  if (fits(most)) return most;
  let count = 0;
  while (count + 1 < most && fits(count + 1)) count += 1;
  return count;
}

const DOTS = '...';

/** Without its end, so that it fits; three points, since the one sign for them would make the text dearer. */
function cut(line: string, fits: Fits): string {
  const characters = Array.from(line);
  for (let length = characters.length - 1; length > 0; length -= 1) {
    const shorter = characters.slice(0, length).join('') + DOTS;
    if (fits(shorter)) return shorter;
  }
  return DOTS;
}

function join(...lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n');
}

/** The line of the key that goes to the first screen. */
export function homeLine({ home }: Pick<Texts, 'home'>): string {
  return `${KEYS.home}. ${home}`;
}

/**
 * A long text in pages, broken after a sentence where one ends, else between words. `hasBack`: the first of several has
 * the key that takes back the last answer.
 */
export function textPages(text: string, texts: PageTexts, fits: Fits, hasBack = false): string[] {
  if (fits(text)) return [text];
  const pages: string[] = [];
  let rest = text;
  while (rest !== '') {
    const navigation = [moreLine(texts), ...(pages.length === 0 && !hasBack ? [] : [backLine(texts)])];
    if (fits(rest)) {
      pages.push(rest);
      break;
    }
    const length = longest(rest, (part) => fits(join(part.trimEnd(), ...navigation)));
    const page = rest.slice(0, breakBefore(rest, length));
    pages.push(join(page.trimEnd(), ...navigation));
    rest = rest.slice(page.length).trimStart();
  }
  return pages;
}

/** How many characters of a text fit, one at least. */
function longest(text: string, fits: Fits): number {
  let [low, high] = [1, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(text.slice(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

function breakBefore(text: string, length: number): number {
  if (length >= text.length) return text.length;
  const part = text.slice(0, length);
  const sentence = /^[^]*[.!?](?=\s)/.exec(text.slice(0, length + 1))?.[0].length ?? 0;
  if (sentence > length / 2) return sentence;
  const word = part.lastIndexOf(' ');
  if (word > 0) return word;
  // Not between the halves of a character.
  return /[\ud800-\udbff]$/.test(part) && length > 1 ? length - 1 : length;
}
