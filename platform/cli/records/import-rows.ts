import { errorText } from '@vumi/core';
import { CliError, EXIT } from '../exit.ts';
import { RowError, type Row } from './rows.ts';

/** What became of a record: it was not there before, it was another, or it was so already. */
export type Outcome = 'made' | 'changed' | 'same';

/** Where records of one kind go. */
export interface RowTarget {
  /** How many are put at once. */
  readonly batch: number;
  /** For each row what became of it, or why it was refused. When `dry`, nothing is changed. */
  put(rows: readonly Row[], dry: boolean): Promise<readonly (Outcome | Error)[]>;
}

export interface ImportReport {
  readonly made: number;
  readonly changed: number;
  readonly same: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

export interface ImportOptions {
  readonly dry: boolean;
  /** Told of the rows that are done. */
  readonly onProgress?: (rows: number) => void;
}

/** Puts the records of a file one batch after the other. A record that is refused stops no other. */
export async function importRows(
  rows: AsyncIterable<Row>,
  target: RowTarget,
  { dry, onProgress }: ImportOptions,
): Promise<ImportReport> {
  const counts = { made: 0, changed: 0, same: 0 };
  const refused: { line: number; reason: string }[] = [];
  let done = 0;
  const put = async (batch: readonly Row[]): Promise<void> => {
    const outcomes = await target.put(batch, dry);
    for (const [index, outcome] of outcomes.entries()) {
      if (typeof outcome === 'string') counts[outcome]++;
      else refused.push({ line: batch[index]?.line ?? 0, reason: errorText(outcome) });
    }
    done += batch.length;
    onProgress?.(done);
  };
  let batch: Row[] = [];
  try {
    for await (const row of rows) {
      batch.push(row);
      if (batch.length < target.batch) continue;
      await put(batch);
      batch = [];
    }
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    refused.push({ line: error.line, reason: `${error.message}; nothing after it was read` });
  }
  if (batch.length > 0) await put(batch);
  return { ...counts, refused };
}

/** What a task comes to; a platform that is away or a wrong token ends everything. */
export async function outcomeOf(task: () => Promise<Outcome>): Promise<Outcome | Error> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof CliError && concernsAll(error)) throw error;
    return error instanceof Error ? error : new Error(String(error));
  }
}

function concernsAll({ exitCode, code }: CliError): boolean {
  return exitCode === EXIT.unreachable || code?.startsWith('auth.') === true;
}

const MOST_SHOWN = 20;

/** The report for people: what was refused by its line first. */
export function reportText(what: string, file: string, report: ImportReport, dry: boolean): string {
  const { made, changed, same, refused } = report;
  const lines = refused.slice(0, MOST_SHOWN).map(({ line, reason }) => `${file}:${line}: ${reason}\n`);
  const more =
    refused.length > MOST_SHOWN ? `and ${refused.length - MOST_SHOWN} more lines were refused\n` : '';
  const would = dry ? 'would be ' : '';
  return `${lines.join('')}${more}${what}: ${made} ${would}new, ${changed} ${would}changed, ${same} the same${
    refused.length > 0 ? `, ${refused.length} refused` : ''
  }\n`;
}

/** Counts on the terminal while a large file is read. */
export function progressOn(stream: NodeJS.WriteStream, what: string): ((rows: number) => void) & Disposable {
  let shown = false;
  const show = (rows: number): void => {
    if (!stream.isTTY) return;
    shown = true;
    stream.write(`\r${what}: ${rows}`);
  };
  return Object.assign(show, {
    [Symbol.dispose]: () => {
      if (shown) stream.write('\r\x1b[K');
    },
  });
}
