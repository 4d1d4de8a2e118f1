import { ENGLISH, fold, MOST_LANGUAGES, type Texts } from './words.ts';

/** What somebody writes who wants no more messages. Asked for with each message, and of each word of an option. */
export class StopWords {
  readonly #textsOf: (language: string | null) => Pick<Texts, 'stopWords'>;
  readonly #languages: readonly string[];
  readonly #known = new Map<string | null, ReadonlySet<string>>();

  /** `languages` are those of the app. */
  constructor(textsOf: (language: string | null) => Pick<Texts, 'stopWords'>, languages: readonly string[]) {
    this.#textsOf = textsOf;
    this.#languages = languages;
  }

  /** Whether the whole text says so, in English, in the language of the user, where it is known, or in one of the app. */
  has(text: string, language: string | null | undefined): boolean {
    return this.#wordsOf(language ?? null).has(lettersOf(text));
  }

  #wordsOf(language: string | null): ReadonlySet<string> {
    const known = this.#known.get(language);
    if (known !== undefined) return known;
    const texts = [ENGLISH, ...[language, ...this.#languages].map((code) => this.#textsOf(code))];
    const words = texts.flatMap(({ stopWords }) => stopWords.split(' ').map(lettersOf));
    // A text without a letter, such as a smile, says nothing of the kind.
    const stops = new Set(words.filter((word) => word !== ''));
    if (this.#known.size < MOST_LANGUAGES) this.#known.set(language, stops);
    return stops;
  }
}

/** "STOP ALL" and "opt-out" are one word. */
function lettersOf(text: string): string {
  return fold(text).replace(/[^\p{L}\p{N}]/gu, '');
}
