import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';

const PLACE = /((?:workers|languages)\/[\w./-]+):(\d+)(?::(\d+))?/;
const AROUND = 2;

/**
 * The lines around the first place of the author's that a text names, as `workers/worker.js:18:31`, with a mark under the
 * column; empty where it names none.
 */
export function sourceFrame(folder: string, text: string): string {
  const [, file, lineText, columnText] = PLACE.exec(text) ?? [];
  if (file === undefined || normalize(file).startsWith('..')) return '';
  const path = join(folder, file);
  if (!existsSync(path)) return '';
  const lines = readFileSync(path, 'utf8').split('\n');
  const at = Number(lineText);
  if (at < 1 || at > lines.length) return '';
  const first = Math.max(1, at - AROUND);
  const width = String(at + 1).length;
  const shown = lines.slice(first - 1, at + 1).flatMap((line, index) => {
    const number = first + index;
    const row = `${number === at ? '>' : ' '} ${String(number).padStart(width)} | ${line}\n`;
    const column = Number(columnText ?? 0);
    const isMarked = number === at && column > 0;
    return isMarked ? [row, `  ${' '.repeat(width)} | ${markAt(line, column)}\n`] : [row];
  });
  return shown.join('');
}

/** Tabs stay, so that the mark stands under what it means. */
function markAt(line: string, column: number): string {
  return `${line.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')}^`;
}
