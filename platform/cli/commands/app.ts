import { errorText } from '@vumi/core';
import { packApp, type PackedApp } from '@vumi/sandbox/pack';
import type { Command } from 'commander';
import { path } from '../client.ts';
import { confirm } from '../confirm.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession } from '../session.ts';
import { addConfigCommands } from './app-config.ts';
import { addFunnelCommand } from './app-funnel.ts';
import { addGrantCommands } from './app-grants.ts';
import { addImportGo } from './app-import-go.ts';
import { addLogsCommand } from './app-logs.ts';
import { addMemberCommands } from './app-members.ts';
import { addReplayCommand } from './app-replay.ts';
import { addRunCommands } from './app-runs.ts';
import { addTalksCommand, proofLines, type TalksProof } from './app-talks.ts';
import {
  addRolloutsCommand,
  addRolloutOptions,
  beginRollout,
  planOf,
  rolloutText,
  type RolloutOptions,
} from './app-rollouts.ts';
import { addVersionCommands, talksOption } from './app-versions.ts';

interface App {
  readonly app: string;
  readonly active_version: number | null;
  readonly rollout?: { readonly version: number; readonly percent: number } | null;
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
  readonly talks?: TalksProof | null;
}

export function addAppCommands(program: Command): void {
  const app = program.command('app').description('apps: deploy, look after, roll back');
  addDeploy(app);
  addImportGo(app);
  addLists(app);
  addVersionCommands(app);
  addRemove(app);
  addMemberCommands(app);
  addGrantCommands(app);
  addLogsCommand(app);
  addRunCommands(app);
  addTalksCommand(app);
  addFunnelCommand(app);
  addRolloutsCommand(app);
  addReplayCommand(app);
  addConfigCommands(app);
}

interface DeployOptions extends RolloutOptions {
  readonly name?: string;
  readonly activate: boolean;
  readonly selfTest: boolean;
  readonly talks?: string;
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
    .option('--no-activate', 'only store the version; the active one stays')
    .option('--no-self-test', 'do not have the conversation of transcript.json first')
    .addOption(talksOption());
  addRolloutOptions(deploy);
  withExample(
    deploy,
    'npx vumi app deploy sample-apps/hello',
    'npx vumi app deploy clinic --talks move',
    'npx vumi app deploy clinic --rollout 5%,25%,100% --each 2h',
    'npx vumi app deploy quiz.zip --account acme --name quiz',
  ).action(async (source: string, options: DeployOptions, command: Command) => {
    const session = openSession(command);
    const plan = planOf(options);
    const { zip, name, leftOut } = packed(source);
    const app = options.name ?? name;
    const account = await session.account();
    const made = await session.client.call<Deployment>('PUT', path`/accounts/${account}/apps/${app}`, {
      body: zip,
      query: {
        activate: options.activate && plan === null,
        self_test: options.selfTest ? undefined : false,
        talks: options.talks,
      },
    });
    const begun =
      plan === null
        ? null
        : await beginRollout(
            session,
            { account, app, version: made.version },
            { plan, talks: options.talks },
          );
    session.show({ ...made, ...begun, left_out: leftOut }, () => {
      const text = deploymentText(made, `${account}/${app}`, { leftOut, talks: options.talks });
      return begun === null ? text : `${text}${rolloutText(app, begun)}`;
    });
  });
}

function packed(source: string): PackedApp {
  try {
    return packApp(source);
  } catch (error) {
    throw usageError(errorText(error));
  }
}

/** By the policy of open conversations. */
const STAY: Readonly<Record<string, string>> = {
  pin: 'open sessions and conversations stay on the version that they began with until they end',
  move: 'open conversations go on with this version where they fit it; sessions stay on the one that they began with',
  restart:
    'open conversations that do not fit this version begin again; sessions stay on the one that they began with',
};

function deploymentText(
  made: Deployment,
  name: string,
  { leftOut, talks = 'pin' }: { readonly leftOut: readonly string[]; readonly talks?: string | undefined },
): string {
  const state = made.active ? 'is active' : 'is stored, not active';
  return [
    `${name} version ${made.version} ${state} (${made.handlers.join(', ') || 'no handlers'})`,
    `  page   ${made.url}`,
    ...(made.active && made.version > 1 ? [`  note   ${STAY[talks]}`] : []),
    ...(made.talks == null ? [] : proofLines(made.talks)),
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
              apps.map((one) => [one.app, versionText(one), shortTime(one.created_at), one.url]),
            ),
      );
    },
  );
}

/** `3`, or `3, and 4 for 10 %` during a rollout. */
function versionText({ active_version, rollout }: App): string {
  if (active_version === null) return 'none active';
  const more =
    rollout === undefined || rollout === null ? '' : `, and ${rollout.version} for ${rollout.percent} %`;
  return `${active_version}${more}`;
}

interface RouteTo {
  readonly name: string;
  readonly app: string | null;
}

function addRemove(app: Command): void {
  withExample(
    app
      .command('rm')
      .argument('<name>')
      .description('remove an app with its versions, routes, settings and logs; its messages stay')
      .option('-y, --yes', 'do not ask'),
    'npx vumi app rm hello',
    'npx vumi app rm hello --yes',
  ).action(async (name: string, { yes }: { yes?: boolean }, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    const address = path`/accounts/${account}/apps/${name}`;
    if (yes !== true) {
      const [found, routes] = await Promise.all([
        session.client.call<App>('GET', address),
        session.client.list<RouteTo>(path`/accounts/${account}/routes`),
      ]);
      const own = routes.filter((route) => route.app === name).map((route) => route.name);
      const lost = own.length === 0 ? '' : `, and its routes: ${own.join(', ')}`;
      await confirm(
        `Remove ${account}/${name} (version ${versionText(found)}) with all of its versions${lost}?`,
      );
    }
    await session.client.call('DELETE', address);
    session.show({ removed: name }, () => `${account}/${name} is gone.\n`);
  });
}
