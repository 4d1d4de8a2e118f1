import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { parseAssignments, readJsonFile } from '../assignments.ts';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { openSession } from '../session.ts';

interface Settings {
  readonly config: Record<string, unknown>;
  readonly secrets: readonly string[];
}

export function addConfigCommands(app: Command): void {
  const config = app.command('config').description("an app's configuration (app.config)");
  withExample(
    config
      .command('get')
      .argument('<name>')
      .description('show the configuration and the names of the secrets'),
    'npx vumi app config get quiz',
  ).action(async (name: string, _options: object, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    const found = await session.client.call<Settings>('GET', path`/accounts/${account}/apps/${name}`);
    const { config: settings, secrets } = found;
    session.show({ config: settings, secrets }, () => settingsText(found));
  });
  addConfigSet(config);
  addSecretSet(app.command('secret').description("an app's secrets (app.secrets)"));
}

function settingsText({ config, secrets }: Settings): string {
  const names = secrets.length === 0 ? 'none' : secrets.join(', ');
  return `${JSON.stringify(config, null, 2)}\nsecrets: ${names}\n`;
}

function addConfigSet(config: Command): void {
  const set = config
    .command('set')
    .argument('<name>')
    .argument('[key=value...]', 'what to change; values may be JSON')
    .description('change the configuration; the app sees it from its next message on')
    .option('--file <file>', 'a JSON file that replaces the configuration');
  withExample(set, 'npx vumi app config set quiz questions=5 greeting="Welcome back"').action(
    async (name: string, assignments: string[], options: { file?: string }, command: Command) => {
      const session = openSession(command);
      const base = path`/accounts/${await session.account()}/apps/${name}`;
      const current =
        options.file === undefined
          ? (await session.client.call<Settings>('GET', base)).config
          : readJsonFile(options.file);
      const body = { ...current, ...parseAssignments(assignments) };
      await session.client.call('PUT', `${base}/config`, { body });
      session.show(body, () => `${JSON.stringify(body, null, 2)}\n`);
    },
  );
}

function addSecretSet(secret: Command): void {
  const set = secret
    .command('set')
    .argument('<name>', 'the app')
    .argument('<secret>', 'what the app calls it')
    .argument('[value]', 'left out, it is read from standard input, where no history keeps it')
    .description('set a secret; nobody is shown it again');
  withExample(set, 'npx vumi app secret set quiz API_KEY < key.txt').action(
    async (name: string, secret: string, value: string | undefined, ...[, command]: [object, Command]) => {
      const session = openSession(command);
      const given = value ?? (await readAll(process.stdin)).trim();
      if (given === '') throw usageError('the secret is empty; give a value or pipe one in');
      const account = await session.account();
      const made = await session.client.call(
        'PUT',
        path`/accounts/${account}/apps/${name}/secrets/${secret}`,
        {
          body: { value: given },
        },
      );
      session.show(made, () => `Secret ${secret} of ${name} is set.\n`);
    },
  );
}
