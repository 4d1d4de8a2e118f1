import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { CsvReader, errorText } from '@vumi/core';
import { usageError } from '../exit.ts';

/** A record of a file, and the line on which it begins. */
export interface Row {
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A line that cannot be read. */
export class RowError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const FORMATS = ['csv', 'ndjson', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** Of `-`, which is standard input, it must be told. */
export function formatOf(file: string, given: string | undefined): Format {
  const extension = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase();
  const name = given ?? (extension === 'jsonl' ? 'ndjson' : extension === 'txt' ? 'csv' : extension);
  const format = FORMATS.find((one) => one === name);
  if (format !== undefined) return format;
  throw usageError(`say with --format whether ${file} is csv, ndjson or json`);
}

/** The records of a file, one after the other. Throws `RowError` where the file cannot be read on. */
export async function* readRows(file: string, format: Format): AsyncGenerator<Row> {
  if (file !== '-' && (await stat(file).catch(() => null)) === null) throw usageError(`there is no ${file}`);
  if (format === 'csv') yield* csvRows(file);
  else if (format === 'ndjson') yield* lineRows(file);
  else yield* jsonRows(file);
}

function open(file: string): NodeJS.ReadableStream {
  return file === '-' ? process.stdin : createReadStream(file);
}

const SEPARATORS = [',', '\t', '|', ';'];
/** Rows of signs under a heading, as programs of Vumi Go print them. */
const RULE = /^[=\-+| ]{4,}$/;

/** The separator of which a heading has the most. */
function separatorOf(heading: string): string {
  const counts = SEPARATORS.map((separator) => heading.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
}

async function* csvRows(file: string): AsyncGenerator<Row> {
  let reader: CsvReader | null = null;
  let heading: readonly string[] | null = null;
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of open(file)) {
    const text = pending + decoder.decode(Buffer.from(chunk), { stream: true });
    pending = '';
    if (reader === null && !/[\r\n]/.test(text)) {
      pending = text;
      continue;
    }
    reader ??= new CsvReader(separatorOf(text.split(/[\r\n]/, 1)[0] ?? ''));
    for (const row of reader.push(text)) {
      if (heading === null) heading = row.cells.map((cell) => cell.trim().replace(/^\ufeff/, ''));
      else yield* recordOf(row, heading);
    }
  }
  reader ??= new CsvReader(separatorOf(pending));
  const last = [...reader.push(pending), ...endOf(reader)];
  for (const row of last) if (heading !== null) yield* recordOf(row, heading);
}

function endOf(reader: CsvReader) {
  try {
    return reader.end();
  } catch (error) {
    throw new RowError(Number(/\d+/.exec(errorText(error))?.[0]), 'a quotation mark is never closed');
  }
}

function* recordOf(
  { line, cells }: { line: number; cells: readonly string[] },
  heading: readonly string[],
): Generator<Row> {
  if (RULE.test(cells.join(''))) return;
  if (cells.length !== heading.length)
    throw new RowError(line, `it has ${cells.length} cells where the heading has ${heading.length}`);
  yield {
    line,
    fields: Object.fromEntries(heading.map((name, index) => [name, cells[index]?.trim() ?? ''])),
  };
}

function lineRows(file: string): AsyncGenerator<Row> {
  return rowsOfLines(createInterface({ input: open(file), crlfDelay: Infinity }));
}

async function* rowsOfLines(lines: AsyncIterable<string> | readonly string[]): AsyncGenerator<Row> {
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() !== '') yield { line, fields: objectOf(parseLine(text, line), line) };
  }
}

const OBJECTS_BY_LINES = /^\s*\{.*\}[ \t]*\r?\n\s*\{/;

function parseLine(text: string, line: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new RowError(line, `it is not JSON: ${errorText(error)}`);
  }
}

function objectOf(value: unknown, line: number): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new RowError(line, 'it is not a JSON object');
}

/** A list of records, alone or as `data` or `items`; JSON by lines; or an object whose members are keys and values. */
async function* jsonRows(file: string): AsyncGenerator<Row> {
  const text = file === '-' ? await readStandardInput() : await readFile(file, 'utf8');
  if (OBJECTS_BY_LINES.test(text)) yield* rowsOfLines(text.split(/\r?\n/));
  // A list has no lines of its own: its records are counted.
  else
    for (const [index, item] of listIn(parseWhole(text)).entries())
      yield { line: index + 1, fields: objectOf(item, index + 1) };
}

function parseWhole(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new RowError(lineOf(text, error), `it is not JSON: ${errorText(error)}`);
  }
}

function listIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  const members = objectOf(value, 1);
  const page = members['data'] ?? members['items'];
  if (Array.isArray(page)) return page;
  return Object.entries(members).map(([key, of]) => ({ key, value: of }));
}

function lineOf(text: string, error: unknown): number {
  const position = /position (\d+)/.exec(errorText(error))?.[1];
  // Without a position it is the end that is missing.
  return text.slice(0, position === undefined ? text.length : Number(position)).split('\n').length;
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
