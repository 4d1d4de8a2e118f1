import { createHash, randomBytes } from 'node:crypto';
import { VumiError, type AppRef } from '@vumi/core';
import { z } from 'zod';
import { requireApp } from './apps.ts';
import { checkRef } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { noteAudit } from './note-audit.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { PageInvitation, PageMember } from './records.ts';
import type { PageMembers } from './app-ports.ts';

const OF_MEMBER = 'account = page_members.account and app = page_members.app and name = page_members.name';
const COLUMNS = `name, sign_in_hours, created_at,
  (select max(expires_at) from page_links where ${OF_MEMBER} and expires_at > now()) as link_expires_at,
  (select max(seen_at) from page_sign_ins where ${OF_MEMBER}) as seen_at,
  (select count(*)::int from page_sign_ins where ${OF_MEMBER} and expires_at > now()) as sign_ins`;
const cursorSchema = z.tuple([z.literal('page_members'), z.string()]);
const SECRET_BYTES = 32;
/** One that was seen so lately is not noted again. */
const SEEN_EVERY = "interval '1 minute'";

/** People who may see the private pages of an app (decision 16). */
export function openPageMembers(database: Database): PageMembers {
  return {
    async invite(ref, invitation, actor) {
      await requireApp(database, ref);
      return database.transaction(async (statements) => {
        const secret = await insertInvitation(statements, ref, invitation);
        await note(statements, ref, { actor, action: 'page_member.invited', details: invitation });
        return { secret, member: await requireMember(statements, ref, invitation.name) };
      });
    },
    async list(ref, page) {
      checkRef(ref);
      const limit = pageLimit(page.limit);
      const after = decodeCursor(cursorSchema, page.cursor)?.[1] ?? '';
      const rows = await database.query<PageMember>(
        `select ${COLUMNS} from page_members where account = $1 and app = $2 and name > $3
         order by name limit $4`,
        [ref.account, ref.app, after, limit + 1],
      );
      if (rows.length === 0) await requireApp(database, ref);
      return toPage(rows, limit, { key: ({ name }) => ['page_members', name], item: (row) => row });
    },
    async remove(ref, name, actor) {
      checkRef(ref);
      await database.transaction(async (statements) => {
        const removed = await statements.query(
          'delete from page_members where account = $1 and app = $2 and name = $3 returning name',
          [ref.account, ref.app, name],
        );
        if (removed.length === 0) throw noMember(ref, name);
        await note(statements, ref, { actor, action: 'page_member.removed', details: { name } });
      });
    },
    signIn: (ref, linkSecret) => database.transaction((statements) => useLink(statements, ref, linkSecret)),
    async signedIn({ account, app }, secret) {
      const hash = hashSecret(secret);
      const [found] = await database.query<{ name: string; stale: boolean }>(
        `select name, seen_at < now() - ${SEEN_EVERY} as stale from page_sign_ins
         where hash = $1 and account = $2 and app = $3 and expires_at > now()`,
        [hash, account, app],
      );
      if (found?.stale === true) {
        await database.query('update page_sign_ins set seen_at = now() where hash = $1', [hash]);
      }
      return found === undefined ? null : { name: found.name };
    },
    async signOut(secret) {
      await database.query('delete from page_sign_ins where hash = $1', [hashSecret(secret)]);
    },
  };
}

function note(
  statements: Statements,
  { account, app }: AppRef,
  { actor, action, details }: { actor: string; action: string; details: object },
): Promise<void> {
  return noteAudit(statements, { account, actor, action, details: { app, ...details } });
}

/** Also forgets what of theirs has ended. */
async function insertInvitation(
  statements: Statements,
  { account, app }: AppRef,
  { name, path, link_minutes, sign_in_hours }: PageInvitation,
): Promise<string> {
  const secret = newSecret();
  const member = [account, app, name];
  await statements.query(
    `insert into page_members (account, app, name, sign_in_hours) values ($1, $2, $3, $4)
     on conflict (account, app, name) do update set sign_in_hours = excluded.sign_in_hours`,
    [...member, sign_in_hours],
  );
  for (const table of ['page_links', 'page_sign_ins']) {
    await statements.query(
      `delete from ${table} where account = $1 and app = $2 and name = $3 and expires_at <= now()`,
      member,
    );
  }
  await statements.query(
    `insert into page_links (account, app, name, hash, path, expires_at)
     values ($1, $2, $3, $4, $5, now() + make_interval(mins => $6))`,
    [...member, hashSecret(secret), path, link_minutes],
  );
  return secret;
}

/** Of two that come together with a link, one deletes it. */
async function useLink(
  statements: Statements,
  ref: AppRef,
  linkSecret: string,
): ReturnType<PageMembers['signIn']> {
  const [used] = await statements.query<{ name: string; path: string }>(
    `delete from page_links where hash = $1 and account = $2 and app = $3 and expires_at > now()
     returning name, path`,
    [hashSecret(linkSecret), ref.account, ref.app],
  );
  if (used === undefined) return null;
  const secret = newSecret();
  const [made] = await statements.query<{ expires_at: string }>(
    `insert into page_sign_ins (hash, account, app, name, expires_at)
     select $1, account, app, name, now() + make_interval(hours => sign_in_hours)
     from page_members where account = $2 and app = $3 and name = $4 returning expires_at`,
    [hashSecret(secret), ref.account, ref.app, used.name],
  );
  return made === undefined ? null : { secret, path: used.path, expires_at: made.expires_at };
}

async function requireMember(statements: Statements, ref: AppRef, name: string): Promise<PageMember> {
  const [member] = await statements.query<PageMember>(
    `select ${COLUMNS} from page_members where account = $1 and app = $2 and name = $3`,
    [ref.account, ref.app, name],
  );
  if (member === undefined) throw noMember(ref, name);
  return member;
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Secrets are long and random, so that a plain hash cannot be turned back. */
function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function noMember({ account, app }: AppRef, name: string): VumiError {
  return new VumiError(
    'not_found',
    `nobody called "${name}" is invited to the pages of ${account}/${app}; list its members to see who is`,
  );
}
