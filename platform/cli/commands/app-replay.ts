import { printable } from '@vumi/core';
import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { oneLine } from '../output.ts';
import { openSession } from '../session.ts';
import { appOfMessage, milliseconds } from './app-runs.ts';

interface Side {
  readonly version: number;
  readonly outcome: string;
  readonly error: string | null;
  readonly cpu_us: number;
}

interface Replay {
  readonly message_id: string;
  readonly same: boolean;
  readonly recorded: Side;
  readonly replayed: Side & {
    readonly log: readonly { readonly level: string; readonly text: string; readonly fields?: unknown }[];
  };
  readonly differences: readonly string[];
  readonly unrecorded_calls: readonly unknown[];
}

export function addReplayCommand(app: Command): void {
  const replay = app
    .command('replay')
    .argument('<message-id>')
    .description('run a message again, answered as it was then; nothing takes effect')
    .option('--version <version>', 'with this version (default: the one that ran then)')
    .option('--app <name>', 'the app that handled it (default: the one that the message went to)');
  withExample(
    replay,
    'npx vumi app replay 019ab3f2c4d5e6f708192a3b4c5d6e7f',
    'npx vumi app replay 019ab3f2c4d5e6f708192a3b4c5d6e7f --version 4',
  ).action(async (messageId: string, options: { version?: string; app?: string }, command: Command) => {
    const session = openSession(command);
    const version = options.version === undefined ? undefined : Number(options.version);
    if (version !== undefined && !Number.isInteger(version))
      throw usageError(`"${options.version}" is not a version; they are 1, 2, 3, …`);
    const app = options.app ?? (await appOfMessage(session, messageId));
    const address = path`/accounts/${await session.account()}/apps/${app}/replay`;
    const result = await session.client.call<Replay>('POST', address, {
      body: { message_id: messageId, version },
    });
    session.show(result, () => replayText(result, app));
  });
}

function replayText({ message_id, same, recorded, replayed, ...more }: Replay, app: string): string {
  const other = recorded.version === replayed.version ? '' : ` version ${recorded.version}`;
  const verdict = same
    ? `does the same${other && ` as${other}`}`
    : `does not do the same${other && ` as${other}`}`;
  return [
    `Message ${message_id} in ${app}: version ${replayed.version} ${verdict}.`,
    ...more.differences.map((difference) => `  ≠ ${oneLine(difference)}`),
    ...more.unrecorded_calls.map(
      (call) => `  ? not recorded, so not answered: ${oneLine(JSON.stringify(call))}`,
    ),
    `  outcome  ${recorded.outcome} then, ${replayed.outcome} now`,
    `  cpu      ${milliseconds(recorded.cpu_us / 1000)} ms then, ${milliseconds(replayed.cpu_us / 1000)} ms now (now in a fresh process)`,
    ...replayed.log.map(({ level, text }) => `  log      ${level} ${oneLine(text)}`),
    ...(replayed.error === null
      ? []
      : printable(replayed.error)
          .split('\n')
          .map((line) => `  ${line}`)),
    '',
  ].join('\n');
}
