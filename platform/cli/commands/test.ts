import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { errorText, printable } from '@vumi/core';
import type { Explored } from '@vumi/testing';
import type { Command } from 'commander';
import { withExample } from '../examples.ts';
import { readEnvironment } from '../environment.ts';
import { addressOf, CliError, EXIT, usageError } from '../exit.ts';
import { table } from '../output.ts';

interface TestOptions {
  readonly coverage?: string;
  readonly turns?: string;
  readonly seed?: string;
  readonly transport: string;
  readonly begin?: string;
}

const DEFAULTS = { turns: '500', seed: '1', transport: 'sms', begin: 'hi' } as const satisfies TestOptions;

/** `vumi test`: the project's own tests, or what can be tested without any. */
export function addTestCommand(program: Command): void {
  const command = program
    .command('test')
    .argument('[dir]', 'the folder of the app', '.')
    .description(
      'test an app: by its own "npm test" where it has one, by its transcript, and by going to all places of its conversations',
    )
    .option('--coverage <percent>', 'fail when fewer of the calls that ask were reached')
    .option('--turns <number>', 'messages of the explorer at most', DEFAULTS.turns)
    .option('--seed <number>', 'of its walks', DEFAULTS.seed)
    .option('--transport <type>', 'of the network: sms, ussd or another', DEFAULTS.transport)
    .option('--begin <word>', 'what begins a conversation by SMS', DEFAULTS.begin);
  withExample(command, 'npx vumi test', 'npx vumi test clinic --transport ussd --coverage 90').action(
    (dir: string, options: TestOptions) => testFolder(dir, options),
  );
}

/** Rejects with what is wrong with the app. What it has to say goes to `out`. */
export async function testFolder(
  dir: string,
  options: TestOptions = DEFAULTS,
  out: NodeJS.WriteStream & { readonly fd: number } = process.stdout,
): Promise<void> {
  const coverage = numberOf('coverage', options.coverage ?? '0');
  await runOwnTests(dir, out.fd);
  const { testApp, placesTable } = await import('@vumi/testing');
  const { begin, transport } = options;
  const report = await testApp(dir, {
    transport,
    turns: numberOf('turns', options.turns ?? ''),
    seed: numberOf('seed', options.seed ?? ''),
    ...(begin === undefined ? {} : { begin }),
  }).catch((error: unknown) => {
    const docs = addressOf(error, readEnvironment().url);
    throw new CliError(EXIT.refused, errorText(error), docs === undefined ? {} : { docs });
  });
  const { headings, rows } = placesTable(report);
  const { reached, missed, coverage: percent } = report.questions;
  const notes = [
    ...(existsSync(join(dir, 'transcript.json')) ? ['transcript.json: as it must be'] : []),
    turnsText(report),
    ...report.skipped.map((call) => `not followed, since nobody says here what it answers: ${call}`),
    `questions reached: ${reached.length} of ${reached.length + missed.length}`,
    ...missed.map(
      ({ place, verb, id }) => `  ${place} ${verb}${id === null ? '' : ` "${id}"`} was never reached`,
    ),
  ];
  out.write(printable(`${rows.length === 0 ? '' : `${table(headings, rows)}\n`}${notes.join('\n')}\n`));
  if (percent < coverage)
    throw new CliError(
      EXIT.refused,
      `${percent} % of the questions were reached, and --coverage asks for ${coverage} %`,
    );
}

/** How far the explorer came. */
function turnsText({ turns, isComplete, questions }: Explored): string {
  if (isComplete) return `${turns} turns`;
  const what = questions.missed.length === 0 ? 'tries more ways through' : 'may reach the rest';
  return `${turns} turns, and there is more to try: --turns ${turns * 4} ${what}`;
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text !== '' && Number.isInteger(number) && number >= 0) return number;
  throw usageError(`--${name} takes a whole number, not "${text}"`);
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** A test script that is this very command is no test of its own. */
function ownScript(dir: string): string | null {
  const file = join(dir, 'package.json');
  if (!existsSync(file)) return null;
  const manifest = parsed(file) as { readonly scripts?: { readonly test?: unknown } } | null;
  if (manifest === null) throw usageError(`${file} is no JSON as npm reads it: mend it, then test again`);
  const script = manifest.scripts?.test;
  return typeof script !== 'string' || /\bvumi(?:\.js)? test\b/.test(script) ? null : script;
}

/** With the Node that runs this command: the kit needs it. */
async function runOwnTests(dir: string, out: number): Promise<void> {
  const script = ownScript(dir);
  if (script === null) return;
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
  const child = spawn('npm', ['test', '--silent'], {
    cwd: dir,
    stdio: ['inherit', out, 'inherit'],
    env: { ...process.env, PATH: path },
    shell: process.platform === 'win32',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new CliError(EXIT.refused, `the app's own tests failed: ${script}`);
}
