import type { Command } from 'commander';
import { path } from '../client.ts';
import { confirm } from '../confirm.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession } from '../session.ts';
import { parseVersion } from './app-versions.ts';

interface OpenTalk {
  readonly user: string;
  readonly to: string;
  readonly version: number;
  readonly screen: string;
  readonly question: string;
  readonly answered: number;
  readonly since: string;
}

/** Which open conversations could go on with a version that was deployed. */
export interface TalksProof {
  readonly open: number;
  readonly fit: number;
  readonly misfits: readonly {
    readonly screen: string;
    readonly question: string;
    readonly count: number;
    readonly reason: string;
  }[];
  readonly unproven: number;
}

interface TalkOptions {
  readonly version?: string;
  readonly limit: string;
  readonly end?: boolean;
  readonly yes?: boolean;
}

export function addTalksCommand(app: Command): void {
  const talks = app
    .command('talks')
    .argument('<name>')
    .description('conversations that are open in an app: where each user is, and on which version')
    .option('--version <version>', 'only those that are on this version')
    .option('-n, --limit <count>', 'how many at most', '100')
    .option('--end', 'end them, without a word to their users')
    .option('-y, --yes', 'do not ask');
  withExample(talks, 'npx vumi app talks clinic', 'npx vumi app talks clinic --version 7 --end').action(
    async (name: string, options: TalkOptions, command: Command) => {
      const session = openSession(command);
      const version = options.version === undefined ? undefined : parseVersion(options.version);
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1)
        throw usageError(`--limit is a number of conversations, not "${options.limit}"`);
      const address = path`/accounts/${await session.account()}/apps/${name}/talks`;
      if (options.end === true) {
        const which = version === undefined ? 'all open conversations' : `those on version ${version}`;
        if (options.yes !== true) await confirm(`End ${which} of ${name}, without a word to their users?`);
        const { ended } = await session.client.call<{ ended: number }>('DELETE', address, {
          query: { version },
        });
        return session.show(
          { ended },
          () => `${ended} conversation${ended === 1 ? '' : 's'} of ${name} ended.\n`,
        );
      }
      const query = { version, limit: Math.min(limit, 200) };
      const open = await session.client.list<OpenTalk>(address, { query, limit });
      session.show(open, () => talksText(open, name));
    },
  );
}

function talksText(open: readonly OpenTalk[], name: string): string {
  if (open.length === 0) return `Nobody is in a conversation with ${name}.\n`;
  return table(
    ['USER', 'NUMBER', 'VERSION', 'SCREEN', 'QUESTION', 'ANSWERED', 'ASKED (UTC)'],
    open.map(({ user, to, version, screen, question, answered, since }) => [
      user,
      to,
      version,
      screen,
      question,
      answered,
      shortTime(since),
    ]),
  );
}

/** What a deploy says of open conversations. */
export function proofLines({ open, fit, misfits, unproven }: TalksProof): string[] {
  const cannot = misfits.reduce((sum, { count }) => sum + count, 0);
  return [
    `  talks  ${open} open on other versions: ${fit} can move, ${cannot} cannot`,
    ...misfits.map(
      ({ screen, question, count, reason }) => `         ${count} at ${screen}, ${question}: ${reason}`,
    ),
    ...(unproven > 0 ? [`         ${unproven} were not tried`] : []),
  ];
}
