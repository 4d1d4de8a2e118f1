import type { Command } from 'commander';
import { withExample } from '../examples.ts';
import { CliError, EXIT } from '../exit.ts';
import { table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Status {
  readonly ready: boolean;
  readonly problems: readonly string[];
  readonly overload?: { readonly overloaded: boolean; readonly lost_share: number };
  readonly workers: readonly Worker[];
}

interface Worker {
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly message?: string;
}

const OVERLOADED =
  'Its machine is overloaded: messages are late, none is lost. Give it more processors or less to do.\n';

export function addStatusCommand(program: Command): void {
  withExample(
    program
      .command('status')
      .description(
        'how the platform is (administrators); exit code 1 when it is not ready, a transport is down or a role is missing',
      ),
    'npx vumi status',
  ).action(async (_options: object, command: Command) => {
    const session = openSession(command);
    const status = await session.client.call<Status>('GET', '/status');
    session.show(status, () => statusText(status, session));
    if (!status.ready) throw new CliError(EXIT.refused, 'the platform is not ready; its log says why');
    if (status.problems.length > 0) throw new CliError(EXIT.refused, status.problems.join('\n      '));
  });
}

function statusText({ ready, overload, workers }: Status, { client }: Session): string {
  const rows = workers.map(({ name, kind, status, message }) => [name, kind, status, message]);
  return [
    `The platform at ${client.url} is ${ready ? 'ready' : 'not ready'}.\n`,
    ...(overload?.overloaded === true ? [OVERLOADED] : []),
    ...(rows.length === 0 ? [] : [table(['WORKER', 'WHAT', 'STATUS', 'SAYS'], rows)]),
  ].join('\n');
}
