import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const POSTGRES_ONLY = 'postgres-only.ts';

/**
 * What CockroachDB or YugabyteDB documents that it lacks, or has in another way: "PostgreSQL compatibility" of both
 * (www.cockroachlabs.com/docs/stable/postgresql-compatibility and its known limitations;
 * docs.yugabyte.com, YSQL, PostgreSQL compatibility).
 */
const LACKING: Readonly<Record<string, RegExp>> = {
  'advisory locks': /\bpg_(?:try_)?advisory_/i,
  'listen and notify':
    /\b(?:listen \$|listen [a-z_]+\b(?=['"`])|notify [a-z_]+\s*[,;'"`]|pg_notify|unlisten)/i,
  'transaction ids and snapshots': /\b(?:xid8|pg_current_xact_id|pg_snapshot_|pg_current_snapshot|txid_)/i,
  'addresses and versions of rows': /\b(?:ctid|xmin|xmax|tableoid)\b/i,
  'partitions as Postgres declares them':
    /\b(?:attach partition|detach partition|partition of|partition by (?:range|list|hash)|pg_inherits|relpartbound)/i,
  inheritance: /\binherits \(/i,
  'locks of tables': /\block table\b|\block_timeout\b/i,
  'settings of the server':
    /\bset (?:local |session )?(?:tcp_|work_mem|maintenance_work_mem|synchronous_commit|enable_)|-c jit/i,
  'BRIN and GiST indexes': /\busing (?:brin|gist|spgist)\b/i,
  'exclusion and deferrable constraints': /\bexclude using\b|\bdeferrable\b/i,
  'stored generated columns': /\bgenerated always as \((?!.*identity)/i,
  'unlogged tables': /\bunlogged\b/i,
  extensions: /\bcreate extension\b/i,
  'anonymous blocks and temporary functions': /\bdo \$\$|\bcreate (?:or replace )?function pg_temp/i,
  'sizes and statistics of Postgres': /\bpg_(?:total_)?relation_size\b|\bpg_stat_/i,
  'full vacuum and the like': /\b(?:vacuum|cluster|reindex) (?:full|table|index)\b/i,
};

/** The schema is made for Postgres: what an engine has to make otherwise, or to leave away (docs/database.md). */
const OTHER_SCHEMA = [
  'BRIN and GiST indexes',
  'anonymous blocks and temporary functions',
  'partitions as Postgres declares them',
  'stored generated columns',
  'transaction ids and snapshots',
];

function lackingIn(text: string): string[] {
  return Object.entries(LACKING).flatMap(([name, pattern]) => (pattern.test(text) ? [name] : []));
}

/** Without what is said about it. */
function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*(?:\/\/|--).*$/gm, '');
}

async function sources(extension: string): Promise<{ readonly name: string; readonly text: string }[]> {
  const folder = import.meta.dirname;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) =>
      entry.isFile() && entry.name.endsWith(extension) && !/\.(?:test|fixture)\.ts$/.test(entry.name),
  );
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { name: relative(folder, path), text: withoutComments(await readFile(path, 'utf8')) };
    }),
  );
}

test.each([
  ['select pg_try_advisory_lock($1)', 'advisory locks'],
  ["await connection.query('listen vumi_changes')", 'listen and notify'],
  ['delete from t where ctid in (select ctid from t)', 'addresses and versions of rows'],
  ['create index i on t using brin (at)', 'BRIN and GiST indexes'],
  ["set local lock_timeout = '1s'", 'locks of tables'],
])('%s is found to need %s', (statement, name) => {
  expect(lackingIn(statement)).toEqual([name]);
});

test('what distributed engines have is not found to be lacking', () => {
  const statement = `with a as (select seq from t where k = any($1) order by seq limit 5 for update skip locked)
    insert into u (k, v) select k, v from unnest($1::text[], $2::text[]) with ordinality as given (k, v, n)
    on conflict (k) do update set v = excluded.v returning row_number() over (partition by k order by v)`;
  expect(lackingIn(statement)).toEqual([]);
});

test('no statement needs more than a distributed engine has, except those of one file', async () => {
  const found = (await sources('.ts'))
    .filter(({ name }) => name !== POSTGRES_ONLY)
    .flatMap(({ name, text }) => lackingIn(text).map((lacking) => `${name}: ${lacking}`));
  expect(found).toEqual([]);
});

test('each statement of that file is there because they lack it', async () => {
  const file = (await sources('.ts')).find(({ name }) => name === POSTGRES_ONLY);
  expect(lackingIn(file?.text ?? '').toSorted()).toEqual(
    [
      'advisory locks',
      'listen and notify',
      'locks of tables',
      'partitions as Postgres declares them',
      'settings of the server',
      'transaction ids and snapshots',
    ].toSorted(),
  );
});

test('what the schema needs of Postgres is known', async () => {
  const found = (await sources('.sql')).flatMap(({ text }) => lackingIn(text));
  expect([...new Set(found)].toSorted()).toEqual(OTHER_SCHEMA);
});
