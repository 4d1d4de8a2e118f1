/** What a reader of a page does or sees, in its order. */
export type PageBlock =
  /** He saves a file. */
  | { readonly kind: 'file'; readonly line: number; readonly path: string; readonly text: string }
  /** He replaces some lines of a file. */
  | {
      readonly kind: 'change';
      readonly line: number;
      readonly path: string;
      readonly before: string;
      readonly after: string;
    }
  /** He types commands; `exit` is the code of the last one. */
  | { readonly kind: 'commands'; readonly line: number; readonly text: string; readonly exit: number }
  /** He sees this; what stands after `> ` he types. */
  | { readonly kind: 'output'; readonly line: number; readonly text: string };

/** What stands below one heading, and has something to do or to see. */
export interface PageSection {
  readonly heading: string;
  readonly blocks: readonly PageBlock[];
}

const FENCE = /^```([^\n]*)\n([^]*?)^```$/gm;

/**
 * The fenced blocks of a page: `sh` is typed, `text` is what is shown then, a block with a title is a file, a `diff` with one
 * changes it. A block without a language is a picture. Any other is refused: nothing of a page is left untried.
 */
export function readBlocks(page: string): PageBlock[] {
  return [...page.matchAll(FENCE)].flatMap(({ index, 1: info = '', 2: text = '' }) => {
    const line = page.slice(0, index).split('\n').length;
    const [language = ''] = info.split(' ');
    switch (language) {
      case '':
        return [];
      case 'sh':
        return [{ kind: 'commands', line, text, exit: Number(/exit=(\d+)/.exec(info)?.[1] ?? 0) }];
      case 'text':
        return [{ kind: 'output', line, text }];
      default: {
        const path = readTitle(info, page.slice(0, index), line);
        return [language === 'diff' ? readChange(path, text, line) : { kind: 'file', line, path, text }];
      }
    }
  });
}

export function readSections(page: string): PageSection[] {
  const lines = page.split('\n');
  const headingOf = ({ line }: PageBlock): string =>
    lines.slice(0, line).findLast((one) => one.startsWith('## ')) ?? lines[0] ?? '';
  return [...Map.groupBy(readBlocks(page), headingOf)].map(([heading, blocks]) => ({
    heading: heading.replace(/^#+ /, ''),
    blocks,
  }));
}

/** Which file a block is. A page is also read where nothing shows titles: the paragraph before it names the file, too. */
function readTitle(info: string, before: string, line: number): string {
  const path = /title="([^"]+)"/.exec(info)?.[1];
  if (path === undefined)
    throw new Error(`line ${line}: a block of "${info}" needs a title, the file that it is`);
  const paragraph = before.trimEnd().split('\n\n').at(-1) ?? '';
  if (!paragraph.includes(`\`${path}\``))
    throw new Error(`line ${line}: the paragraph before the block has to name \`${path}\``);
  return path;
}

function readChange(path: string, text: string, line: number): PageBlock {
  const lines = text.split('\n').slice(0, -1);
  const without = (sign: string): string =>
    lines
      .filter((one) => !one.startsWith(sign))
      .map((one) => `${one.slice(1)}\n`)
      .join('');
  return { kind: 'change', line, path, before: without('+'), after: without('-') };
}
