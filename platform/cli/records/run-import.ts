import { CliError, EXIT } from '../exit.ts';
import type { Session } from '../session.ts';
import { importRows, progressOn, reportText, type ImportReport, type RowTarget } from './import-rows.ts';
import { formatOf, readRows } from './rows.ts';

/** The options of commands that read a file of records. */
export interface ImportFlags {
  readonly format?: string;
  readonly dryRun?: boolean;
}

export interface ImportTask {
  readonly what: string;
  readonly file: string;
  readonly target: RowTarget;
  readonly flags: ImportFlags;
}

/** Reads a file into a target, counting on the terminal. */
export async function readInto({ what, file, target, flags }: ImportTask): Promise<ImportReport> {
  using progress = progressOn(process.stderr, what);
  const rows = readRows(file, formatOf(file, flags.format));
  return importRows(rows, target, { dry: flags.dryRun === true, onProgress: progress });
}

/** The same for a command of its own: it says what came of it, and fails when something was refused. */
export async function runImport(session: Session, task: ImportTask): Promise<void> {
  const report = await readInto(task);
  const { what, file, flags } = task;
  session.show(report, () => reportText(what, file, report, flags.dryRun === true));
  if (report.refused.length > 0)
    throw new CliError(EXIT.refused, `${report.refused.length} of ${file} were refused; the rest is done`);
}
