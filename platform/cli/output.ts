import { printable, printableJson } from '@vumi/core';

const GAP = '  ';

/** On one line: for cells of tables. */
export function oneLine(text: string): string {
  return printable(text.replaceAll(/\s*[\r\n]+\s*/g, ' ⏎ ').replaceAll('\t', ' '));
}

export type Cell = string | number | boolean | null | undefined;

/** Columns as wide as their widest cell; the last one is as long as it is. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [headings, ...rows.map((row) => row.map(cellText))];
  const widths = headings.map((_, column) => Math.max(...texts.map((row) => width(row[column] ?? ''))));
  return texts
    .map(
      (row) =>
        `${row
          .map((cell, column) => pad(cell, widths[column] ?? 0))
          .join(GAP)
          .trimEnd()}\n`,
    )
    .join('');
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined || cell === '') return '-';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return oneLine(String(cell));
}

const segmenter = new Intl.Segmenter();

/** Letters as people count them, so that an accent or an emoji is one. */
function width(text: string): number {
  return Array.from(segmenter.segment(text)).length;
}

function pad(text: string, to: number): string {
  return text + ' '.repeat(Math.max(0, to - width(text)));
}

/** An instant as people read it: `2026-11-22 08:30:05`, UTC. */
export function shortTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}

/** The one way out to the terminal: nothing of what is shown acts on it. */
export function write(text: string): void {
  process.stdout.write(printable(text));
}

const COLOURS = { ok: 32, degraded: 33, down: 31 } as const;
const STATUS_CELL = / {2}(ok|degraded|down)(?= {2}|$)/gm;

/** As `write`; on a terminal that has colours in red: what nobody should do without having read it. */
export function writeAlarm(text: string): void {
  const plain = printable(text);
  process.stdout.write(hasColours() ? `\u001b[${COLOURS.down}m${plain}\u001b[0m` : plain);
}

function hasColours(): boolean {
  return process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
}

/** As `write`; on a terminal that has colours the words in the cells that say how something is have theirs. */
export function writeStatus(text: string): void {
  const plain = printable(text);
  process.stdout.write(hasColours() ? plain.replaceAll(STATUS_CELL, coloured) : plain);
}

function coloured(_cell: string, word: keyof typeof COLOURS): string {
  return `  \u001b[${COLOURS[word]}m${word}\u001b[0m`;
}

/** JSON, on one line or on many. */
export function writeJson(value: unknown, isLong: boolean = true): void {
  write(`${printableJson(JSON.stringify(value, null, isLong ? 2 : 0))}\n`);
}

/** The same in place of the line in which the cursor stands. */
export function overwriteLine(text: string): void {
  process.stdout.write('\r\u001b[K');
  write(text);
}

/** What is to be kept as it is; on a terminal it is shown like anything else. */
export function writeData(text: string): void {
  if (process.stdout.isTTY) write(text);
  else process.stdout.write(text);
}
