import { backLine, chosen, menuOptions, menuPages, textPages, type Fits, type MenuOption } from './menu.ts';
import { parserOf, Retry, yesNo, type NumberParser, type Parser, type Reader } from './parsers.ts';
import { LazyText } from '../languages/lazy-text.ts';
import type { AskOptions, ChooseOptions, LinkQuestion, Text } from './talk.ts';
import { fold, meaningIn, type Texts } from './words.ts';

type Given = AskOptions<unknown> & ChooseOptions & { readonly otherwise?: unknown };

/** What is asked, whichever verb asks it. */
export interface Question {
  readonly tag: string;
  readonly options: Given;
  /** What it looks like, with what stands before it. */
  readonly pages: (lead: string, place: PagePlace) => string[];
  /** Words that answer it, beside keys; none where any text may. */
  readonly words: (texts: Texts) => readonly string[];
  /** The value of an answer. */
  readonly parse: (answer: string, texts: Texts, reader: Reader) => unknown;
  /** What is typed is no answer: its page gives that. */
  readonly byPage?: true;
  /** 0 answers it: it has no key for back. */
  readonly takesZero?: boolean;
  /** Any key goes on but those to where one was. */
  readonly isRead: boolean;
  /** Numbers, labels and words that choose an option, and its label: none of them may be a key or a word of ours. */
  readonly answers?: readonly (readonly [answer: string, option: string])[];
  /** What the explorer of the test kit types. */
  readonly samples: readonly string[];
}

interface PagePlace {
  readonly texts: Texts;
  readonly fits: Fits;
  readonly hasBack: boolean;
  readonly onCut: (label: string) => void;
}

/** A text in the language of the user. */
export type InLanguage = (text: Text) => string;

/** What a screen may end with, to be said. */
export function isText(result: unknown): result is string | LazyText {
  return typeof result === 'string' || result instanceof LazyText;
}

/** What can be translated: a text that is none is refused. */
export function textOf(text: Text): string | LazyText {
  const made = typeof text === 'function' ? text() : text;
  if (typeof made === 'string' || made instanceof LazyText) return made;
  throw new TypeError('a text is a string, t("a text"), or a function that gives one of them');
}

export function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}

/** What a question is made of, beside its text. */
interface Asking {
  readonly tag: string;
  readonly options: Given;
  readonly say: InLanguage;
}

export function askQuestion(text: Text, { tag, options, say }: Asking): Question {
  return plainQuestion(tag, () => say(text), { options, parser: parserOf(options.as) });
}

export function confirmQuestion(text: Text, { tag, options, say }: Asking): Question {
  const asked = (texts: Texts): string => lines(say(text), `1. ${texts.yes}`, `2. ${texts.no}`);
  const parser = yesNo();
  return {
    tag,
    options,
    isRead: false,
    samples: parser.samples ?? [],
    words: ({ yes, no }) => ['1', '2', yes, no],
    pages: (lead, { texts, fits, hasBack }) =>
      plainPages(lines(lead, asked(texts)), texts, { fits, hasBack }),
    parse: (answer, texts) => meaningIn(fold(answer), texts) ?? parser(answer),
  };
}

function plainQuestion(
  tag: string,
  text: () => string,
  { options, parser }: { readonly options: Given; readonly parser: Parser<unknown> },
): Question {
  return {
    tag,
    options,
    isRead: false,
    takesZero: (parser as Partial<NumberParser>).takesZero === true,
    get samples() {
      return [...(options.examples ?? []), ...(parser.samples ?? ['Thandi', '1'])];
    },
    words: () => [],
    pages: (lead, { texts, fits, hasBack }) => plainPages(lines(lead, text()), texts, { fits, hasBack }),
    parse: (answer, _texts, reader) => parser(answer, reader),
  };
}

function plainPages(
  text: string,
  texts: Texts,
  { fits, hasBack }: Pick<PagePlace, 'fits' | 'hasBack'>,
): string[] {
  const back = hasBack ? backLine(texts) : '';
  const pages = textPages(text, texts, (part) => fits(lines(part, back)), hasBack);
  return pages.map((page, index) => (index === pages.length - 1 ? lines(page, back) : page));
}

export function chooseQuestion(text: Text, given: unknown, { tag, options, say }: Asking): Question {
  const all = (): MenuOption[] => menuOptions(given, (label) => say(label as Text));
  return {
    tag,
    options,
    isRead: false,
    get samples() {
      return [...all().map((_, index) => String(index + 1)), 'x'];
    },
    get answers() {
      return all().flatMap(({ label, accept = [] }, index) =>
        [`${index + 1}`, label, ...accept].map((answer) => [answer, label] as const),
      );
    },
    words: () => all().flatMap(({ label, accept = [] }, index) => [`${index + 1}`, label].concat(accept)),
    pages: (lead, { texts, fits, hasBack, onCut }) =>
      menuPages(
        {
          text: lines(lead, say(text)),
          title: options.title === undefined ? '' : say(options.title),
          options: all(),
          hasBack,
          perPage: options.perPage ?? Infinity,
        },
        texts,
        fits,
        onCut,
      ),
    parse: (answer, texts) => choiceOf(all(), answer, texts),
  };
}

function choiceOf(options: readonly MenuOption[], answer: string, texts: Texts): unknown {
  const found = chosen(options, answer);
  if (found === null) return new Retry(null);
  if (!('length' in found)) return found.value;
  const names = found.map((option) => `${options.indexOf(option) + 1}. ${option.label}`);
  return new Retry(`${texts.ambiguous} ${names.join(', ')}`);
}

/** Whatever is typed is no answer: the page gives it. */
export function linkQuestion(
  url: string,
  { text = '', examples = [{}], ...options }: Partial<LinkQuestion>,
  { tag, say }: Omit<Asking, 'options'>,
): Question {
  return {
    tag,
    options,
    byPage: true,
    isRead: false,
    samples: examples.map((value) => JSON.stringify(value)),
    words: () => [],
    pages: (lead, { texts, fits, hasBack }) =>
      plainPages(lines(lead, say(text), url), texts, { fits, hasBack }),
    parse: () => new Retry(null),
  };
}

/** One of the pages of a long text: any other key goes on. */
export function readQuestion(
  tag: string,
  { page, isFirst, options }: { readonly page: string; readonly isFirst: boolean; readonly options: Given },
): Question {
  return {
    tag,
    options: isFirst ? options : { ...options, back: true },
    isRead: true,
    samples: ['1'],
    words: () => [],
    pages: (lead, { texts, hasBack }) => [
      lines(
        lead,
        hasBack
          ? page
          : page
              .split('\n')
              .filter((line) => line !== backLine(texts))
              .join('\n'),
      ),
    ],
    parse: () => true,
  };
}
