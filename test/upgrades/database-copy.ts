import type { Client } from 'pg';
import type { Migration } from './schema-files.ts';

/** What the first line of a fixture says. */
export interface FixtureHead {
  /** The migrations that had run, by number, with the digests of their files. */
  readonly migrations: Readonly<Record<string, string>>;
  readonly sequences: Readonly<Record<string, string>>;
}

const RECORD = `create table if not exists vumi_migrations (
  number integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default now())`;
/** Of partitioned tables the whole, and none of their parts. */
const TABLES = `select relname as name from pg_class
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
    and relname <> 'vumi_migrations' order by relname`;

/** Runs migrations as the store does. */
export async function applyMigrations(client: Client, migrations: readonly Migration[]): Promise<void> {
  await client.query(RECORD);
  for (const { number, name, sql, checksum } of migrations) {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into vumi_migrations (number, name, checksum) values ($1, $2, $3)', [
      number,
      name,
      checksum,
    ]);
    await client.query('commit');
  }
}

/** All rows of all tables, as Postgres writes them as JSON. */
export async function dumpRows(client: Client): Promise<string> {
  const { rows: applied } = await client.query(
    'select number, checksum from vumi_migrations order by number',
  );
  const { rows: sequences } = await client.query(
    "select sequencename, last_value from pg_sequences where schemaname = 'public' and last_value is not null order by 1",
  );
  const head: FixtureHead = {
    migrations: Object.fromEntries(applied.map(({ number, checksum }) => [String(number), String(checksum)])),
    sequences: Object.fromEntries(
      sequences.map(({ sequencename, last_value }) => [String(sequencename), String(last_value)]),
    ),
  };
  const lines = [JSON.stringify(head)];
  for (const table of await tablesOf(client)) {
    const columns = (await columnsOf(client, table)).join(', ');
    const { rows } = await client.query(
      `select count(*)::int as count, json_agg(to_json(t))::text as found from (select ${columns} from ${table}) as t`,
    );
    if (rows[0].count === 0) continue;
    // On one line, whatever line breaks Postgres puts between rows.
    lines.push(`{"table": "${table}", "rows": ${JSON.stringify(JSON.parse(rows[0].found))}}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Puts the rows of a fixture into a database whose schema is theirs. */
export async function loadRows(client: Client, head: FixtureHead, lines: readonly string[]): Promise<void> {
  await client.query("set session_replication_role = 'replica'");
  for (const table of await tablesOf(client)) await client.query(`truncate ${table} cascade`);
  for (const line of lines) {
    const { table, rows } = JSON.parse(line) as { table: string; rows: readonly object[] };
    const columns = (await columnsOf(client, table)).join(', ');
    await client.query(
      `insert into ${table} (${columns}) overriding system value
       select ${columns} from json_populate_recordset(null::${table}, $1::json)`,
      [JSON.stringify(rows)],
    );
  }
  for (const [sequence, last] of Object.entries(head.sequences)) {
    await client.query('select setval($1::regclass, $2::bigint)', [sequence, last]);
  }
  await client.query("set session_replication_role = 'origin'");
}

async function tablesOf(client: Client): Promise<string[]> {
  return (await client.query(TABLES)).rows.map(({ name }) => name as string);
}

/** Those that are written; the others are made of them. */
async function columnsOf(client: Client, table: string): Promise<string[]> {
  const { rows } = await client.query(
    `select quote_ident(attname) as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [table],
  );
  return rows.map(({ name }) => name as string);
}
