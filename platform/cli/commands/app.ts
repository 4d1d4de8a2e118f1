import type { Command } from 'commander';
import { path } from '../client.ts';
import { confirm } from '../confirm.ts';
import { withExample } from '../examples.ts';
import { shortTime, table } from '../output.ts';
import { openSession } from '../session.ts';
import { addConfigCommands } from './app-config.ts';
import { addAppDeploy } from './app-deploy.ts';
import { addFunnelCommand } from './app-funnel.ts';
import { addGrantCommands } from './app-grants.ts';
import { addImportGo } from './app-import-go.ts';
import { addAppLogs } from './app-logs.ts';
import { addMemberCommands } from './app-members.ts';
import { addReplayCommand } from './app-replay.ts';
import { addRunCommands } from './app-runs.ts';
import { addTalksCommand } from './app-talks.ts';
import { addRolloutsCommand } from './app-rollouts.ts';
import { addVersionCommands } from './app-versions.ts';

interface App {
  readonly app: string;
  readonly active_version: number | null;
  readonly rollout?: { readonly version: number; readonly percent: number } | null;
  readonly url: string;
  readonly created_at: string;
}

export function addAppCommands(program: Command): void {
  const app = program.command('app').description('apps: deploy, look after, roll back');
  addAppDeploy(app);
  addImportGo(app);
  addLists(app);
  addVersionCommands(app);
  addRemove(app);
  addMemberCommands(app);
  addGrantCommands(app);
  addAppLogs(app);
  addRunCommands(app);
  addTalksCommand(app);
  addFunnelCommand(app);
  addRolloutsCommand(app);
  addReplayCommand(app);
  addConfigCommands(app);
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
