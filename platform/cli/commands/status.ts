import type { Command } from 'commander';
import { withExample } from '../examples.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Figures } from '../live/figures.ts';
import { table, writeJson, writeStatus } from '../output.ts';
import { componentsText, type ComponentRow, type ComponentsStatus, type Issue } from './status-components.ts';
import { figuresText } from './status-figures.ts';
import { openSession, type Session } from '../session.ts';

interface Status {
  readonly ready: boolean;
  readonly problems: readonly string[];
  readonly overload?: { readonly overloaded: boolean; readonly lost_share: number };
  readonly components?: ComponentsStatus;
  readonly issues?: readonly Issue[];
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
    const figures = await orNull(session.client.call<Figures>('GET', '/figures'));
    if (session.json) writeJson(figures === null ? status : { ...status, figures });
    else {
      const rows = await orNull(session.client.list<ComponentRow>('/components'));
      writeStatus(statusText(status, { figures, rows: rows ?? [] }, session));
    }
    if (!status.ready) throw new CliError(EXIT.refused, 'the platform is not ready; its log says why');
    if (status.problems.length > 0) throw new CliError(EXIT.refused, status.problems.join('\n      '));
  });
}

/** Null where the platform does not tell: how it is can be said all the same. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((error: unknown) => {
    if (error instanceof CliError) return null;
    throw error;
  });
}

function statusText(
  { ready, problems, overload, workers, components, issues = [] }: Status,
  { figures, rows: parts }: { readonly figures: Figures | null; readonly rows: readonly ComponentRow[] },
  { client }: Session,
): string {
  const well = problems.length === 0 ? 'nothing has to be looked after' : 'look after what is named below';
  const rows = workers.map(({ name, kind, status, message }) => [name, kind, status, message]);
  return [
    `The platform at ${client.url} is ${ready ? `ready: ${well}` : 'not ready'}.\n`,
    ...(overload?.overloaded === true ? [OVERLOADED] : []),
    ...(rows.length === 0 ? [] : [table(['WORKER', 'WHAT', 'STATUS', 'SAYS'], rows)]),
    ...(components === undefined ? [] : [componentsText(components, parts, issues)]),
    ...(figures === null ? [] : [figuresText(figures)]),
  ].join('\n');
}
