import type { Command } from 'commander';
import { path } from '../client.ts';
import { parseDuration } from '../duration.ts';
import { withExample } from '../examples.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { ExportFile, type ExportRequest } from '../exports/export-file.ts';
import { Progress } from '../exports/progress.ts';
import { openSession, type Session } from '../session.ts';

interface Options {
  readonly out: string;
  readonly format?: string;
  readonly events?: boolean;
  readonly columns?: string;
  readonly resume?: boolean;
  readonly all?: boolean;
  readonly last?: string;
  readonly from?: string;
  readonly [filter: string]: unknown;
}

/** `vumi messages export`: everything into a file, from where it was cut off. */
export function addMessageExport(messages: Command): void {
  const command = messages
    .command('export')
    .description('write messages, or their events, to a file, newest first; what was cut off is gone on with')
    .requiredOption('-o, --out <file>', 'where to; FILE.part until it is complete')
    .option('--resume', 'go on with what was cut off, if anything was')
    .option('--format <format>', 'csv or ndjson (default: by the name of the file)')
    .option('--events', 'what became of outbound messages, not the messages')
    .option('--columns <columns>', 'vumi: those of the exports of Vumi, in their order')
    .option('--from <instant>', 'not before, such as 2026-11-22 or 2026-11-22T08:00:00Z')
    .option('--to <instant>', 'before')
    .option('--last <time>', 'of the last 1d, 7d, 30d, …')
    .option('--direction <direction>', 'inbound or outbound')
    .option('--app <app>', 'of one app')
    .option('--address <number>', 'from or to one number')
    .option('--status <statuses>', 'only these, with commas between them, such as nack,undelivered')
    .option('--batch <id>', 'of one batch')
    .option('--tag <pool:tag>', 'those that came to a batch by this tag')
    .option('--all', 'of all accounts, with what no route matched (administrators)');
  withExample(
    command,
    'npx vumi messages export --last 30d --out messages.csv',
    'npx vumi messages export --last 30d --out messages.csv --resume',
    'npx vumi messages export --events --columns vumi --out events.ndjson',
  ).action(async (_: object, typed: Command) => {
    // With those that "messages" takes itself.
    const options: Options = typed.optsWithGlobals();
    const session = openSession(typed);
    const request = await requestOf(session, options);
    await using file = await ExportFile.open(options.out, request, options.resume === true);
    const rate = await download(session, file);
    await file.complete();
    session.show(
      { file: options.out, rows: file.rows },
      () => `${options.out}: ${file.rows} rows, ${rate} a second\n`,
    );
  });
}

async function requestOf(session: Session, options: Options): Promise<ExportRequest> {
  const format = formatOf(options);
  const { events = false, columns, last, all = false, to, ...more } = options;
  if (last !== undefined && options.from !== undefined) throw usageError('say --last or --from, not both');
  const from =
    last === undefined
      ? options.from
      : new Date(Date.now() - parseDuration('--last', last) * 1000).toISOString();
  const { direction, app, address, status, batch, tag } = more;
  const filters = { direction, app, address, status, batch, tag, to, columns } as Record<
    string,
    string | undefined
  >;
  const account = all ? null : await session.account();
  const base = account === null ? '' : path`/accounts/${account}`;
  return {
    format,
    path: `${base}/exports/${events ? 'events' : 'messages'}.${format}`,
    query: { ...filters, from },
    asked: { account, events, format, ...filters, ...(last === undefined ? { from } : { last }) },
  };
}

function formatOf({ format, out }: Options): 'csv' | 'ndjson' {
  const named =
    format ?? (/\.(ndjson|jsonl)$/i.test(out) ? 'ndjson' : /\.csv$/i.test(out) ? 'csv' : undefined);
  if (named === 'csv' || named === 'ndjson') return named;
  throw usageError('--format is csv or ndjson; without it the name of the file ends so');
}

/** Answers to the rows a second. What has come is in the file, however this ends. */
async function download(session: Session, file: ExportFile): Promise<number> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  const { path: address, query } = file.request;
  using progress = new Progress(file.rows, { from: query['from'], to: query['to'] });
  try {
    for await (const chunk of session.client.bytes(address, query, stop.signal)) {
      await file.write(chunk);
      progress.show({ rows: file.rows, timestamp: file.place?.timestamp });
    }
  } catch (error) {
    if (stop.signal.aborted) throw cutOff('stopped', file);
    if (error instanceof CliError && error.exitCode === EXIT.unreachable) throw cutOff(error.message, file);
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
  }
  return progress.rate(file.rows);
}

function cutOff(why: string, file: ExportFile): CliError {
  return new CliError(
    EXIT.unreachable,
    `${why}; ${file.rows} rows are kept: go on with the same command and --resume`,
  );
}
