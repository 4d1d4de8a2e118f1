import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PageSource } from '../../platform/api/docs/page-sources.ts';

/** Writes pages as a generator wants them: with the title in front. */
export function copyPages(pages: Iterable<PageSource>, to: string): void {
  for (const { address, title, text } of pages) {
    const file = join(to, `${address || 'index'}.md`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `---\ntitle: ${JSON.stringify(title)}\n---\n${text}`);
  }
}
