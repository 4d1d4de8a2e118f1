import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { table } from '../output.ts';
import { openSession } from '../session.ts';

interface AssignedNumber {
  readonly account: string;
  readonly transport: string;
  readonly number: string | null;
  readonly range: boolean;
  readonly keyword: string | null;
}

interface Released {
  readonly numbers: readonly AssignedNumber[];
  readonly stopped: readonly { readonly account: string; readonly name: string }[];
}

interface NumberOptions {
  readonly transport: string;
  readonly range?: boolean;
  readonly keyword?: string;
  readonly all?: boolean;
}

interface ListOptions {
  readonly transport?: string;
  readonly all?: boolean;
}

export function addNumberCommands(program: Command): void {
  const number = program
    .command('number')
    .description('numbers: which account may route them and send from them');
  addAssign(number);
  addRelease(number);
  withExample(
    number
      .command('list')
      .description('list the numbers of an account, or of all')
      .option('--all', 'of all accounts (administrators)')
      .option('--transport <transport>', 'only those of this transport'),
    'npx vumi number list',
    'npx vumi number list --all',
  ).action(async ({ all = false, transport }: ListOptions, command: Command) => {
    const session = openSession(command);
    const account = all ? null : await session.account();
    const numbers = await session.client.list<AssignedNumber>(
      account === null ? '/numbers' : path`/accounts/${account}/numbers`,
      { query: { transport } },
    );
    session.show(numbers, () =>
      numbers.length === 0
        ? 'No numbers yet. An administrator assigns them: npx vumi number assign NUMBER --transport TRANSPORT --account ACCOUNT\n'
        : table(
            ['NUMBER', 'TRANSPORT', 'KEYWORD', 'ACCOUNT'],
            numbers.map((one) => [shown(one), one.transport, one.keyword ?? 'any', one.account]),
          ),
    );
  });
}

/** The words that name a number, the same for giving and for taking. */
function withNumber(command: Command): Command {
  return command
    .argument('[number]', 'a number, a short code, or a name that only sends; with --all, none')
    .requiredOption('--transport <transport>', 'the transport that it belongs to')
    .option('--keyword <word>', 'only this keyword of it: other accounts may have others')
    .option('--range', 'all numbers that begin so')
    .option('--all', 'every number of the transport');
}

function addAssign(number: Command): void {
  withExample(
    withNumber(number.command('assign').description('give a number to an account (administrators)')),
    'npx vumi number assign 8000 --transport mno --account clinic',
    'npx vumi number assign 8000 --transport mno --account school --keyword school',
    'npx vumi number assign +27820 --range --transport mno --account clinic',
    'npx vumi number assign --all --transport ussd --account clinic',
  ).action(async (given: string | undefined, options: NumberOptions, command: Command) => {
    const session = openSession(command);
    const body = { account: await session.account(), ...wanted(given, options) };
    const assigned = await session.client.call<AssignedNumber>('PUT', '/numbers', { body });
    session.show(assigned, () => `${describe(assigned)} belongs to ${assigned.account}.\n`);
  });
}

function addRelease(number: Command): void {
  withExample(
    withNumber(
      number
        .command('release')
        .description('take a number back, in the words in which it was assigned (administrators)'),
    ),
    'npx vumi number release 8000 --transport mno',
  ).action(async (given: string | undefined, options: NumberOptions, command: Command) => {
    const session = openSession(command);
    const released = await session.client.call<Released>('DELETE', '/numbers', {
      query: wanted(given, options),
    });
    session.show(released, () => {
      const ended = released.numbers.map((one) => `${describe(one)} belongs to ${one.account} no more.\n`);
      const stopped = released.stopped.map(
        ({ account, name }) => `Route ${name} of ${account} does nothing now.\n`,
      );
      return [...ended, ...stopped].join('');
    });
  });
}

function wanted(number: string | undefined, { transport, range, keyword, all = false }: NumberOptions) {
  if ((number === undefined) !== all) {
    throw usageError('name the number, or say --all for every number of the transport');
  }
  return { transport, number, range, keyword };
}

function shown({ number, range }: AssignedNumber): string {
  if (number === null) return 'all';
  return range ? `${number}…` : number;
}

function describe(one: AssignedNumber): string {
  const number = one.number === null ? 'every number' : shown(one);
  const of = one.keyword === null ? number : `the keyword "${one.keyword}" of ${number}`;
  return `${of} on ${one.transport}`;
}
