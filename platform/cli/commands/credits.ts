import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { shortTime, table, writeData } from '../output.ts';
import { openSession, type Session } from '../session.ts';
import { usageError } from '../exit.ts';
import { addBuy } from './credits-buy.ts';

interface Entry {
  readonly at: string;
  readonly kind: string;
  readonly amount: string;
  readonly balance: string;
  readonly message_id: string | null;
  readonly segments: number | null;
  readonly transport: string | null;
  readonly route: string | null;
  readonly source: string | null;
  readonly reason: string | null;
}

interface Balance {
  readonly account: string;
  readonly balance: string;
  readonly topped_up: string;
  readonly billing: { readonly mode: string; readonly cutoff: string };
}

interface Statement {
  readonly month: string;
  readonly opening: string;
  readonly closing: string;
  readonly lines: readonly (Omit<Entry, 'at' | 'balance' | 'message_id' | 'reason'> & {
    readonly direction: string | null;
    readonly per_segment: string | null;
    readonly entries: number;
  })[];
}

/** `vumi credits`: what an account has left, and where the rest went. */
export function addCreditCommands(program: Command): void {
  const credits = program
    .command('credits')
    .description('what an account has left, and what it was spent on');
  addShow(credits);
  addBuy(credits);
  addAdd(credits);
  addStatement(credits);
  addExport(credits);
}

function addShow(credits: Command): void {
  const command = credits
    .command('show')
    .description('the balance, and the last entries of the ledger')
    .option('-n, --limit <count>', 'how many entries', '20');
  withExample(command, 'npx vumi credits show --account acme').action(
    async ({ limit }: { limit: string }, typed: Command) => {
      const session = openSession(typed);
      const base = path`/accounts/${await session.account()}/credits`;
      const balance = await session.client.call<Balance>('GET', `${base}/balance`);
      const entries = await session.client.list<Entry>(base, { limit: Number(limit) || 20 });
      session.show({ ...balance, entries }, () => `${balanceText(balance)}\n${entriesText(entries)}`);
    },
  );
}

function balanceText({ account, balance, topped_up: last, billing }: Balance): string {
  const paying = {
    off: `It pays for nothing: npx vumi account billing ${account} mode=enforced`,
    counted: 'What it sends is counted, and never refused.',
    enforced: `What it cannot pay for is not sent (${billing.cutoff}).`,
  }[billing.mode];
  return `${account} has ${balance} credits; the last top-up was ${last}.\n${paying ?? ''}\n`;
}

function entriesText(entries: readonly Entry[]): string {
  return table(
    ['TIME', 'KIND', 'AMOUNT', 'BALANCE', 'SEGMENTS', 'TRANSPORT', 'ROUTE', 'FOR'],
    entries.map(({ at, kind, amount, balance, segments, transport, route, message_id, source, reason }) => [
      shortTime(at),
      kind,
      amount,
      balance,
      segments,
      transport,
      route,
      message_id ?? `${source ?? ''}: ${reason ?? ''}`,
    ]),
  );
}

function addAdd(credits: Command): void {
  const command = credits
    .command('add')
    .argument('<amount>', 'credits, such as 100 or 0.5; below 0 they are taken away: -- -5')
    .requiredOption('--reason <text>', 'why; it stays in the ledger')
    .option('--reference <text>', 'such as the number of an invoice: added once, however often it is given')
    .description('add to the credit of an account (administrators)');
  withExample(
    command,
    'npx vumi credits add 1000 --account acme --reason "invoice 17" --reference inv-17',
  ).action(
    async (amount: string, { reason, reference }: { reason: string; reference?: string }, typed: Command) => {
      const session = openSession(typed);
      const account = await session.account();
      const body = { amount, reason, ...(reference === undefined ? {} : { reference }) };
      const entry = await session.client.call<Entry>('POST', path`/accounts/${account}/credits`, { body });
      session.show(
        entry,
        () => `${entry.amount} at ${shortTime(entry.at)}: ${account} had ${entry.balance} then.\n`,
      );
    },
  );
}

function addStatement(credits: Command): void {
  const command = credits
    .command('statement')
    .argument('[month]', 'in UTC, such as 2026-11 (default: this month)')
    .description(
      'what a month cost, by kind, transport and price, between its opening and its closing balance',
    );
  withExample(command, 'npx vumi credits statement 2026-11 --account acme').action(
    async (month: string | undefined, _options: object, typed: Command) => {
      const session = openSession(typed);
      const asked = month ?? new Date().toISOString().slice(0, 7);
      const address = path`/accounts/${await session.account()}/credits/statements/${asked}`;
      const statement = await session.client.call<Statement>('GET', address);
      session.show(statement, () => statementText(statement));
    },
  );
}

function statementText({ month, opening, closing, lines }: Statement): string {
  const balance = (what: string, amount: string) => [what, null, null, null, null, null, null, amount];
  return table(
    [month, 'DIRECTION', 'OVER', 'ROUTE', 'PER SEGMENT', 'ENTRIES', 'SEGMENTS', 'AMOUNT'],
    [
      balance('opening', opening),
      ...lines.map(
        ({ kind, direction, transport, route, source, per_segment, entries, segments, amount }) => [
          kind,
          direction,
          transport ?? source,
          route,
          per_segment,
          entries,
          segments,
          amount,
        ],
      ),
      balance('closing', closing),
    ],
  );
}

interface ExportOptions {
  readonly format: string;
  readonly from?: string;
  readonly to?: string;
  readonly kind?: string;
}

function addExport(credits: Command): void {
  const command = credits
    .command('export')
    .description('the ledger, newest first, to standard output')
    .option('--format <format>', 'csv or ndjson', 'csv')
    .option('--from <instant>', 'not before, such as 2026-11-01')
    .option('--to <instant>', 'before')
    .option('--kind <kind>', 'charge, refund, top_up or adjustment');
  withExample(command, 'npx vumi credits export --account acme --from 2026-11-01 > ledger.csv').action(
    (options: ExportOptions, typed: Command) => exportLedger(openSession(typed), options),
  );
}

async function exportLedger(session: Session, { format, from, to, kind }: ExportOptions): Promise<void> {
  if (format !== 'csv' && format !== 'ndjson') throw usageError('--format is csv or ndjson');
  const address = path`/accounts/${await session.account()}/exports/credits.${format}`;
  for await (const text of session.client.stream(address, { from, to, kind })) writeData(text);
}
