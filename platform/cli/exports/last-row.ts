import { CsvReader } from '@vumi/core';

/** Where an export stands: what names its last row. */
export interface ExportPlace {
  /** The message, of events the one that they are about. */
  readonly after: string;
  /** Null for an export of messages. */
  readonly after_event: string | null;
  /** ISO 8601. */
  readonly timestamp: string;
}

/** The names of the columns from the first row of a CSV. */
export function readHeadings(row: Buffer): readonly string[] {
  return cellsOf(row);
}

/** Reads the last row of an export. `headings` null: it is a line of JSON. */
export function readPlace(row: Buffer, headings: readonly string[] | null): ExportPlace {
  const fields =
    headings === null
      ? (JSON.parse(row.toString()) as Record<string, unknown>)
      : Object.fromEntries(cellsOf(row).map((cell, index) => [headings[index] ?? '', cell]));
  const text = (name: string): string | null => {
    const value = fields[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return {
    after: text('user_message_id') ?? text('message_id') ?? '',
    after_event: text('event_id'),
    timestamp: text('timestamp') ?? '',
  };
}

function cellsOf(row: Buffer): readonly string[] {
  const reader = new CsvReader();
  return [...reader.push(row.toString()), ...reader.end()][0]?.cells ?? [];
}
