import { TALK_POLICIES } from '@vumi/core';
import { Option, type Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession } from '../session.ts';
import { addRolloutOptions, beginRollout, planOf, rolloutText, type RolloutOptions } from './app-rollouts.ts';

interface Version {
  readonly version: number;
  readonly active: boolean;
  readonly percent: number;
  readonly sha256: string;
  readonly handlers: readonly string[];
  readonly libraries?: string | null;
  readonly created_at: string;
}

/** Of open conversations, when the versions of their app change. */
export function talksOption(): Option {
  return new Option(
    '--talks <policy>',
    'open conversations of earlier versions: pin, they end there (default); move, they go on with this one where they fit; restart, those that do not fit begin again',
  ).choices(TALK_POLICIES);
}

export function addVersionCommands(app: Command): void {
  addList(app);
  addActivate(app);
  addRollback(app);
}

function addList(app: Command): void {
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
        ['VERSION', 'ACTIVE', 'CREATED', 'HANDLERS', 'LIBRARIES', 'SHA-256'],
        versions.map((one) => [
          one.version,
          activeText(one),
          shortTime(one.created_at),
          one.handlers.join(' '),
          one.libraries,
          one.sha256.slice(0, 12),
        ]),
      ),
    );
  });
}

/** Whether a version gets new sessions, and how many where it is not alone. */
function activeText({ active, percent }: Version): string {
  if (percent === 0) return active ? 'yes' : 'no';
  if (percent === 100) return 'yes';
  return `${percent} %`;
}

interface ActivateOptions extends RolloutOptions {
  readonly percent: string;
  readonly talks?: string;
}

function addActivate(app: Command): void {
  const activate = app
    .command('activate')
    .argument('<name>')
    .argument('<version>')
    .description('make a version the active one, or give it a share of new sessions')
    .option('--percent <share>', 'of new sessions, 1 to 100; the active version keeps the rest', '100')
    .addOption(talksOption());
  addRolloutOptions(activate);
  withExample(
    activate,
    'npx vumi app activate hello 4 --percent 10',
    'npx vumi app activate hello 4 --rollout 5%,25%,100% --each 2h',
    'npx vumi app activate hello 4',
  ).action(async (name: string, given: string, options: ActivateOptions, command: Command) => {
    const session = openSession(command);
    const version = parseVersion(given);
    const plan = planOf(options);
    if (plan !== null) {
      const place = { account: await session.account(), app: name, version };
      const begun = await beginRollout(session, place, { plan, talks: options.talks });
      return session.show(begun, () => rolloutText(name, begun));
    }
    const percent = Number(options.percent);
    if (!Number.isInteger(percent) || percent < 1 || percent > 100)
      throw usageError(`--percent is a whole number from 1 to 100, not "${options.percent}"`);
    const address = path`/accounts/${await session.account()}/apps/${name}/versions/${version}/activate`;
    const made = await session.client.call<Version>('POST', address, {
      body: { percent, talks: options.talks },
    });
    session.show(made, () =>
      made.active
        ? `${name} is on version ${made.version}.\n`
        : `${name}: version ${made.version} gets ${made.percent} % of new sessions; open ones stay on theirs.\n`,
    );
  });
}

export function parseVersion(given: string): number {
  const version = Number(given);
  if (Number.isInteger(version) && version > 0) return version;
  throw usageError(`"${given}" is not a version; they are 1, 2, 3, …`);
}

function addRollback(app: Command): void {
  const rollback = app
    .command('rollback')
    .argument('<name>')
    .description('activate an earlier version, at once, for open sessions too; or end a rollout')
    .option('--to <version>', 'the version (default: the active one of a rollout, or the one before)');
  withExample(rollback, 'npx vumi app rollback hello', 'npx vumi app rollback hello --to 3').action(
    async (name: string, options: { to?: string }, command: Command) => {
      const session = openSession(command);
      const base = path`/accounts/${await session.account()}/apps/${name}`;
      const version =
        options.to === undefined
          ? previous(await session.client.list<Version>(`${base}/versions`), name)
          : parseVersion(options.to);
      const active = await session.client.call<Version>('POST', `${base}/versions/${version}/activate`);
      session.show(active, () => `${name} is on version ${active.version}.\n`);
    },
  );
}

function previous(versions: readonly Version[], name: string): number {
  const active = versions.find((one) => one.active);
  // During a rollout the way back is the version that everybody came from.
  if (active !== undefined && versions.some((one) => !one.active && one.percent > 0)) return active.version;
  const earlier = versions
    .map(({ version }) => version)
    .filter((version) => version < (active?.version ?? Infinity));
  if (earlier.length > 0) return Math.max(...earlier);
  throw new CliError(
    EXIT.refused,
    `${name} has no version before the active one; "npx vumi app versions ${name}" lists them`,
  );
}
