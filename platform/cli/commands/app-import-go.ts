import { readFileSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { CliError, EXIT, usageError } from '../exit.ts';
import { withExample } from '../examples.ts';
import { goConfig } from '../go/go-config.ts';
import { readGoFolder, type GoFolder } from '../go/go-folder.ts';
import { GoMove, type GoChoices, type GoStep } from '../go/go-move.ts';
import { parseGoRoute, type GoRoute } from '../go/go-route.ts';
import { write } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface ImportGoOptions {
  readonly name?: string;
  readonly script?: string;
  readonly config?: string;
  readonly route: string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Asks on a terminal; null where nobody can be asked. */
type Ask = ((question: string) => Promise<string>) | null;

/** `vumi app import-go`: an app of Vumi Go with what belongs to it. */
export function addImportGo(app: Command): void {
  const command = app
    .command('import-go')
    .argument('<folder>', 'the app of Vumi Go, with what Vumi Go exported')
    .description('move an app of Vumi Go here: code, configuration, contacts, groups, opt-outs, kv, routes')
    .option('--name <name>', "the app's name (default: as in its configuration, else of the folder)")
    .option('--script <file>', 'which file is the app, where there are several')
    .option('--config <file>', 'which file is its configuration, where there are several')
    .option(
      '--route <endpoint=transport:number...>',
      'where an endpoint leads; :KEYWORD behind a shared number',
      [],
    )
    .option('--dry-run', 'only say what would be done, and what cannot be')
    .option('--yes', 'do not ask');
  withExample(
    command,
    'npx vumi app import-go clinic --account clinic --dry-run',
    'npx vumi app import-go clinic --account clinic --route "default=ussd:*120*1#" --route sms=mno:8000 --yes',
  ).action(async (folder: string, options: ImportGoOptions, command: Command) => {
    const session = openSession(command);
    const isAsked = options.yes !== true && process.stdin.isTTY && process.stderr.isTTY;
    if (!isAsked && options.yes !== true && options.dryRun !== true)
      throw usageError('nobody can be asked here: add --yes, or --dry-run to see what would be done');
    const terminal = isAsked ? createInterface({ input: process.stdin, output: process.stderr }) : null;
    try {
      const ask: Ask = terminal === null ? null : (question) => terminal.question(`${question} `);
      const choices = await choose(session, readGoFolder(folder), { options, ask });
      if (ask !== null && options.dryRun !== true) {
        await move(session, choices, { dry: true, quiet: true });
        if (!/^y(es)?$/i.test(await ask('Do it? [yes/no]')))
          throw new CliError(EXIT.refused, 'nothing was changed');
      }
      await move(session, choices, { dry: options.dryRun === true, quiet: false });
    } finally {
      terminal?.close();
    }
  });
}

interface Asked {
  readonly options: ImportGoOptions;
  readonly ask: Ask;
}

async function choose(session: Session, found: GoFolder, { options, ask }: Asked): Promise<GoChoices> {
  const account = await session.account();
  const { script, code } = await codeOf(found, { options, ask });
  const config = await oneOf('configuration', found.configs, {
    given: options.config,
    flag: '--config',
    ask,
  });
  const app = options.name ?? nameOf(found, config);
  const built = goConfig(found, { app, script, code, config });
  const given = options.route.map(parseGoRoute);
  const routes = ask === null ? given : [...given, ...(await askRoutes(built.endpoints, given, ask))];
  return { found, account, app, code, config: built, routes };
}

/** The code of the app: of its file, or as it came with the conversation. */
async function codeOf(
  found: GoFolder,
  { options, ask }: Asked,
): Promise<{ script: string | null; code: string }> {
  const kept = found.conversation?.script ?? null;
  if (kept !== null && options.script === undefined) return { script: null, code: kept };
  const script = await oneOf('app', found.scripts, { given: options.script, flag: '--script', ask });
  if (script === null)
    throw usageError(
      `${found.folder} has no app of Vumi Go: a JavaScript file that uses api or InteractionMachine`,
    );
  return { script, code: readFileSync(script, 'utf8') };
}

async function oneOf(
  what: string,
  files: readonly string[],
  { given, flag, ask }: { given: string | undefined; flag: string; ask: Ask },
): Promise<string | null> {
  if (given !== undefined) return given;
  if (files.length <= 1) return files[0] ?? null;
  const names = files.map((file) => {
    const near = relative('.', file);
    return near.startsWith('..') ? file : near;
  });
  if (ask === null) throw usageError(`say with ${flag} which is the ${what}: ${names.join(', ')}`);
  const number = Number(
    await ask(
      `Which is the ${what}?\n${names.map((name, index) => `  ${index + 1}. ${name}\n`).join('')}Number:`,
    ),
  );
  const file = files[number - 1];
  if (file === undefined) throw usageError(`there is no ${number} in this list`);
  return file;
}

/** What the configuration, the conversation or the folder calls it, as a name may be. */
function nameOf(found: GoFolder, config: string | null): string {
  const text =
    config === null ? (found.conversation?.config['config'] ?? '{}') : readFileSync(config, 'utf8');
  const inConfig = /"name"\s*:\s*"([^"]+)"/.exec(text)?.[1];
  const names = [inConfig, found.conversation?.name, basename(resolve(found.folder))];
  const slugs = names.map((name) =>
    (name ?? '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, '-')
      .replaceAll(/^[-_]+|[-_]+$/g, '')
      .slice(0, 63),
  );
  return slugs.find((slug) => slug !== '') ?? 'app';
}

async function askRoutes(
  endpoints: readonly string[],
  given: readonly GoRoute[],
  ask: (question: string) => Promise<string>,
): Promise<GoRoute[]> {
  const routes: GoRoute[] = [];
  for (const endpoint of endpoints.filter((name) => !given.some((route) => route.endpoint === name))) {
    const answer = await ask(
      `Where does endpoint "${endpoint}" lead? TRANSPORT:NUMBER[:KEYWORD], or nothing for later:`,
    );
    if (answer.trim() !== '') routes.push({ ...parseGoRoute(answer.trim()), endpoint });
  }
  return routes;
}

async function move(
  { client, json }: Session,
  choices: GoChoices,
  { dry, quiet }: { dry: boolean; quiet: boolean },
): Promise<void> {
  const mover = new GoMove(client, choices, dry);
  const steps: GoStep[] = [];
  for await (const step of mover.steps()) {
    steps.push(step);
    if (!json) write(stepText(step, dry));
  }
  const { cannot } = mover;
  if (json && !quiet) write(`${JSON.stringify({ dry_run: dry, steps, cannot }, null, 2)}\n`);
  else if (!json) write(cannot.map((line) => `  by hand  ${line}\n`).join(''));
  const refused = steps.filter(({ outcome }) => outcome === 'refused');
  if (refused.length > 0 && !quiet)
    throw new CliError(
      EXIT.refused,
      `not all of it was taken: ${refused.map(({ step }) => step).join(', ')}; mend that and do it again`,
    );
}

const MOST_LINES = 20;

function stepText({ step, outcome, detail, report }: GoStep, dry: boolean): string {
  const word = {
    made: dry ? 'would make' : 'made',
    changed: dry ? 'would change' : 'changed',
    same: 'the same',
    refused: 'refused',
  };
  const lines = (report?.refused ?? [])
    .slice(0, MOST_LINES)
    .map(({ line, reason }) => `    line ${line}: ${reason}\n`);
  return `  ${word[outcome].padEnd(12)}  ${step}: ${detail}\n${lines.join('')}`;
}
