import { csvLine } from '@vumi/core';
import type { EventDetail, MessageEvent, MessageQuery, MessageRow, Page } from '@vumi/store';

export const EXPORT_TYPES = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
} as const;

/** Rows of a chunk: the store's largest page. What a client waits for and what is kept in memory are two of them. */
const PAGE = 2000;

const MESSAGE_COLUMNS = {
  all: [
    'message_id',
    'direction',
    'account',
    'app',
    'transport_name',
    'from_addr',
    'to_addr',
    'content',
    'session_event',
    'in_reply_to',
    'timestamp',
    'status',
    'reason',
  ],
  // Spec vumi-core-appendix §B.
  vumi: [
    'timestamp',
    'message_id',
    'to_addr',
    'from_addr',
    'in_reply_to',
    'session_event',
    'content',
    'group',
  ],
} as const satisfies Record<string, readonly (keyof MessageRow)[]>;

const EVENT_COLUMNS = {
  all: [
    'event_id',
    'user_message_id',
    'event_type',
    'status',
    'timestamp',
    'sent_message_id',
    'nack_reason',
    'delivery_status',
    'delivery_state',
    'delivery_error',
    'account',
    'app',
    'transport_name',
    'to_addr',
  ],
  vumi: ['timestamp', 'event_id', 'status', 'user_message_id', 'nack_reason'],
} as const;

/** What an export is of, and how it is written. */
export interface ExportForm {
  readonly of: 'messages' | 'events';
  readonly format: keyof typeof EXPORT_TYPES;
  /** All that is known, or what Vumi's own exports have. */
  readonly columns: 'all' | 'vumi';
}

/** Where an export begins; none of both: with the newest. */
export interface ExportStart {
  /** As a list gave it out. */
  readonly cursor: string | undefined;
  /** The rows that the client has, where it goes on: events that are left of the last message. */
  readonly resumed?: readonly Row[];
}

type Row = Readonly<Record<string, unknown>>;
/** What a page is asked for with. */
type ExportPage = Pick<MessageQuery, 'limit' | 'cursor' | 'events'>;
type List = (page: ExportPage) => Promise<Page<MessageRow>>;

/**
 * All rows from the start on, a page at a time: the next page is read while the client takes this one, and no further.
 * Each page is of one moment.
 */
export async function* exportRows(
  form: ExportForm,
  list: List,
  { cursor, resumed }: ExportStart,
): AsyncGenerator<string> {
  const columns = (form.of === 'events' ? EVENT_COLUMNS : MESSAGE_COLUMNS)[form.columns];
  const write = rowWriter(form, columns);
  // Who goes on has the line of headings.
  if (form.format === 'csv' && resumed === undefined) yield csvLine(columns);
  if (resumed !== undefined && resumed.length > 0) yield resumed.map(write).join('');
  for await (const messages of pagesOf(list, { cursor, events: eventDetail(form) })) {
    const rows = form.of === 'events' ? messages.flatMap((message) => eventRows(message)) : messages;
    const text = rows.map((row) => write(row as unknown as Row)).join('');
    if (text !== '') yield text;
  }
}

/** No more than is written. */
function eventDetail({ of, format, columns }: ExportForm): EventDetail {
  if (of === 'events') return 'all';
  if (columns === 'vumi') return 'none';
  return format === 'csv' ? 'status' : 'all';
}

async function* pagesOf(
  list: List,
  { cursor, events }: { readonly cursor: string | undefined; readonly events: EventDetail },
): AsyncGenerator<MessageRow[]> {
  const read = (after: string | undefined): Promise<Page<MessageRow>> =>
    list({ limit: PAGE, events, ...(after === undefined ? {} : { cursor: after }) });
  let next: Promise<Page<MessageRow>> | null = read(cursor);
  while (next !== null) {
    const page: Page<MessageRow> = await next;
    next = page.next_cursor === null ? null : read(page.next_cursor);
    // Nobody may ask for it any more; who does hears of its error.
    next?.catch(() => {});
    yield page.items;
  }
}

function rowWriter(form: ExportForm, columns: readonly string[]): (row: Row) => string {
  if (form.format === 'csv') return (row) => csvLine(columns.map((column) => cell(form, row, column)));
  // The whole row has more than fits into columns: a message has its events.
  if (form.columns === 'all') return (row) => `${JSON.stringify(row)}\n`;
  return (row) =>
    `${JSON.stringify(Object.fromEntries(columns.map((column) => [column, cell(form, row, column) ?? null])))}\n`;
}

function cell({ of, columns }: ExportForm, row: Row, column: string): unknown {
  if (of === 'events' && columns === 'vumi' && column === 'status') return vumiStatus(row);
  return row[column];
}

/** Vumi names reports with what they say (spec vumi-core §1). */
function vumiStatus({ event_type: type, delivery_status: status }: Row): string {
  return type === 'delivery_report' ? `delivery_report.${String(status)}` : String(type);
}

/** Those of a message, oldest first; `after`: of what came later than that one only. */
export function eventRows(message: MessageRow, after?: string): Row[] {
  const { message_id, account, app, transport_name, to_addr } = message;
  const from = after === undefined ? 0 : message.events.findIndex((event) => event.event_id === after) + 1;
  const shared: Row = { user_message_id: message_id, account, app, transport_name, to_addr };
  return message.events.slice(from).map((event: MessageEvent) => Object.assign({}, shared, event));
}
