import { statSync } from 'node:fs';
import { errorText } from '@vumi/core';
import { packApp, type PackedApp } from '@vumi/sandbox/pack';
import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { openSession } from '../session.ts';
import { addRolloutOptions, beginRollout, planOf, rolloutText, type RolloutOptions } from './app-rollouts.ts';
import { proofLines, type TalksProof } from './app-talks.ts';
import { talksOption } from './app-versions.ts';
import { testFolder } from './test.ts';

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

interface DeployOptions extends RolloutOptions {
  readonly name?: string;
  readonly activate: boolean;
  readonly selfTest: boolean;
  readonly talks?: string;
}

const WHAT = 'the folder of an app (workers/worker.js or .ts, index.html, assets/) or a zip of it';

export function addAppDeploy(app: Command): void {
  const deploy = app
    .command('deploy')
    .argument('<dir-or-zip>', WHAT)
    .description('deploy an app and activate it');
  withExample(
    withDeployOptions(deploy),
    'npx vumi app deploy sample-apps/hello',
    'npx vumi app deploy clinic --talks move',
    'npx vumi app deploy clinic --rollout 5%,25%,100% --each 2h',
    'npx vumi app deploy quiz.zip --account acme --name quiz',
  ).action(deployFrom);
}

/** `vumi deploy`: the same for an author in his folder, after its tests. */
export function addDeployCommand(program: Command): void {
  const deploy = program
    .command('deploy')
    .argument('[dir-or-zip]', WHAT, '.')
    .description('test an app, deploy it and activate it')
    .option('--no-test', 'do not run "vumi test" first');
  withExample(
    withDeployOptions(deploy),
    'npx vumi deploy',
    'npx vumi deploy clinic --rollout 5%,25%,100% --each 2h',
  ).action(async (source: string, options: DeployOptions & { test: boolean }, command: Command) => {
    // Of --json standard output is what the platform answers.
    const out = openSession(command).json ? process.stderr : process.stdout;
    if (options.test && isFolder(source)) await testFolder(source, undefined, out);
    await deployFrom(source, options, command);
  });
}

function isFolder(source: string): boolean {
  return statSync(source, { throwIfNoEntry: false })?.isDirectory() === true;
}

function withDeployOptions(deploy: Command): Command {
  deploy
    .option('--name <name>', "the app's name (default: as in vumi.json, else of the folder)")
    .option('--no-activate', 'only store the version; the active one stays')
    .option('--no-self-test', 'do not have the conversation of transcript.json first')
    .addOption(talksOption());
  addRolloutOptions(deploy);
  return deploy;
}

async function deployFrom(source: string, options: DeployOptions, command: Command): Promise<void> {
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
      : await beginRollout(session, { account, app, version: made.version }, { plan, talks: options.talks });
  session.show({ ...made, ...begun, left_out: leftOut }, () => {
    const text = deploymentText(made, `${account}/${app}`, { leftOut, talks: options.talks });
    return begun === null ? text : `${text}${rolloutText(app, begun)}`;
  });
}

/** An app's folder, or a zip. Throws what is wrong with it as wrong usage. */
export function packed(source: string): PackedApp {
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
  restart: 'open conversations that do not fit this version begin again, and open sessions go on with it',
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
