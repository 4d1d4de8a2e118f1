import { printable } from '@vumi/core';
import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { oneLine, shortTime, table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Run {
  readonly message_id: string;
  readonly version: number;
  readonly kind: string;
  readonly outcome: string;
  readonly error: string | null;
  readonly at: string;
  readonly cost: {
    readonly cpu_us: number;
    readonly wall_ms: number;
    readonly wait_ms: number;
    readonly cold: boolean;
    readonly runs: number;
    readonly calls: Readonly<Record<string, number>>;
    readonly bytes_in: number;
    readonly bytes_out: number;
    readonly sends: number;
  };
}

interface RunDetail extends Run {
  readonly record: {
    readonly start?: unknown;
    readonly calls?: readonly (readonly [number, unknown])[];
    readonly answers?: readonly (readonly (readonly [number, boolean, unknown])[])[];
    readonly effects?: unknown;
  } | null;
}

export function addRunCommands(app: Command): void {
  addRuns(app);
  addRun(app);
}

function addRuns(app: Command): void {
  const runs = app
    .command('runs')
    .argument('<name>')
    .description('how messages fared in an app, and what they cost; newest first')
    .option('--outcome <outcome>', 'ok, failed (all but ok), or one reason: threw, cpu, wall, memory, …')
    .option('-n, --limit <count>', 'how many at most', '20');
  withExample(runs, 'npx vumi app runs hello', 'npx vumi app runs hello --outcome failed').action(
    async (name: string, options: { outcome?: string; limit: string }, command: Command) => {
      const session = openSession(command);
      const most = Number(options.limit);
      if (!Number.isInteger(most) || most < 1)
        throw usageError(`--limit is a number of runs, not "${options.limit}"`);
      const query = { outcome: options.outcome, limit: Math.min(most, 500) };
      const address = path`/accounts/${await session.account()}/apps/${name}/runs`;
      const found = await session.client.list<Run>(address, { query, limit: most });
      session.show(found, () => runsText(found, name));
    },
  );
}

function runsText(runs: readonly Run[], name: string): string {
  if (runs.length === 0) return `${name} has handled no such message yet.\n`;
  return table(
    ['TIME (UTC)', 'MESSAGE', 'VERSION', 'OUTCOME', 'CPU MS', 'WALL MS', 'WAIT MS', 'SENT', 'CALLS'],
    runs.map(({ at, message_id, version, outcome, cost }) => [
      shortTime(at),
      message_id,
      version,
      outcome,
      milliseconds(cost.cpu_us / 1000),
      milliseconds(cost.wall_ms),
      milliseconds(cost.wait_ms),
      cost.sends,
      callsText(cost.calls),
    ]),
  );
}

function callsText(calls: Run['cost']['calls']): string {
  return Object.entries(calls)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
}

/** As precise as anybody wants to know. */
export function milliseconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}

function addRun(app: Command): void {
  const run = app
    .command('run')
    .argument('<message-id>')
    .description('all about one run: what it was given, asked, was answered and left')
    .option('--app <name>', 'the app that handled it (default: the one that the message went to)');
  withExample(run, 'npx vumi app run 019ab3f2c4d5e6f708192a3b4c5d6e7f').action(
    async (messageId: string, options: { app?: string }, command: Command) => {
      const session = openSession(command);
      const app = options.app ?? (await appOfMessage(session, messageId));
      const address = path`/accounts/${await session.account()}/apps/${app}/runs/${messageId}`;
      const found = await session.client.call<RunDetail>('GET', address);
      session.show(found, () => runText(found, app));
    },
  );
}

/** The app that a message went to. */
export async function appOfMessage(session: Session, messageId: string): Promise<string> {
  const address = path`/accounts/${await session.account()}/messages/${messageId}`;
  const { app } = await session.client.call<{ app: string | null }>('GET', address);
  if (app !== null) return app;
  throw new CliError(EXIT.refused, `message ${messageId} went to no app; "npx vumi messages" shows where`);
}

function runText(run: RunDetail, app: string): string {
  const { cost, record } = run;
  const lines = [
    `${run.kind} ${run.message_id} in ${app} version ${run.version}, ${shortTime(run.at)} UTC: ${run.outcome}`,
    ...(run.error === null ? [] : printable(run.error).split('\n').map(indented)),
    `  cpu    ${milliseconds(cost.cpu_us / 1000)} ms, ${milliseconds(cost.wall_ms)} ms by the clock after ${milliseconds(cost.wait_ms)} ms of waiting${cost.cold ? '; the app had to be loaded' : ''}`,
    `  calls  ${callsText(cost.calls) || 'none'}`,
    `  bytes  ${cost.bytes_in} in, ${cost.bytes_out} out; ${cost.sends} sent`,
  ];
  if (record === null)
    return [...lines, '  It was too large to be recorded and cannot be run again.', ''].join('\n');
  const answers = new Map(record.answers?.flat().map(([id, worked, value]) => [id, { worked, value }]));
  const asked = (record.calls ?? []).map(([id, call]) => {
    const answer = answers.get(id);
    const text =
      answer === undefined ? 'no answer' : `${answer.worked ? '' : 'refused: '}${json(answer.value)}`;
    return `  asked  ${json(call)}\n         ${text}`;
  });
  return [
    ...lines,
    `  given  ${json(record.start)}`,
    ...asked,
    `  left   ${json(record.effects)}`,
    // Of an event or a schedule nobody but the app knows the id.
    `Run it again: npx vumi app replay ${run.message_id} --app ${app}`,
    '',
  ].join('\n');
}

function indented(line: string): string {
  return `  ${line}`;
}

function json(value: unknown): string {
  return oneLine(JSON.stringify(value) ?? 'nothing');
}
