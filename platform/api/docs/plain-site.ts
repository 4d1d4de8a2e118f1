import { createHash } from 'node:crypto';
import { SectionIndex, type Found } from './find-sections.ts';
import { DOCS_PATH, pathOf, type MenuItem, type PageSource } from './page-sources.ts';
import { escapeHtml, renderPage, slugOf } from './render-page.ts';
import { STYLE } from './plain-style.ts';

/** What the pages may do: show their one style sheet, and ask the search. */
export const PLAIN_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SEARCH = 'search';
/** What the front page is called, too. */
const SITE = 'Vumi';

/** The pages as they are, where nobody has built the site: rendered when they are asked for, without a script. */
export class PlainSite {
  readonly #pages: ReadonlyMap<string, PageSource>;
  readonly #menu: string;
  readonly #shown = new Map<string, string>();
  #index: SectionIndex | null = null;

  constructor(pages: ReadonlyMap<string, PageSource>, menu: readonly MenuItem[]) {
    this.#pages = pages;
    this.#menu = menu.map((item) => this.#menuItem(item)).join('');
  }

  /** The HTML at an address below /docs/, or null: there is none. */
  page(address: string, question: string): string | null {
    if (address === SEARCH) return this.#searched(question.slice(0, 200));
    const source = this.#pages.get(address);
    if (source === undefined) return null;
    const shown = this.#shown.get(address) ?? this.#render(source);
    this.#shown.set(address, shown);
    return shown;
  }

  /** Where an address leads nowhere. */
  missing(): string {
    return this.#frame(
      'No such page',
      '<h1>No such page</h1><p>Search for it, or look through all pages.</p>',
      '',
    );
  }

  #render(source: PageSource): string {
    const { html, headings } = renderPage(source);
    const second = headings.filter(({ depth }) => depth === 2);
    const contents =
      second.length < 3
        ? ''
        : `<details class="contents"><summary>On this page</summary><ul>${second
            .map(({ id, text }) => `<li><a href="#${escapeHtml(id)}">${escapeHtml(text)}</a></li>`)
            .join('')}</ul></details>`;
    return this.#frame(source.title, `<h1>${escapeHtml(source.title)}</h1>${contents}${html}`, '');
  }

  #searched(question: string): string {
    this.#index ??= new SectionIndex(this.#pages.values());
    const found = this.#index.find(question);
    const heading = question === '' ? 'Search' : `Found for “${question}”`;
    const list = found.map(foundItem).join('');
    const none = question === '' ? '' : '<p>Nothing. Fewer or shorter words find more.</p>';
    return this.#frame(
      heading,
      `<h1>${escapeHtml(heading)}</h1>${list === '' ? none : `<ul class="found">${list}</ul>`}`,
      question,
    );
  }

  #frame(title: string, main: string, question: string): string {
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title === SITE ? title : `${title} | ${SITE}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">To the text</a>
<header>
<a class="home" href="${DOCS_PATH}/">Vumi</a>
<form action="${DOCS_PATH}/${SEARCH}/" role="search">
<input type="search" name="q" value="${escapeHtml(question)}" aria-label="Search the documentation" placeholder="Search">
<button>Search</button>
</form>
</header>
<div class="columns">
<details class="menu"><summary>All pages</summary><nav aria-label="Pages">${this.#menu}</nav></details>
<main id="main">${main}</main>
</div>
</body>
</html>
`;
  }

  #menuItem(item: MenuItem): string {
    if (typeof item === 'string') {
      const title = this.#pages.get(item)?.title;
      if (title === undefined) throw new Error(`the menu names ${item}, which is no page`);
      return `<a href="${pathOf(item)}">${escapeHtml(title)}</a>`;
    }
    const inside =
      'items' in item
        ? item.items
        : [...this.#pages.keys()].filter(
            (address) => address === item.folder || address.startsWith(`${item.folder}/`),
          );
    return `<details><summary>${escapeHtml(item.label)}</summary>${inside.map((one) => this.#menuItem(one)).join('')}</details>`;
  }
}

function foundItem({ address, page, heading, excerpt }: Found): string {
  const anchor = heading === '' ? '' : `#${slugOf(heading)}`;
  const title = heading === '' ? page : `${page}: ${heading}`;
  return `<li><a href="${pathOf(address)}${escapeHtml(anchor)}">${escapeHtml(title)}</a><p>${escapeHtml(excerpt)}</p></li>`;
}
