import type { Command } from 'commander';
import { path } from '../client.ts';
import { parseSince } from '../duration.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table, writeData } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Entry {
  readonly at: string;
  readonly account: string | null;
  readonly actor: string;
  readonly action: string;
  readonly target: string | null;
  readonly outcome: string;
  readonly source: string | null;
}

interface FilterOptions {
  readonly since?: string;
  readonly until?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly refused?: boolean;
  /** Of the platform and of all accounts. */
  readonly all?: boolean;
}

export function addAuditCommands(program: Command): void {
  const audit = program
    .command('audit')
    .description('the audit log: who did what, from where, and what was refused to whom');
  addList(audit);
  addExport(audit);
}

function withFilters(command: Command): Command {
  return command
    .option('--since <time>', 'not before then: 2h, or a date')
    .option('--until <time>', 'before then')
    .option('--actor <text>', 'a part of who it was')
    .option('--action <action>', 'such as route.put, or how some begin: token')
    .option('--refused', 'only what was refused')
    .option('--all', 'of the platform and of all accounts (administrators)');
}

function filterOf({ since, until, actor, action, refused }: FilterOptions) {
  return {
    from: since === undefined ? undefined : parseSince('--since', since),
    to: until === undefined ? undefined : parseSince('--until', until),
    actor,
    action,
    outcome: refused === true ? 'refused' : undefined,
  };
}

async function prefixOf(session: Session, { all }: FilterOptions): Promise<string> {
  return all === true ? '' : path`/accounts/${await session.account()}`;
}

function addList(audit: Command): void {
  const list = audit
    .command('list')
    .description('list entries, newest first')
    .option('-n, --limit <count>', 'how many at most', '50');
  withExample(
    withFilters(list),
    'npx vumi audit list --account acme --since 1d',
    'npx vumi audit list --all --refused',
  ).action(async ({ limit, ...options }: FilterOptions & { limit: string }, command: Command) => {
    const most = Number(limit);
    if (!Number.isInteger(most) || most < 1)
      throw usageError(`--limit is a number of entries, not "${limit}"`);
    const session = openSession(command);
    const query = { ...filterOf(options), limit: Math.min(most, 500) };
    const address = `${await prefixOf(session, options)}/audit`;
    const found = await session.client.list<Entry>(address, { query, limit: most });
    session.show(found, () => (found.length === 0 ? 'No entries.\n' : listText(found)));
  });
}

function listText(entries: readonly Entry[]): string {
  return table(
    ['TIME (UTC)', 'ACCOUNT', 'WHO', 'WHAT', 'TO', 'OUTCOME', 'FROM'],
    entries.map(({ at, account, actor, action, target, outcome, source }) => [
      shortTime(at),
      account,
      actor,
      action,
      target,
      outcome,
      source,
    ]),
  );
}

function addExport(audit: Command): void {
  const command = audit
    .command('export')
    .description('print all entries, newest first, with all that is known of them')
    .option('--format <format>', 'ndjson or csv', 'ndjson');
  withExample(withFilters(command), 'npx vumi audit export --all --since 2026-11-01 --format csv').action(
    async ({ format, ...options }: FilterOptions & { format: string }, command: Command) => {
      if (format !== 'ndjson' && format !== 'csv')
        throw usageError(`--format is ndjson or csv, not "${format}"`);
      const session = openSession(command);
      const address = `${await prefixOf(session, options)}/exports/audit.${format}`;
      for await (const text of session.client.stream(address, filterOf(options))) writeData(text);
    },
  );
}
