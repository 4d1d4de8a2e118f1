import type { Command } from 'commander';
import { path } from '../client.ts';
import { confirm } from '../confirm.ts';
import { parseSince } from '../duration.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Failure {
  readonly id: string;
  readonly connector: string;
  readonly queue: string;
  readonly account: string | null;
  readonly app: string | null;
  readonly state: string;
  readonly error: string | null;
  readonly reason: string;
  readonly message_id: string | null;
  readonly failed_at: string;
  readonly retries: number;
  readonly due_at: string | null;
  readonly message?: unknown;
}

interface FilterOptions {
  readonly connector?: string;
  readonly reason?: string;
  readonly since?: string;
  readonly until?: string;
  /** Of all accounts and of none. */
  readonly all?: boolean;
}

export function addFailureCommands(program: Command): void {
  const failures = program
    .command('failures')
    .description('messages and events that could not be handled: look at them, replay them, drop them');
  addList(failures);
  addShow(failures);
  addSettling(failures, {
    verb: 'replay',
    description: 'bring a failure back to where it came from, once, or all that match',
    done: 'brought back',
  });
  addSettling(failures, {
    verb: 'drop',
    description: 'be done with a failure, or with all that match',
    done: 'dropped',
  });
}

function withFilters(command: Command): Command {
  return command
    .option('--connector <connector>', 'only those of this connector')
    .option('--reason <text>', 'a part of the reason, or the code of an error, such as app.threw')
    .option('--since <time>', 'failed since then: 2h, or a date')
    .option('--until <time>', 'failed before then')
    .option('--all', 'of all accounts and of none (administrators)');
}

function filterOf({ connector, reason, since, until }: FilterOptions): Record<string, string | undefined> {
  return {
    connector,
    reason,
    from: since === undefined ? undefined : parseSince('--since', since),
    to: until === undefined ? undefined : parseSince('--until', until),
  };
}

async function placeOf(session: Session, all: boolean | undefined): Promise<string> {
  return all === true ? '/failures' : path`/accounts/${await session.account()}/failures`;
}

function addList(failures: Command): void {
  const list = failures
    .command('list')
    .description('list what was given up, newest first')
    .option('-n, --limit <count>', 'how many at most', '20')
    .option('--state <state>', 'retrying, dead (the default), replaying, retried, replayed or dropped');
  withExample(
    withFilters(list),
    'npx vumi failures list --all --since 2h',
    'npx vumi failures list --reason app.threw',
  ).action(async (options: FilterOptions & { limit: string; state?: string }, command: Command) => {
    const session = openSession(command);
    const most = Number(options.limit);
    if (!Number.isInteger(most) || most < 1) throw usageError(`--limit is a number, not "${options.limit}"`);
    const query = { ...filterOf(options), state: options.state, limit: Math.min(most, 500) };
    const place = await placeOf(session, options.all);
    const found = await session.client.list<Failure>(place, { query, limit: most });
    session.show(found, () => listText(found, options.all === true));
  });
}

function listText(failures: readonly Failure[], ofAll: boolean): string {
  if (failures.length === 0) return 'No failures.\n';
  return table(
    [
      'TIME (UTC)',
      ...(ofAll ? ['ACCOUNT'] : []),
      'APP',
      'CONNECTOR',
      'STATE',
      'RETRIES',
      'ERROR',
      'ID',
      'REASON',
    ],
    failures.map((one) => [
      shortTime(one.failed_at),
      ...(ofAll ? [one.account] : []),
      one.app,
      one.connector,
      one.state,
      one.retries,
      one.error,
      one.id,
      one.reason.split('\n')[0],
    ]),
  );
}

function addShow(failures: Command): void {
  withExample(
    failures
      .command('show')
      .argument('<id>')
      .description('one failure with its reason and its message')
      .option('--all', 'of whatever account (administrators)'),
    'npx vumi failures show 01a22869c3315f0c8a6b2d4e6f708192',
  ).action(async (id: string, options: { all?: boolean }, command: Command) => {
    const session = openSession(command);
    const found = await session.client.call<Failure>(
      'GET',
      (await placeOf(session, options.all)) + path`/${id}`,
    );
    session.show(found, () => showText(found));
  });
}

function showText(failure: Failure): string {
  const { message, reason, ...rest } = failure;
  const fields = Object.entries(rest).filter(([, value]) => value !== null);
  return (
    fields.map(([name, value]) => `${name.padEnd(14)}${String(value)}\n`).join('') +
    `\n${reason}\n\n${JSON.stringify(message, null, 2)}\n`
  );
}

function addSettling(
  failures: Command,
  { verb, description, done }: { verb: 'replay' | 'drop'; description: string; done: string },
): void {
  const command = failures
    .command(verb)
    .argument('[id]')
    .description(description)
    .option('--yes', 'ask nothing');
  withExample(
    withFilters(command),
    `npx vumi failures ${verb} 01a22869c3315f0c8a6b2d4e6f708192`,
    `npx vumi failures ${verb} --reason app.threw --since 1d`,
  ).action(async (id: string | undefined, options: FilterOptions & { yes?: boolean }, own: Command) => {
    const session = openSession(own);
    const place = await placeOf(session, options.all);
    if (id !== undefined) {
      const one = await session.client.call<Failure>('POST', place + path`/${id}/${verb}`);
      return session.show(one, () => `${id} is ${done}.\n`);
    }
    const filter = filterOf(options);
    const isOpen = Object.values(filter).every((value) => value === undefined);
    if (options.yes !== true && (isOpen || verb === 'drop')) {
      await confirm(`All ${isOpen ? '' : 'matching '}failures will be ${done}.`);
    }
    const body = isOpen ? { all: true } : filter;
    const { failures: count } = await session.client.call<{ failures: number }>('POST', `${place}/${verb}`, {
      body,
    });
    session.show({ failures: count }, () => `${count} failures are ${done}.\n`);
  });
}
