import { csvLine } from '@vumi/core';
import { usageError } from '../exit.ts';
import { writeData } from '../output.ts';

/** Writes records to standard output: one JSON each line, or CSV with these columns. */
export function exportRows<T>(
  records: readonly T[],
  format: string,
  csv: { readonly columns: readonly string[]; readonly cells: (record: T) => readonly unknown[] },
): void {
  if (format === 'ndjson') for (const record of records) writeData(`${JSON.stringify(record)}\n`);
  else if (format === 'csv') {
    writeData(csvLine(csv.columns));
    for (const record of records) writeData(csvLine(csv.cells(record)));
  } else throw usageError(`--format is csv or ndjson, not "${format}"`);
}
