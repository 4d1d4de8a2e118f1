import type { Applied } from './migrations.ts';
import type { Statements } from './database.ts';
import { listPartitions, PARTITIONED, remakePartitions, type Partition } from './partitions.ts';
import { FOREIGN_KEYS, LIST_SEQUENCES, LIST_TABLES } from './postgres-only.ts';

/** What a copy of the database holds, beside its rows. */
export interface DumpSchema {
  /** That made the tables. */
  readonly migrations: readonly Applied[];
  /** Partitions are part of their table; columns that are computed are left out. */
  readonly tables: readonly { readonly table: string; readonly columns: readonly string[] }[];
  readonly sequences: readonly { readonly name: string; readonly value: string }[];
  readonly partitions: readonly (Partition & { readonly table: string })[];
}

/** What is to be copied of a database, for `vumi backup`. */
export async function readSchema(statements: Statements): Promise<DumpSchema> {
  const partitions = await Promise.all(
    PARTITIONED.map(async (table) =>
      (await listPartitions(statements, table)).map(({ name, from, to }) => ({ table, name, from, to })),
    ),
  );
  return {
    migrations: await statements.query<Applied>(
      'select number, checksum from vumi_migrations order by number',
    ),
    tables: await statements.query(LIST_TABLES),
    sequences: await statements.query(LIST_SEQUENCES),
    partitions: partitions.flat(),
  };
}

/** Makes tables that migrations have made ready for rows of a copy: with its partitions, empty, and deaf to triggers. */
export async function emptyTables(
  statements: Statements,
  { tables, partitions }: Pick<DumpSchema, 'tables' | 'partitions'>,
): Promise<void> {
  for (const table of PARTITIONED) {
    await remakePartitions(
      statements,
      table,
      partitions.filter((partition) => partition.table === table),
    );
  }
  // They refuse to empty what must never change, such as the audit log.
  await switchTriggers(statements, { tables, to: 'disable' });
  // What migrations write into new tables is in the copy, as far as it is still meant.
  await statements.query(`truncate ${tables.map(({ table }) => table).join(', ')} cascade`);
}

/** Ends what `emptyTables` began: triggers work again, and sequences go on where they were. */
export async function finishTables(
  statements: Statements,
  { tables, sequences }: Pick<DumpSchema, 'tables' | 'sequences'>,
): Promise<void> {
  await switchTriggers(statements, { tables, to: 'enable' });
  for (const { name, value } of sequences) {
    await statements.query('select setval($1::text::regclass, $2::bigint)', [name, value]);
  }
}

async function switchTriggers(
  statements: Statements,
  { tables, to }: Pick<DumpSchema, 'tables'> & { readonly to: 'disable' | 'enable' },
): Promise<void> {
  for (const { table } of tables) await statements.query(`alter table ${table} ${to} trigger user`);
}

/** Tables that others refer to come before those. */
export async function parentsFirst(statements: Statements, names: readonly string[]): Promise<string[]> {
  const keys = await statements.query<{ child: string; parent: string }>(FOREIGN_KEYS);
  const ordered = new Set<string>();
  const add = (name: string): void => {
    if (ordered.has(name)) return;
    for (const { child, parent } of keys) if (child === name && parent !== name) add(parent);
    ordered.add(name);
  };
  names.forEach(add);
  return [...ordered].filter((name) => names.includes(name));
}
