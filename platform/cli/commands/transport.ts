import type { Command } from 'commander';
import { parseAssignments, readJsonFile } from '../assignments.ts';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { table } from '../output.ts';
import { openSession } from '../session.ts';

interface Transport {
  readonly name: string;
  readonly type: string;
  readonly config: Record<string, unknown>;
}

interface Worker {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
}

const NOT_RUNNING: Pick<Worker, 'status' | 'message'> = { status: 'not running' };

interface SetOptions {
  readonly type: string;
  readonly file?: string;
}

export function addTransportCommands(program: Command): void {
  const transport = program
    .command('transport')
    .description('transports: connections to networks (administrators)');
  const set = transport
    .command('set')
    .argument('<name>')
    .argument(
      '[option=value...]',
      `the type's options, by Vumi's names; a text of digits in two kinds of quotes: password='"1234"'`,
    )
    .description('start a transport, or start it again with other options')
    .requiredOption('--type <type>', 'smpp, …')
    .option('--file <file>', 'read the options from a JSON file first');
  withExample(
    set,
    'npx vumi transport set mno_a --type smpp host=smsc.example.org port=2775 system_id=me password=secret',
  ).action(async (name: string, assignments: string[], options: SetOptions, command: Command) => {
    const session = openSession(command);
    const config = { ...readJsonFile(options.file), ...parseAssignments(assignments) };
    const body = { type: options.type, config };
    const made = await session.client.call<Transport>('PUT', path`/transports/${name}`, { body });
    session.show(made, () => `Transport ${name} starts. How it is doing: npx vumi transport list\n`);
  });
  withExample(
    transport.command('list').description('list transports and how they are doing'),
    'npx vumi transport list',
  ).action(list);
  withExample(
    transport.command('rm').argument('<name>').description('stop a transport and forget it'),
    'npx vumi transport rm mno_a',
  ).action(async (name: string, _options: object, command: Command) => {
    const session = openSession(command);
    await session.client.call('DELETE', path`/transports/${name}`);
    session.show(
      { removed: name },
      () => `Transport ${name} has stopped and is gone; its numbers are nobody's.\n`,
    );
  });
}

async function list(_options: object, command: Command): Promise<void> {
  const session = openSession(command);
  const [transports, workers] = await Promise.all([
    session.client.list<Transport>('/transports'),
    session.client.list<Worker>('/workers'),
  ]);
  const states = transports.map((one) => ({ ...one, ...stateOf(one.name, workers) }));
  session.show(states, () =>
    transports.length === 0
      ? 'No transports yet. Make one: npx vumi transport set NAME --type smpp host=… port=…\n'
      : table(
          ['TRANSPORT', 'TYPE', 'STATUS', 'SAYS'],
          states.map(({ name, type, status, message }) => [name, type, status, message]),
        ),
  );
}

/** Where several processes could run a transport, one does and the others wait. */
function stateOf(name: string, workers: readonly Worker[]): Pick<Worker, 'status' | 'message'> {
  const states = workers.filter((one) => one.name === name);
  const { status, message } = states.find((one) => one.status !== 'down') ?? states[0] ?? NOT_RUNNING;
  return message === undefined ? { status } : { status, message };
}
