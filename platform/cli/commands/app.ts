import type { Command } from 'commander';
import { packApp } from '../bundle-folder.ts';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession } from '../session.ts';
import { addConfigCommands } from './app-config.ts';
import { addLogsCommand } from './app-logs.ts';
import { addReplayCommand } from './app-replay.ts';
import { addRunCommands } from './app-runs.ts';

interface App {
  readonly app: string;
  readonly active_version: number | null;
  readonly url: string;
  readonly created_at: string;
}

interface Version {
  readonly version: number;
  readonly active: boolean;
  readonly sha256: string;
  readonly handlers: readonly string[];
  readonly created_at: string;
}

interface Deployment extends Version {
  readonly url: string;
  readonly warnings: readonly string[];
}

export function addAppCommands(program: Command): void {
  const app = program.command('app').description('apps: deploy, look after, roll back');
  addDeploy(app);
  addLists(app);
  addRollback(app);
  addRemove(app);
  addLogsCommand(app);
  addRunCommands(app);
  addReplayCommand(app);
  addConfigCommands(app);
}

interface DeployOptions {
  readonly name?: string;
  readonly activate: boolean;
}

function addDeploy(app: Command): void {
  const deploy = app
    .command('deploy')
    .argument(
      '<dir-or-zip>',
      'the folder of an app (workers/worker.js or .ts, index.html, assets/) or a zip of it',
    )
    .description('deploy an app and activate it')
    .option('--name <name>', "the app's name (default: as in vumi.json, else of the folder)")
    .option('--no-activate', 'only store the version; the active one stays');
  withExample(
    deploy,
    'npx vumi app deploy sample-apps/hello',
    'npx vumi app deploy quiz.zip --account acme --name quiz',
  ).action(async (source: string, options: DeployOptions, command: Command) => {
    const session = openSession(command);
    const { zip, name, leftOut } = packApp(source);
    const app = options.name ?? name;
    const account = await session.account();
    const made = await session.client.call<Deployment>('PUT', path`/accounts/${account}/apps/${app}`, {
      body: zip,
      query: { activate: options.activate },
    });
    session.show(made, () => deploymentText(made, `${account}/${app}`, leftOut));
  });
}

function deploymentText(made: Deployment, name: string, leftOut: readonly string[]): string {
  const state = made.active ? 'is active' : 'is stored, not active';
  return [
    `${name} version ${made.version} ${state} (${made.handlers.join(', ') || 'no handlers'})`,
    `  page   ${made.url}`,
    ...made.warnings.map((warning) => `  note   ${warning}`),
    ...(leftOut.length === 0 ? [] : [`  note   not part of a bundle and left out: ${leftOut.join(', ')}`]),
    '',
  ].join('\n');
}

function addLists(app: Command): void {
  withExample(app.command('list').description('list the apps of an account'), 'npx vumi app list').action(
    async (_options: object, command: Command) => {
      const session = openSession(command);
      const account = await session.account();
      const apps = await session.client.list<App>(path`/accounts/${account}/apps`);
      session.show(apps, () =>
        apps.length === 0
          ? `No apps in ${account} yet. Deploy one: npx vumi app deploy DIR --account ${account}\n`
          : table(
              ['APP', 'VERSION', 'CREATED', 'PAGE'],
              apps.map((one) => [
                one.app,
                one.active_version ?? 'none active',
                shortTime(one.created_at),
                one.url,
              ]),
            ),
      );
    },
  );
  withExample(
    app.command('versions').argument('<name>').description('list the versions of an app, newest first'),
    'npx vumi app versions hello',
  ).action(async (name: string, _options: object, command: Command) => {
    const session = openSession(command);
    const versions = await session.client.list<Version>(
      path`/accounts/${await session.account()}/apps/${name}/versions`,
    );
    session.show(versions, () =>
      table(
        ['VERSION', 'ACTIVE', 'CREATED', 'HANDLERS', 'SHA-256'],
        versions.map((one) => [
          one.version,
          one.active,
          shortTime(one.created_at),
          one.handlers.join(' '),
          one.sha256.slice(0, 12),
        ]),
      ),
    );
  });
}

function addRollback(app: Command): void {
  const rollback = app
    .command('rollback')
    .argument('<name>')
    .description('activate an earlier version, at once')
    .option('--to <version>', 'the version (default: the one before the active one)');
  withExample(rollback, 'npx vumi app rollback hello', 'npx vumi app rollback hello --to 3').action(
    async (name: string, options: { to?: string }, command: Command) => {
      const session = openSession(command);
      const base = path`/accounts/${await session.account()}/apps/${name}`;
      const version =
        options.to === undefined
          ? previous(await session.client.list<Version>(`${base}/versions`), name)
          : Number(options.to);
      if (!Number.isInteger(version))
        throw usageError(`"${options.to}" is not a version; they are 1, 2, 3, …`);
      const active = await session.client.call<Version>('POST', `${base}/versions/${version}/activate`);
      session.show(active, () => `${name} is on version ${active.version}.\n`);
    },
  );
}

function previous(versions: readonly Version[], name: string): number {
  const active = versions.find((one) => one.active)?.version ?? Infinity;
  const earlier = versions.map(({ version }) => version).filter((version) => version < active);
  if (earlier.length > 0) return Math.max(...earlier);
  throw new CliError(
    EXIT.refused,
    `${name} has no version before the active one; "npx vumi app versions ${name}" lists them`,
  );
}

function addRemove(app: Command): void {
  withExample(
    app.command('rm').argument('<name>').description('remove an app with its versions and routes'),
    'npx vumi app rm hello',
  ).action(async (name: string, _options: object, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    await session.client.call('DELETE', path`/accounts/${account}/apps/${name}`);
    session.show({ removed: name }, () => `${account}/${name} is gone.\n`);
  });
}
