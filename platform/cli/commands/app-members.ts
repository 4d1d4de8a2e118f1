import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Member {
  readonly name: string;
  readonly link_expires_at: string | null;
  readonly seen_at: string | null;
  readonly sign_ins: number;
}

interface Invitation extends Member {
  readonly url: string;
}

const OPEN_LINK_MINUTES = 10;
const OPEN_SIGN_IN_HOURS = 12;

/** Commands about who sees the private pages of an app. */
export function addMemberCommands(app: Command): void {
  addOpen(app);
  addInvite(app);
  addMembers(app);
}

function addOpen(app: Command): void {
  const open = app
    .command('open')
    .argument('<name>')
    .description('print a link that signs you in at the private pages of an app')
    .option('--as <member>', 'how the list of members calls you', userInfo().username)
    .option('--path <path>', 'what of the page the link opens', '/');
  withExample(open, 'npx vumi app open clinic').action(
    async (name: string, options: { as: string; path: string }, command: Command) => {
      const session = openSession(command);
      const made = await invite(session, name, {
        name: options.as,
        path: options.path,
        link_minutes: OPEN_LINK_MINUTES,
        sign_in_hours: OPEN_SIGN_IN_HOURS,
      });
      session.show(
        made,
        () =>
          `${made.url}\n  Works once, in the next ${OPEN_LINK_MINUTES} minutes; signs you in for ${OPEN_SIGN_IN_HOURS} hours.\n`,
      );
    },
  );
}

function addInvite(app: Command): void {
  const command = app
    .command('invite')
    .argument('<name>')
    .argument('<member>', 'what you call the person')
    .description('print a link that signs somebody in at the private pages of an app')
    .option('--path <path>', 'what of the page the link opens', '/')
    .option('--days <days>', 'how long the link can be used', '7')
    .option('--signed-in-days <days>', 'how long they stay signed in', '30');
  withExample(command, 'npx vumi app invite clinic "Sister Thandi"').action(
    async (
      name: string,
      member: string,
      options: { path: string; days: string; signedInDays: string },
      self: Command,
    ) => {
      const session = openSession(self);
      const made = await invite(session, name, {
        name: member,
        path: options.path,
        link_minutes: wholeDays('--days', options.days) * 24 * 60,
        sign_in_hours: wholeDays('--signed-in-days', options.signedInDays) * 24,
      });
      session.show(
        made,
        () =>
          `${made.url}\n  Give it to ${made.name} alone: it signs in whoever opens it first, once, until ${shortTime(made.link_expires_at ?? '')} UTC.\n`,
      );
    },
  );
}

function addMembers(app: Command): void {
  const members = app.command('members').description('who may see the private pages of an app');
  withExample(
    members.command('list').argument('<name>').description('list them'),
    'npx vumi app members list clinic',
  ).action(async (name: string, _options: object, command: Command) => {
    const session = openSession(command);
    const found = await session.client.list<Member>(
      path`/accounts/${await session.account()}/apps/${name}/members`,
    );
    session.show(found, () =>
      found.length === 0
        ? `Nobody is invited yet: npx vumi app invite ${name} "Sister Thandi"\n`
        : table(
            ['MEMBER', 'SIGNED IN', 'LAST SEEN', 'OPEN LINK UNTIL'],
            found.map((one) => [
              one.name,
              one.sign_ins,
              one.seen_at === null ? null : shortTime(one.seen_at),
              one.link_expires_at === null ? null : shortTime(one.link_expires_at),
            ]),
          ),
    );
  });
  withExample(
    members
      .command('rm')
      .argument('<name>')
      .argument('<member>')
      .description('end their links and wherever they are signed in, at once'),
    'npx vumi app members rm clinic "Sister Thandi"',
  ).action(async (name: string, member: string, _options: object, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    await session.client.call('DELETE', path`/accounts/${account}/apps/${name}/members/${member}`);
    session.show({ removed: member }, () => `${member} sees the private pages of ${name} no more.\n`);
  });
}

async function invite(session: Session, app: string, body: object): Promise<Invitation> {
  const account = await session.account();
  return session.client.call('POST', path`/accounts/${account}/apps/${app}/members`, { body });
}

function wholeDays(option: string, text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days > 0) return days;
  throw usageError(`${option} is a whole number of days, not "${text}"`);
}
