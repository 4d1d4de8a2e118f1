import type { PageSource } from './page-sources.ts';

export interface Found {
  readonly address: string;
  readonly page: string;
  readonly heading: string;
  /** What stands around the first word that was found. */
  readonly excerpt: string;
}

interface Section {
  readonly address: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
  /** The same in lower case, with what is above it. */
  readonly words: string;
}

const MOST_FOUND = 30;
const EXCERPT = 160;

/** Finds sections of pages that have all words of a question, those first whose headings have them. */
export class SectionIndex {
  readonly #sections: readonly Section[];

  constructor(pages: Iterable<PageSource>) {
    this.#sections = [...pages].flatMap(sectionsOf);
  }

  find(question: string): Found[] {
    const words = question
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length === 0) return [];
    return this.#sections
      .filter((section) => words.every((word) => section.words.includes(word)))
      .map((section) => ({ section, rank: rankOf(section, words) }))
      .sort((a, b) => b.rank - a.rank)
      .slice(0, MOST_FOUND)
      .map(({ section: { address, page, heading, text } }) => ({
        address,
        page,
        heading,
        excerpt: excerptOf(text, words),
      }));
  }
}

function sectionsOf({ address, title, text }: PageSource): Section[] {
  const parts = text.replaceAll(/<!--[^]*?-->|<a id="[^"]*"><\/a>/g, '').split(/^(?=##+ )/m);
  return parts.map((part) => {
    const [, heading = '', body = part] = /^##+ (.+)\n([^]*)$/.exec(part) ?? [];
    const plain = heading.replaceAll(/[`*]/g, '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const shown = body
      .replaceAll(/^```.*$/gm, '')
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[`*|]+|-{3,}/g, ' ');
    return {
      address,
      page: title,
      heading: plain,
      text: shown,
      words: `${title}\n${plain}\n${shown}`.toLowerCase(),
    };
  });
}

/** A word in a title says more than one in a heading, and that more than those of the text. */
function rankOf({ page, heading, words: all }: Section, words: readonly string[]): number {
  const rank = words.map((word) => {
    const inTitle = page.toLowerCase().includes(word) ? 20 : 0;
    const inHeading = heading.toLowerCase().includes(word) ? 30 : 0;
    return inTitle + inHeading + Math.min(10, all.split(word).length - 1);
  });
  return rank.reduce((sum, one) => sum + one, heading === '' ? 5 : 0);
}

function excerptOf(text: string, words: readonly string[]): string {
  const plain = text.replaceAll(/\s+/g, ' ').trim();
  const at = Math.max(
    0,
    Math.min(
      ...words
        .map((word) => plain.toLowerCase().indexOf(word))
        .map((place) => (place < 0 ? plain.length : place)),
    ),
  );
  const from = at >= plain.length ? 0 : Math.max(0, at - EXCERPT / 3);
  return `${from > 0 ? '… ' : ''}${plain.slice(from, from + EXCERPT)}${from + EXCERPT < plain.length ? ' …' : ''}`;
}
