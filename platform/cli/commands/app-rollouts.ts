import type { Command } from 'commander';
import { path } from '../client.ts';
import { parseDuration } from '../duration.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

export interface RolloutOptions {
  readonly rollout?: string;
  readonly each?: string;
  readonly promoteAfter?: string;
}

interface Plan {
  readonly stages: readonly number[];
  readonly each_s: number;
  readonly promote_after_s: number | null;
}

interface Begun {
  readonly version: number;
  readonly percent: number;
}

interface Rollout extends Plan {
  readonly version: number;
  readonly stable: number;
  readonly state: string;
  readonly decisions: readonly {
    readonly at: string;
    readonly decision: string;
    readonly percent: number;
    readonly reason: string;
    readonly numbers?: { readonly segments?: Segments | null };
  }[];
}

interface Segments {
  readonly candidate: SizeTally;
  readonly stable: SizeTally;
}

interface SizeTally {
  readonly all: number;
  readonly segments: number;
}

/** Of commands that give a version to users. */
export function addRolloutOptions(command: Command): void {
  command
    .option(
      '--rollout <shares>',
      'of new sessions, one stage after the other, such as 5%,25%,100%; taken back by itself where users leave or messages fail',
    )
    .option('--each <time>', 'of each stage, with --rollout: 30m, 2h, 1d')
    .option(
      '--promote-after <time>',
      'a stage ends then, however few users came (default: it waits for them)',
    );
}

/** Null where no rollout is asked for. */
export function planOf({ rollout, each, promoteAfter }: RolloutOptions): Plan | null {
  if (rollout === undefined) {
    if (each === undefined && promoteAfter === undefined) return null;
    throw usageError(
      '--each and --promote-after are of a rollout: say its stages, such as --rollout 5%,25%,100%',
    );
  }
  if (each === undefined) throw usageError('--rollout needs to know how long a stage is, such as --each 2h');
  const stages = rollout.split(',').map((share) => {
    const [, percent] = /^(\d{1,3})%?$/.exec(share.trim()) ?? [];
    if (percent === undefined)
      throw usageError(`--rollout is shares that rise to 100%, such as 5%,25%,100%; not "${rollout}"`);
    return Number(percent);
  });
  return {
    stages,
    each_s: parseDuration('--each', each),
    promote_after_s: promoteAfter === undefined ? null : parseDuration('--promote-after', promoteAfter),
  };
}

export function beginRollout(
  session: Session,
  { account, app, version }: { readonly account: string; readonly app: string; readonly version: number },
  { plan, talks }: { readonly plan: Plan; readonly talks: string | undefined },
): Promise<Begun> {
  const address = path`/accounts/${account}/apps/${app}/versions/${version}/activate`;
  return session.client.call<Begun>('POST', address, { body: { rollout: plan, talks } });
}

export function rolloutText(app: string, { version, percent }: Begun): string {
  return `${app}: version ${version} gets ${percent} % of new sessions, and more by itself; "npx vumi app rollouts ${app}" says how it goes.\n`;
}

export function addRolloutsCommand(app: Command): void {
  const rollouts = app
    .command('rollouts')
    .argument('<name>')
    .description('what became of versions that were rolled out in stages, and why, newest first');
  withExample(rollouts, 'npx vumi app rollouts clinic').action(
    async (name: string, _options: object, command: Command) => {
      const session = openSession(command);
      const found = await session.client.list<Rollout>(
        path`/accounts/${await session.account()}/apps/${name}/rollouts`,
      );
      session.show(found, () =>
        found.length === 0 ? `No version of ${name} was rolled out in stages.\n` : rolloutTable(found),
      );
    },
  );
}

function rolloutTable(rollouts: readonly Rollout[]): string {
  return table(
    ['VERSION', 'BESIDE', 'STATE', 'AT', 'DECISION', 'SHARE', 'SEGMENTS', 'REASON'],
    rollouts.flatMap(({ version, stable, state, decisions }) =>
      decisions.map(({ at, decision, percent, reason, numbers }) => [
        version,
        stable,
        state,
        shortTime(at),
        decision,
        `${percent} %`,
        segmentsCell(numbers?.segments ?? null),
        reason,
      ]),
    ),
  );
}

/** Of a conversation, or of a message, with the version and with the other. */
function segmentsCell(segments: Segments | null): string {
  if (segments === null) return '';
  const { candidate, stable } = segments;
  return [candidate, stable].map((one) => Math.round((100 * one.segments) / one.all) / 100).join(', ');
}
