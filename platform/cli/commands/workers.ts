import type { Command } from 'commander';
import { callAssigned, readJsonFile } from '../assignments.ts';
import { withExample } from '../examples.ts';
import { table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Worker {
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly message?: string;
  readonly supervisor?: string | null;
}

interface Answer {
  readonly outcome: 'done' | 'forwarded';
  readonly workers: readonly { readonly name: string; readonly status: string; readonly message: string }[];
}

interface StartOptions {
  readonly type: string;
  readonly placement?: string;
  readonly supervisor?: string;
  readonly file?: string;
}

export function addWorkersCommands(program: Command): void {
  const workers = program
    .command('workers')
    .description('what runs: processes, transports, applications, dispatchers (administrators)');
  withExample(
    workers.command('list').description('list what runs, and how it is'),
    'npx vumi workers list',
  ).action(async (_options: object, command: Command) => {
    const session = openSession(command);
    const all = await session.client.list<Worker>('/workers');
    session.show(all, () =>
      table(
        ['WORKER', 'WHAT', 'SUPERVISOR', 'STATUS', 'SAYS'],
        all.map(({ name, kind, supervisor, status, message }) => [
          name,
          kind,
          supervisor ?? '',
          status,
          message,
        ]),
      ),
    );
  });
  const start = workers
    .command('start')
    .argument('<name>')
    .argument('[option=value...]', "the type's options, by Vumi's names")
    .description('start a worker; it is there again after a restart of the platform')
    .requiredOption('--type <type>', "a type of worker, or Vumi's class name: npx vumi worker types")
    .option('--placement <placement>', 'one, each or shared (default: as the type has it)')
    .option('--supervisor <name>', 'only under this supervisor')
    .option('--file <file>', 'read the options from a JSON file first');
  withExample(start, 'npx vumi workers start echo --type echo transport_name=smsc').action(
    async (name: string, assignments: string[], options: StartOptions, command: Command) => {
      const session = openSession(command);
      const file = readJsonFile(options.file);
      const { type: worker_class, placement, supervisor } = options;
      const answer = await callAssigned(assignments, (values) =>
        control(session, {
          operation: 'start_worker',
          worker_name: name,
          worker_class,
          worker_config: { ...file, ...values },
          ...(placement === undefined ? {} : { placement }),
          ...(supervisor === undefined ? {} : { supervisor }),
        }),
      );
      session.show(answer, () => said(`Worker ${name} starts`, answer));
    },
  );
  addByName(workers, 'stop', 'stop a worker, and forget one that was started at run time', 'stops');
  addByName(workers, 'restart', 'stop a worker and start it with the same options', 'starts again');
}

function addByName(workers: Command, word: 'stop' | 'restart', description: string, does: string): void {
  withExample(
    workers.command(word).argument('<name>').description(description),
    `npx vumi workers ${word} echo`,
  ).action(async (name: string, _options: object, command: Command) => {
    const session = openSession(command);
    const answer = await control(session, { operation: `${word}_worker`, worker_name: name });
    session.show(answer, () => said(`Worker ${name} ${does}`, answer));
  });
}

function control({ client }: Session, body: object): Promise<Answer> {
  return client.call<Answer>('POST', '/workers', { body });
}

function said(what: string, { outcome, workers }: Answer): string {
  const where = outcome === 'forwarded' ? ' (its supervisor was told)' : '';
  const [state] = workers;
  const how = state === undefined ? '' : ` It is ${state.status}: ${state.message}.`;
  return `${what}${where}.${how} How it is doing: npx vumi workers list\n`;
}
