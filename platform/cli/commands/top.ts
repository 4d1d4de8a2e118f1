import { sleep } from '@vumi/core';
import type { Command } from 'commander';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import type { Figures, Span } from '../live/figures.ts';
import { LiveView } from '../live/live-view.ts';
import { sorted, type LiveTable } from '../live/live-table.ts';
import { tableLines } from '../live/screen.ts';
import { liveTables } from '../live/tables.ts';
import { LiveTerminal } from '../live/terminal.ts';
import { openSession, type Session } from '../session.ts';

interface TopOptions {
  readonly interval: string;
  readonly once?: boolean;
}

export function addTopCommand(program: Command): void {
  withExample(
    program
      .command('top')
      .description(
        'what goes through the platform, live: transports, apps, accounts, queues, processes (administrators)',
      )
      .option('--interval <seconds>', 'between two looks', '2')
      .option('--once', 'look twice and print the tables; with --json as JSON'),
    'npx vumi top',
  ).action(async (options: TopOptions, command: Command) => {
    const session = openSession(command);
    const everyMs = readInterval(options.interval);
    if (options.once === true || session.json) return showOnce(session, everyMs);
    if (!process.stdin.isTTY || !process.stdout.isTTY)
      throw usageError('this is for a terminal: add --once for the tables as text, or --json for programs');
    await showLive(session, everyMs);
  });
}

function readInterval(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= 0.5 && seconds <= 60))
    throw usageError(`--interval "${text}" is no number of seconds from 0.5 to 60`);
  return seconds * 1000;
}

function look({ client }: Session): Promise<Figures> {
  return client.call<Figures>('GET', '/figures');
}

async function showOnce(session: Session, everyMs: number): Promise<void> {
  const before = await look(session);
  await sleep(everyMs);
  const tables = liveTables({ now: await look(session), before } satisfies Span);
  session.show(Object.fromEntries(tables.map((table) => [table.name, recordsOf(table)])), () =>
    tables.map(textOf).join('\n'),
  );
}

function textOf(table: LiveTable): string {
  const order = { sortedBy: null, reversed: false, columns: Number.POSITIVE_INFINITY };
  const lines = tableLines(table, sorted(table, table.sortedBy, false), order);
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** By the titles of columns: `{"transport": "smsc", "in_per_second": 1.5}`. */
function recordsOf({ columns, rows }: LiveTable): object[] {
  const names = columns.map(({ title }) =>
    title.toLowerCase().replace('/s', '_per_second').replace('%', '_percent'),
  );
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])));
}

async function showLive(session: Session, everyMs: number): Promise<void> {
  // What is wrong with the token or the address is said before the screen is taken.
  await look(session);
  const view: LiveView = new LiveView({
    url: session.client.url,
    everyMs,
    look: () => look(session),
    size: () => terminal.size,
    draw: (lines, marked) => terminal.draw(lines, marked),
  });
  using terminal = new LiveTerminal(process.stdin, process.stdout, {
    onText: (text) => view.onText(text),
    onResize: () => view.redraw(),
  });
  const quit = (): void => view.quit();
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.once(signal, quit);
  await view.run();
}
