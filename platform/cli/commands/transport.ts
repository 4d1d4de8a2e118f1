import type { Command } from 'commander';
import { callAssigned, parseAssignments, readJsonFile } from '../assignments.ts';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { CliError } from '../exit.ts';
import { table } from '../output.ts';
import { openSession, type Session } from '../session.ts';
import { canAsk } from '../ask-options.ts';
import { addTransportHelp, askForType } from './transport-help.ts';

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

type State = Pick<Worker, 'status' | 'message'>;
const NOT_RUNNING: State = { status: 'not running' };

interface SetOptions {
  readonly type: string;
  readonly file?: string;
  /** False: nothing is asked for. */
  readonly input: boolean;
}

export function addTransportCommands(program: Command): void {
  const transport = program
    .command('transport')
    .description('transports: connections to networks (administrators; an account may list those it uses)');
  const set = transport
    .command('set')
    .argument('<name>')
    .argument('[option=value...]', "the type's options, by Vumi's names")
    .description('start a transport, or start it again with other options')
    .requiredOption('--type <type>', 'smpp, http_api, …: npx vumi transport types')
    .option('--file <file>', 'read the options from a JSON file first')
    .option('--no-input', 'ask for nothing: what is missing is an error, as where there is no terminal');
  withExample(
    set,
    'npx vumi transport set mno_a --type smpp host=smsc.example.org port=2775 system_id=me password=secret',
  ).action(async (name: string, assignments: string[], options: SetOptions, command: Command) => {
    const session = openSession(command);
    const file = readJsonFile(options.file);
    const words = [...assignments, ...(await missing(session, name, { assignments, file, options }))];
    const made = await callAssigned(words, (values) => {
      const body = { type: options.type, config: { ...file, ...values } };
      return session.client.call<Transport>('PUT', path`/transports/${name}`, { body });
    });
    session.show(
      made,
      () =>
        `Transport ${name} starts. How it is doing: npx vumi transport list; where it is found: npx vumi transport urls ${name}\n`,
    );
  });
  withExample(
    transport.command('list').description('list transports and how they are doing'),
    'npx vumi transport list',
  ).action(list);
  addTransportHelp(transport);
  withExample(
    transport
      .command('rm')
      .argument('<name>')
      .description('stop a transport and forget it')
      .option('--force', 'also while routes lead over it: they do nothing until they are set again'),
    'npx vumi transport rm mno_a',
  ).action(async (name: string, { force = false }: { force?: boolean }, command: Command) => {
    const session = openSession(command);
    const query = force ? { force: 'true' } : {};
    await session.client.call('DELETE', path`/transports/${name}`, { query });
    session.show(
      { removed: name },
      () => `Transport ${name} has stopped and is gone; its numbers are nobody's.\n`,
    );
  });
}

interface Given {
  readonly assignments: readonly string[];
  readonly file: Readonly<Record<string, unknown>>;
  readonly options: SetOptions;
}

/** What a new transport needs beside what is given, from whoever sits at the terminal. */
async function missing(
  session: Session,
  name: string,
  { assignments, file, options: { type, input } }: Given,
): Promise<string[]> {
  if (!input || session.json || !canAsk()) return [];
  const given = new Set([...Object.keys(file), ...Object.keys(parseAssignments(assignments))]);
  process.stdout.write(`What transport ${name} needs:\n`);
  return askForType(session, type, given);
}

async function list(_options: object, command: Command): Promise<void> {
  const session = openSession(command);
  const states = await transportsOf(session);
  session.show(states, () =>
    states.length === 0
      ? 'No transports yet. Make one: npx vumi transport set NAME --type smpp host=… port=…\n'
      : table(
          ['TRANSPORT', 'TYPE', 'STATUS', 'SAYS'],
          states.map(({ name, type, status, message }) => [name, type, status, message]),
        ),
  );
}

/** All of them for administrators; for an account those over which it sends, and less of each. */
async function transportsOf(session: Session): Promise<(Omit<Transport, 'config'> & State)[]> {
  const { client } = session;
  try {
    const [transports, workers] = await Promise.all([
      client.list<Transport>('/transports'),
      client.list<Worker>('/workers'),
    ]);
    return transports.map((one) => Object.assign(one, stateOf(one.name, workers)));
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'auth.forbidden') throw error;
    return client.list(path`/accounts/${await session.account()}/transports`);
  }
}

/** Where several processes could run a transport, one does and the others wait. */
function stateOf(name: string, workers: readonly Worker[]): State {
  const states = workers.filter((one) => one.name === name);
  const { status, message } = states.find((one) => one.status !== 'down') ?? states[0] ?? NOT_RUNNING;
  return message === undefined ? { status } : { status, message };
}
