import type { MessageRow, Page, PageQuery } from '@vumi/store';
import { csvLine } from '@vumi/core';

export const EXPORT_TYPES = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
} as const;

const PAGE = 500;
const COLUMNS = [
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
] as const satisfies readonly (keyof MessageRow)[];

/** All messages from the cursor on, a page at a time, as fast as the client reads. */
export async function* exportMessages(
  format: keyof typeof EXPORT_TYPES,
  list: (page: PageQuery) => Promise<Page<MessageRow>>,
  start: string | undefined,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(COLUMNS);
  let cursor: string | null = start ?? null;
  do {
    const page: Page<MessageRow> = await list({ limit: PAGE, ...(cursor === null ? {} : { cursor }) });
    if (page.items.length > 0) yield page.items.map((row) => writeRow(format, row)).join('');
    cursor = page.next_cursor;
  } while (cursor !== null);
}

function writeRow(format: keyof typeof EXPORT_TYPES, row: MessageRow): string {
  return format === 'csv' ? csvLine(COLUMNS.map((column) => row[column])) : `${JSON.stringify(row)}\n`;
}
