import { VumiError, type AppRef, type Rollout, type TalkPolicy } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import { requireApp } from './apps.ts';
import type { Changes } from './changes.ts';
import { checkRef } from './checks.ts';
import type { Database, Statements } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { AppVersion, NewVersion, Page, PageQuery, VersionFile } from './records.ts';
import type { Versions } from './app-ports.ts';
import { lapseGrants } from './page-grants.ts';
import { endRollout } from './rollouts/decisions.ts';
import { addFiles } from './version-files.ts';

const SELECT = `
  select account, app, version, versions.sha256, handlers, manifest, octet_length(bundle) as size,
    versions.created_at, active_version is not distinct from version as active,
    case version when active_version then 100 - coalesce(rollout_percent, 0) when rollout_version then rollout_percent
      else 0 end as percent
  from versions join apps using (account, app)
  where account = $1 and app = $2`;
const cursorSchema = z.tuple([z.literal('versions'), z.int32()]);
/** Of a column; a greater number is no version, and Postgres would not take it. */
const MAX_VERSION = 2 ** 31 - 1;
/** Percent of new sessions. */
const ALL = 100;

export function openVersions(database: Database, changes: Changes): Versions {
  return {
    add: (version) => addVersion(changes, version),
    list: (ref, page) => listVersions(database, ref, page),
    get: (ref, version) => requireVersion(database, ref, version),
    async activate(ref, version, { percent = ALL, talks = 'pin' } = {}) {
      checkRef(ref);
      return changes.write('apps', async (statements) => {
        await statements.query('select from apps where account = $1 and app = $2 for update', [
          ref.account,
          ref.app,
        ]);
        await endRollout(statements, ref, `version ${version} was activated`);
        return percent === ALL
          ? activate(statements, ref, { version, talks })
          : rollOut(statements, ref, { version, percent, talks });
      });
    },
    async worker(ref, version) {
      const { code, map } = await readColumns<{ code: Buffer; map: Buffer | null }>(
        database,
        'worker_code as code, worker_map as map',
        { ref, version },
      );
      return { code: code.toString(), map: map?.toString() ?? null };
    },
    file: (ref, version, path) => readFile(database, { ref, version, path }),
    async bundle(ref, version) {
      const { bundle } = await readColumns<{ bundle: Buffer }>(database, 'bundle', { ref, version });
      return bundle;
    },
  };
}

async function addVersion(
  changes: Changes,
  added: NewVersion,
): Promise<{ version: AppVersion; created: boolean }> {
  const { ref } = added;
  checkRef(ref);
  return changes.write('apps', async (statements) => {
    await requireAccount(statements, ref.account);
    await lockApp(statements, ref);
    const [same] = await statements.query<AppVersion>(
      `${SELECT} and versions.sha256 = $3 and coalesce(manifest ->> 'libraries', '') = $4`,
      [ref.account, ref.app, added.sha256, added.manifest['libraries'] ?? ''],
    );
    const number = same?.version ?? (await insertVersion(statements, added));
    if (added.activate) await endRollout(statements, ref, `version ${number} was deployed`);
    const version = added.activate
      ? await activate(statements, ref, { version: number, talks: added.talks ?? 'pin' })
      : await requireVersion(statements, ref, number);
    return { version, created: same === undefined };
  });
}

/** Makes the app when it is new, and keeps others from adding versions to it until the transaction ends. */
async function lockApp(statements: Statements, { account, app }: AppRef): Promise<void> {
  await statements.query('insert into apps (account, app) values ($1, $2) on conflict do nothing', [
    account,
    app,
  ]);
  await statements.query('select from apps where account = $1 and app = $2 for update', [account, app]);
}

async function insertVersion(statements: Statements, added: NewVersion): Promise<number> {
  const { account, app } = added.ref;
  const [{ last } = { last: 1 }] = await statements.query<{ last: number }>(
    `insert into version_numbers (account, app, last) values ($1, $2, 1)
     on conflict (account, app) do update set last = version_numbers.last + 1 returning last`,
    [account, app],
  );
  await statements.query(
    `insert into versions (account, app, version, sha256, handlers, manifest, bundle, worker_code, worker_map)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      account,
      app,
      last,
      added.sha256,
      added.handlers,
      JSON.stringify(added.manifest),
      added.bundle,
      Buffer.from(added.worker.code),
      added.worker.map === null ? null : Buffer.from(added.worker.map),
    ],
  );
  await addFiles(statements, { account, app, version: last }, added.files);
  return last;
}

/** Makes it the active version, alone. */
export async function activate(
  statements: Statements,
  ref: AppRef,
  { version, talks }: { version: number; talks: TalkPolicy },
): Promise<AppVersion> {
  await requireVersion(statements, ref, version);
  await statements.query(
    `update apps set active_version = $3, rollout_version = null, rollout_percent = null, talks = $4,
       versions_changed_at = case when active_version = $3 and rollout_version is null then versions_changed_at
         when active_version is null then null else now() end
     where account = $1 and app = $2`,
    [ref.account, ref.app, version, talks],
  );
  const active = await requireVersion(statements, ref, version);
  await lapseGrants(statements, ref, active);
  return active;
}

/** Makes a version live beside the active one. */
export async function rollOut(
  statements: Statements,
  ref: AppRef,
  { version, percent, talks }: Rollout & { talks: TalkPolicy },
): Promise<AppVersion> {
  if (!Number.isInteger(percent) || percent < 1 || percent > ALL)
    throw new VumiError('request.invalid', 'a percentage is a whole number from 1 to 100', {
      field: 'percent',
    });
  await requireVersion(statements, ref, version);
  const { active_version } = await requireApp(statements, ref);
  if (active_version === null || active_version === version) {
    const reason =
      active_version === null ? 'no version is active yet' : `version ${version} is the active one`;
    throw new VumiError(
      'request.conflict',
      `${reason}: a share goes to a second version beside the active one`,
    );
  }
  await statements.query(
    `update apps set rollout_version = $3, rollout_percent = $4, talks = $5, versions_changed_at = now()
     where account = $1 and app = $2`,
    [ref.account, ref.app, version, percent, talks],
  );
  return requireVersion(statements, ref, version);
}

async function listVersions(database: Database, ref: AppRef, page: PageQuery): Promise<Page<AppVersion>> {
  checkRef(ref);
  const limit = pageLimit(page.limit);
  const before = decodeCursor(cursorSchema, page.cursor)?.[1] ?? MAX_VERSION;
  const rows = await database.query<AppVersion>(`${SELECT} and version < $3 order by version desc limit $4`, [
    ref.account,
    ref.app,
    before,
    limit + 1,
  ]);
  if (rows.length === 0) await requireApp(database, ref);
  return toPage(rows, limit, { key: ({ version }) => ['versions', version], item: (row) => row });
}

async function requireVersion(statements: Statements, ref: AppRef, version: number): Promise<AppVersion> {
  checkVersion(ref, version);
  const [found] = await statements.query<AppVersion>(`${SELECT} and version = $3`, [
    ref.account,
    ref.app,
    version,
  ]);
  if (found === undefined) throw await noVersion(statements, ref, version);
  return found;
}

async function readColumns<R extends object>(
  database: Database,
  columns: string,
  { ref, version }: { ref: AppRef; version: number },
): Promise<R> {
  checkVersion(ref, version);
  const [found] = await database.query<R>(
    `select ${columns} from versions where account = $1 and app = $2 and version = $3`,
    [ref.account, ref.app, version],
  );
  if (found === undefined) throw await noVersion(database, ref, version);
  return found;
}

async function readFile(
  database: Database,
  { ref, version, path }: { ref: AppRef; version: number; path: string },
): Promise<Omit<VersionFile, 'path'> | null> {
  checkVersion(ref, version);
  // Postgres refuses the character; no file has it in its name.
  if (path.includes('\u0000')) return null;
  const [file] = await database.query<Omit<VersionFile, 'path'>>(
    `select sha256, content_type, bytes from version_files join blobs using (sha256)
     where account = $1 and app = $2 and version = $3 and path = $4`,
    [ref.account, ref.app, version, path],
  );
  return file ?? null;
}

function checkVersion(ref: AppRef, version: number): void {
  checkRef(ref);
  if (Number.isInteger(version) && version >= 1 && version <= MAX_VERSION) return;
  throw new VumiError('request.invalid', 'a version is a whole number from 1 on', { field: 'version' });
}

/** The error for a version that is not there, or for an app that is not. */
async function noVersion(statements: Statements, ref: AppRef, version: number): Promise<VumiError> {
  await requireApp(statements, ref);
  return new VumiError(
    'not_found',
    `app "${ref.app}" has no version ${version}: list its versions to see which there are`,
  );
}
