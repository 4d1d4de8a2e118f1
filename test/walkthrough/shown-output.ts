import { stripVTControlCharacters } from 'node:util';

/** What is another each time: its kind stays, its value goes. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\r/g, ''],
  [/\b\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?/g, 'DATE'],
  [/\b\d\d:\d\d:\d\d\b/g, 'TIME'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b/g, 'ID'],
  [/\b\d+(?:\.\d+)? ?ms\b/g, 'N ms'],
  [/\bduration_ms [\d.]+/g, 'duration_ms N'],
  [/\bafter \d+\.\d s\b/g, 'after N s'],
  [/\b(127\.0\.0\.1|localhost):\d+/g, '$1:PORT'],
  // Columns are as wide as what is in them.
  [/ {2,}/g, ' '],
  [/ +$/gm, ''],
  // A table's rule, and an empty line at the end, say nothing.
  [/^\n+|\n+$/g, ''],
];

/** As it is compared. */
function comparable(text: string): string {
  return VARYING.reduce(
    (all, [pattern, kind]) => all.replaceAll(pattern, kind),
    stripVTControlCharacters(text),
  );
}

/** Whether the output is what a page shows, where `…` stands for anything. */
export function isShown(page: string, output: string): boolean {
  return new RegExp(`^${patternOf(page)}$`).test(comparable(output));
}

/**
 * What of a growing output is left without what a page shows; null when that has not all come yet. Each line with a time
 * begins something of its own, and such things come in any order.
 */
export function withoutShown(page: string, output: string): string | null {
  // The last line may not be whole.
  const end = output.lastIndexOf('\n') + 1;
  const parts = partsOf(output.slice(0, end));
  for (const shown of partsOf(page)) {
    if (shown === '…') continue;
    const at = parts.findIndex((part) => isShown(shown, part));
    if (at < 0) return null;
    parts.splice(at, 1);
  }
  return `${parts.map((part) => `${part}\n`).join('')}${output.slice(end)}`;
}

function partsOf(text: string): string[] {
  return comparable(text)
    .split(/^(?=TIME )/m)
    .map((part) => part.trimEnd());
}

/** `…` alone on a line is any number of lines. */
function patternOf(page: string): string {
  return comparable(page)
    .split(/^…\n|…/m)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^]*?');
}
