import { oneLine } from '../output.ts';
import { perSecond, type Span } from './figures.ts';
import { sorted, type Column, type LiveTable, type Value } from './live-table.ts';
import { liveTables } from './tables.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What the screen shows beside the figures. */
export interface View {
  /** Index of the table. */
  readonly table: number;
  /** Column by which it is sorted; null: as the table has it. */
  readonly sortedBy: number | null;
  readonly reversed: boolean;
  readonly paused: boolean;
  /** What went wrong at the last look; null: nothing. */
  readonly trouble: string | null;
}

/** Above and below the rows of the table. */
const OTHER_LINES = 6;
const GAP = ' ';
/** Names are cut to what the other columns leave, but not below that. */
const SHORTEST_NAME = 8;
const KEYS = '1-5 Tab table · s S sort · r reverse · p pause · q quit';

/** The lines of the screen: as many as it has at most, none longer than it is wide. */
export function drawScreen(span: Span | null, view: View, url: string, size: Size): string[] {
  const at = span === null ? '' : span.now.at.slice(11, 19);
  const state = view.paused ? 'paused' : at === '' ? 'looking' : `${at} UTC`;
  const head = [`vumi top · ${oneLine(url)} · ${state}`];
  const foot = view.trouble === null ? KEYS : `! ${oneLine(view.trouble)}`;
  const body = span === null ? [] : tablePart(span, view, size);
  const lines = [...head, ...body].slice(0, size.rows - 1);
  const empty = Array.from({ length: Math.max(0, size.rows - 1 - lines.length) }, () => '');
  return [...lines, ...empty, foot].map((line) => cut(line, size.columns));
}

function tablePart(span: Span, view: View, size: Size): string[] {
  const tables = liveTables(span);
  const table = tables[view.table];
  if (table === undefined) return [];
  const tabs = tables.map(({ name }, index) => {
    const label = `${index + 1} ${name}`;
    return index === view.table ? `[${label}]` : ` ${label} `;
  });
  const room = Math.max(0, size.rows - OTHER_LINES);
  const rows = sorted(table, view.sortedBy ?? table.sortedBy, view.reversed);
  const more = rows.length > room ? `  ${rows.length - room} more` : '';
  return [
    totals(span),
    tabs.join(' ') + more,
    '',
    ...tableLines(table, rows.slice(0, room), { ...view, columns: size.columns }),
  ];
}

/** Of all transports together. */
function totals(span: Span): string {
  const sum = (what: 'received' | 'sent' | 'nack' | 'delivered'): string => {
    const rate = perSecond(span, ({ transports }) => transports.reduce((all, one) => all + one[what], 0));
    return rate === null ? '-' : rate.toFixed(1);
  };
  const waiting = span.now.queues.reduce((all, { messages }) => all + messages, 0);
  const rates = `in ${sum('received')}/s · out ${sum('sent')}/s · delivered ${sum('delivered')}/s`;
  return `${rates} · nacked ${sum('nack')}/s · waiting ${waiting}`;
}

/** Headings and rows, in columns as wide as their widest text. */
export function tableLines(
  table: LiveTable,
  rows: readonly (readonly Value[])[],
  view: Pick<View, 'sortedBy' | 'reversed'> & { readonly columns: number },
): string[] {
  const by = view.sortedBy ?? table.sortedBy;
  const titles = table.columns.map(({ title }, index) =>
    index === by ? `${title}${view.reversed ? '▲' : '▼'}` : title,
  );
  const texts = rows.map((row) => table.columns.map((column, index) => column.text(row[index] ?? null)));
  const widths = titles.map((title, index) =>
    Math.max(...[title, ...texts.map((row) => row[index] ?? '')].map((text) => Array.from(text).length)),
  );
  const rest = widths.slice(1).reduce((sum, width) => sum + width + GAP.length, 0);
  widths[0] = Math.min(widths[0] ?? 0, Math.max(SHORTEST_NAME, view.columns - rest));
  return [titles, ...texts].map((row) =>
    row.map((text, index) => pad(text, widths[index] ?? 0, table.columns[index])).join(GAP),
  );
}

function pad(text: string, width: number, column: Column | undefined): string {
  const shown = cut(text, width);
  const space = ' '.repeat(Math.max(0, width - Array.from(shown).length));
  return column?.isNumber === true ? space + shown : shown + space;
}

function cut(line: string, columns: number): string {
  const letters = Array.from(line.trimEnd());
  return letters.length <= columns ? letters.join('') : `${letters.slice(0, columns - 1).join('')}…`;
}
