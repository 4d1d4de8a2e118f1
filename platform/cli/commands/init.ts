import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { slugSchema } from '@vumi/core';
import type { Command } from 'commander';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { write } from '../output.ts';

/** What each is for; the files are in ../templates. */
const TEMPLATES = {
  hello: 'one question, the smallest conversation',
  survey: 'SMS, two languages, a reminder',
  menu: 'USSD, screens and pages',
  service: 'contacts, HTTP calls, a schedule',
} as const;

const FOLDER = join(import.meta.dirname, '../templates');

interface InitOptions {
  readonly template?: string;
  readonly ts?: boolean;
}

/** `vumi init`: a new app, with tests and types. It needs no platform and no network. */
export function addInitCommand(program: Command): void {
  const names = Object.entries(TEMPLATES).map(([name, what]) => `${name} (${what})`);
  const command = program
    .command('init')
    .argument('[dir]', 'where: a folder that is not there, or empty', '.')
    .description('make a new app, with tests')
    .option('--template <name>', `what to begin with: ${names.join(', ')}`)
    .option('--ts', 'in TypeScript');
  withExample(command, 'npx vumi init clinic', 'npx vumi init clinic --template menu --ts').action(
    async (dir: string, options: InitOptions) => {
      const folder = resolve(dir);
      const name = slugSchema.safeParse(basename(folder)).data;
      if (name === undefined)
        throw usageError(
          `"${basename(folder)}" cannot be the name of an app: name the folder in lower case, digits, "-" and "_"`,
        );
      if (existsSync(folder) && readdirSync(folder).some((one) => !one.startsWith('.')))
        throw usageError(`${dir} is not empty; name a new folder`);
      makeApp(folder, {
        name,
        template: options.template ?? (await askTemplate()),
        isTyped: options.ts === true,
      });
      const place = relative(process.cwd(), folder);
      const steps = [
        ...(place === '' ? [] : [`cd ${place}`]),
        ...(sdkFolder(folder) === null ? ['npm install'] : []),
        'npx vumi dev',
      ];
      write(`${name} is there; "npx vumi test" runs its tests. Now:\n  ${steps.join(' && ')}\n`);
    },
  );
}

/** Where the SDK is found from a folder: in this repository, or below what has it already, nothing has to be installed. */
function sdkFolder(folder: string): string | null {
  try {
    return dirname(createRequire(join(folder, 'package.json')).resolve('@vumi/sdk'));
  } catch {
    return null;
  }
}

/** What editors check `vumi.json` by, as that file names it. */
function schemaOf(folder: string): string {
  const sdk = sdkFolder(folder) ?? join(folder, 'node_modules/@vumi/sdk');
  const path = relative(realpathSync(folder), join(sdk, 'vumi.schema.json')).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}

/** Nobody is asked where nobody sits. */
async function askTemplate(): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return 'hello';
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const lines = Object.entries(TEMPLATES).map(([name, what]) => `  ${name.padEnd(8)} ${what}`);
    return (await terminal.question(`${lines.join('\n')}\nTemplate [hello]: `)).trim() || 'hello';
  } finally {
    terminal.close();
  }
}

interface NewApp {
  readonly name: string;
  readonly template: string;
  readonly isTyped: boolean;
}

/** Of this command; the SDK has the same. */
function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function makeApp(folder: string, { name, template, isTyped }: NewApp): void {
  if (!Object.hasOwn(TEMPLATES, template))
    throw usageError(`there is no template "${template}"; there are ${Object.keys(TEMPLATES).join(', ')}`);
  mkdirSync(folder, { recursive: true });
  cpSync(join(FOLDER, template), folder, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(folder, 'vumi.json'), 'utf8')) as object;
  writeJson(join(folder, 'vumi.json'), { $schema: schemaOf(folder), name, ...manifest });
  // Nothing in a template needs a type to be written: both languages are one text.
  if (isTyped)
    for (const file of ['workers/worker', 'test/app.test'])
      renameSync(join(folder, `${file}.js`), join(folder, `${file}.ts`));
  const readme = join(folder, 'README.md');
  const text = readFileSync(readme, 'utf8');
  writeFileSync(readme, text.replaceAll('{name}', name).replaceAll('{ext}', isTyped ? 'ts' : 'js'));
  const version = readVersion();
  writeJson(join(folder, 'package.json'), {
    name,
    private: true,
    type: 'module',
    scripts: { dev: 'vumi dev', test: 'node --test "test/*.test.*"', deploy: 'vumi deploy' },
    // What is found above is no package of its own: npm would look for it in the registry whenever it installs another.
    ...(sdkFolder(folder) === null && { devDependencies: { '@vumi/cli': version, '@vumi/sdk': version } }),
  });
  writeJson(join(folder, 'tsconfig.json'), {
    compilerOptions: {
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable'],
      // Ordinary JavaScript says no types.
      strict: isTyped,
      allowJs: true,
      checkJs: true,
      noEmit: true,
      types: ['@vumi/sdk/globals'],
    },
    include: ['workers'],
  });
  writeFileSync(join(folder, '.gitignore'), 'node_modules/\n.vumi/\n');
}

function writeJson(file: string, value: object): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
