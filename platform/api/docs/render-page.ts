import { Marked, type Tokens } from 'marked';
import type { PageSource } from './page-sources.ts';

export interface RenderedPage {
  readonly html: string;
  readonly headings: readonly Heading[];
}

interface Heading {
  readonly id: string;
  readonly text: string;
  readonly depth: number;
}

/** A page as HTML. Its Markdown is ours: what is HTML in it stays so. */
export function renderPage({ text }: PageSource): RenderedPage {
  const headings: Heading[] = [];
  const ids = new Set<string>();
  const marked = new Marked({ gfm: true });
  marked.use({
    renderer: {
      heading({ tokens, depth, text: source }: Tokens.Heading): string {
        const html = this.parser.parseInline(tokens);
        const id = freeId(slugOf(plainText(source)), ids);
        headings.push({ id, text: plainText(source), depth });
        return `<h${depth} id="${escapeHtml(id)}"><a class="anchor" href="#${escapeHtml(id)}">${withoutAnchors(html)}</a></h${depth}>\n`;
      },
      table(token: Tokens.Table): string {
        const cell = (one: Tokens.TableCell, name: string) =>
          `<${name}>${this.parser.parseInline(one.tokens)}</${name}>`;
        const row = (cells: readonly Tokens.TableCell[], name: string) =>
          `<tr>${cells.map((one) => cell(one, name)).join('')}</tr>`;
        return `<div class="table" tabindex="0"><table><thead>${row(token.header, 'th')}</thead><tbody>${token.rows.map((one) => row(one, 'td')).join('')}</tbody></table></div>\n`;
      },
    },
  });
  const html = marked.parse(text, { async: false });
  return { html, headings };
}

/** As GitHub and the built site name the headings of a page. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

function freeId(slug: string, taken: Set<string>): string {
  let id = slug;
  for (let count = 1; taken.has(id); count += 1) id = `${slug}-${count}`;
  taken.add(id);
  return id;
}

function plainText(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
}

/** A heading is a link to itself, which can hold no other. */
function withoutAnchors(html: string): string {
  return html.replaceAll(/<\/?a\b[^>]*>/g, '');
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
