import type { AppRef } from '@vumi/core';
import type { Statements } from './database.ts';
import { LOCK_UNTIL_COMMIT, SHARE_UNTIL_COMMIT } from './postgres-only.ts';
import type { VersionFile } from './records.ts';

/** Of the advisory lock that keeps a blob from being dropped while a new version comes to use it. */
const BLOBS_LOCK = 8_658_402;

/** Stores the files of a new version, each content once. */
export async function addFiles(
  statements: Statements,
  { account, app, version }: AppRef & { version: number },
  files: readonly VersionFile[],
): Promise<void> {
  if (files.length === 0) return;
  await statements.query(SHARE_UNTIL_COMMIT, [BLOBS_LOCK]);
  const known = await statements.query<{ sha256: string }>(
    'select sha256 from blobs where sha256 = any($1)',
    [files.map(({ sha256 }) => sha256)],
  );
  const missing = new Map(files.map((file) => [file.sha256, file.bytes]));
  for (const { sha256 } of known) missing.delete(sha256);
  for (const [sha256, bytes] of missing) {
    await statements.query('insert into blobs (sha256, bytes) values ($1, $2) on conflict do nothing', [
      sha256,
      bytes,
    ]);
  }
  await statements.query(
    `insert into version_files (account, app, version, path, sha256, content_type)
     select $1, $2, $3, path, sha256, content_type
     from unnest($4::text[], $5::text[], $6::text[]) as given (path, sha256, content_type)`,
    [
      account,
      app,
      version,
      files.map(({ path }) => path),
      files.map(({ sha256 }) => sha256),
      files.map(({ content_type }) => content_type),
    ],
  );
}

/** Runs `remove`, which removes the app, and drops the contents that no other app has. */
export async function dropUnusedBlobs(
  statements: Statements,
  { account, app }: AppRef,
  remove: () => Promise<void>,
): Promise<void> {
  await statements.query(LOCK_UNTIL_COMMIT, [BLOBS_LOCK]);
  const used = await statements.query<{ sha256: string }>(
    'select distinct sha256 from version_files where account = $1 and app = $2',
    [account, app],
  );
  await remove();
  await statements.query(
    `delete from blobs where sha256 = any($1)
     and not exists (select from version_files where version_files.sha256 = blobs.sha256)`,
    [used.map(({ sha256 }) => sha256)],
  );
}
