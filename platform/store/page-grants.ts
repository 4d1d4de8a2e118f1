import {
  grantCommand,
  scopesAsked,
  VumiError,
  type AppRef,
  type PageAudience,
  type PageScope,
} from '@vumi/core';
import { z } from 'zod';
import type { PageGrants } from './app-ports.ts';
import { requireApp } from './apps.ts';
import { checkRef } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { noteAudit } from './note-audit.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { PageGrant, PageNumberUse } from './records.ts';

const COLUMNS = 'audience, scope, granted_at, granted_by';
const USE_COLUMNS =
  "day::text as day, nullif(viewer, '') as viewer, requests::text as requests, numbers::text as numbers";
const usesCursor = z.tuple([z.literal('page_number_uses'), z.iso.date(), z.string()]);
/** No day is after it. */
const LAST_DAY = '9999-12-31';

/** Counts as Postgres gives them: a number of JavaScript may be too small. */
interface UseRow {
  readonly day: string;
  readonly viewer: string | null;
  readonly requests: string;
  readonly numbers: string;
}

/** What accounts have granted pages of their apps (decision 44). */
export function openPageGrants(database: Database): PageGrants {
  return {
    async list(ref) {
      checkRef(ref);
      const rows = await readGrants(database, ref);
      if (rows.length === 0) await requireApp(database, ref);
      return rows;
    },
    held: (ref) => readGrants(database, ref),
    async grant(ref, wanted, actor) {
      checkRef(ref);
      await database.transaction(async (statements) => {
        const granted = await askedNow(statements, ref, wanted);
        const made = await statements.query<PageScope>(
          `insert into page_grants (account, app, audience, scope, granted_by)
           select $1, $2, audience, scope, $5 from unnest($3::text[], $4::text[]) as given (audience, scope)
           on conflict do nothing returning audience, scope`,
          [ref.account, ref.app, ...columnsOf(granted), actor],
        );
        await note(statements, ref, { actor, action: 'page_grant.granted', scopes: made });
      });
    },
    async withdraw(ref, { scope, audience }, actor) {
      checkRef(ref);
      return database.transaction(async (statements) => {
        const gone = await statements.query<PageScope>(
          `delete from page_grants where account = $1 and app = $2 and scope = $3
             and ($4::text is null or audience = $4) returning audience, scope`,
          [ref.account, ref.app, scope, audience ?? null],
        );
        if (gone.length === 0) throw await notGranted(statements, ref, scope);
        await note(statements, ref, { actor, action: 'page_grant.withdrawn', scopes: gone });
      });
    },
    ...openNumberUses(database),
  };
}

function openNumberUses(database: Database): Pick<PageGrants, 'countNumbers' | 'numberUses'> {
  return {
    async countNumbers({ account, app }, { day, viewer, numbers }) {
      await database.query(
        `insert into page_number_uses as known (account, app, day, viewer, requests, numbers) values ($1, $2, $3, $4, 1, $5)
         on conflict (account, app, day, viewer) do update set
           requests = known.requests + 1, numbers = known.numbers + excluded.numbers`,
        [account, app, day, viewer, numbers],
      );
    },
    async numberUses(ref, page) {
      checkRef(ref);
      const limit = pageLimit(page.limit);
      const [, day, viewer] = decodeCursor(usesCursor, page.cursor) ?? ['', LAST_DAY, ''];
      const rows = await database.query<UseRow>(
        `select ${USE_COLUMNS} from page_number_uses where account = $1 and app = $2
           and (day < $3 or day = $3 and viewer > $4) order by page_number_uses.day desc, page_number_uses.viewer limit $5`,
        [ref.account, ref.app, day, viewer, limit + 1],
      );
      if (rows.length === 0) await requireApp(database, ref);
      return toPage(rows, limit, {
        key: (row) => ['page_number_uses', row.day, row.viewer ?? ''],
        item: (row): PageNumberUse => ({
          ...row,
          requests: Number(row.requests),
          numbers: Number(row.numbers),
        }),
      });
    },
  };
}

/** A version that has become active and does not ask for something loses it: another one has to be granted it anew. */
export async function lapseGrants(
  statements: Statements,
  ref: AppRef,
  { version, manifest }: { readonly version: number; readonly manifest: Readonly<Record<string, unknown>> },
): Promise<void> {
  const gone = await statements.query<PageScope>(
    `delete from page_grants where account = $1 and app = $2 and (audience, scope) not in (
       select audience, scope from unnest($3::text[], $4::text[]) as asked (audience, scope))
     returning audience, scope`,
    [ref.account, ref.app, ...columnsOf(scopesAsked(manifest))],
  );
  const actor = `version ${version} of the app, which does not ask for it`;
  await note(statements, ref, { actor, action: 'page_grant.lapsed', scopes: gone });
}

function readGrants(statements: Statements, { account, app }: AppRef): Promise<PageGrant[]> {
  return statements.query<PageGrant>(
    `select ${COLUMNS} from page_grants where account = $1 and app = $2 order by audience desc, scope`,
    [account, app],
  );
}

function columnsOf(scopes: readonly PageScope[]): string[][] {
  return [scopes.map(({ audience }) => audience), scopes.map(({ scope }) => scope)];
}

/** The wanted scopes for those audiences for which the active version asks for them; it stays active until the end. */
async function askedNow(
  statements: Statements,
  ref: AppRef,
  { scopes, audience }: { readonly scopes: readonly string[]; readonly audience?: PageAudience | undefined },
): Promise<PageScope[]> {
  const [active] = await statements.query<{ version: number; manifest: Record<string, unknown> }>(
    `select version, manifest from apps join versions using (account, app)
     where account = $1 and app = $2 and version = active_version for update of apps`,
    [ref.account, ref.app],
  );
  if (active === undefined) {
    await requireApp(statements, ref);
    throw new VumiError('request.conflict', `no version of "${ref.app}" is active: activate one first`);
  }
  const asked = scopesAsked(active.manifest).filter(
    (one) => audience === undefined || one.audience === audience,
  );
  const missing = scopes.find((scope) => !asked.some((one) => one.scope === scope));
  if (missing === undefined) return asked.filter(({ scope }) => scopes.includes(scope));
  const all = asked.map(({ scope }) => scope).join(', ') || 'nothing that is granted';
  throw new VumiError(
    'request.conflict',
    `version ${active.version} of "${ref.app}" does not ask for ${missing}${audience === undefined ? '' : ` for ${audience}`} in its vumi.json; it asks for ${all}`,
    { field: 'scopes' },
  );
}

async function notGranted(statements: Statements, ref: AppRef, scope: string): Promise<VumiError> {
  await requireApp(statements, ref);
  return new VumiError(
    'not_found',
    `${scope} is not granted to the page of "${ref.app}"; "${grantCommand(ref, scope)}" would`,
  );
}

/** Nothing is noted where nothing has changed. */
async function note(
  statements: Statements,
  { account, app }: AppRef,
  { actor, action, scopes }: { actor: string; action: string; scopes: readonly PageScope[] },
): Promise<void> {
  if (scopes.length === 0) return;
  const details = { app, scopes: scopes.map(({ audience, scope }) => `${scope} for ${audience}`).toSorted() };
  await noteAudit(statements, { account, actor, action, target: app, details });
}
