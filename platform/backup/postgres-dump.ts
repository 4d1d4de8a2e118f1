import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { readSchema, type DumpSchema } from '@vumi/store';
import type { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { connect, statementsOf } from './connection.ts';
import type { BackupTable } from './manifest.ts';

export interface PostgresDump extends AsyncDisposable {
  /** From here on it shows the database as it is now. */
  takeSnapshot(): Promise<void>;
  /** Writes the tables into files of `folder`, and answers what they are. */
  write(folder: string): Promise<PostgresContents>;
}

interface PostgresContents extends Omit<DumpSchema, 'tables'> {
  readonly tables: readonly BackupTable[];
}

/** One transaction that sees one moment of the database; its tables are kept from being dropped until it ends. */
export async function openDump(url: string): Promise<PostgresDump> {
  const client = await connect(url);
  const schema = await readSchema(statementsOf(client));
  await client.query('begin transaction isolation level repeatable read read only');
  // Locks show nothing yet: the snapshot is the first query's.
  await client.query(`lock table ${schema.tables.map(({ table }) => table).join(', ')} in access share mode`);
  return {
    takeSnapshot: async () => void (await client.query('select 1')),
    async write(folder) {
      await mkdir(join(folder, 'postgres'), { recursive: true, mode: 0o700 });
      const tables: BackupTable[] = [];
      for (const table of schema.tables) tables.push(await writeTable(client, folder, table));
      // Sequences stand outside of snapshots: read last they are at least as far as the rows.
      const { sequences } = await readSchema(statementsOf(client));
      return { ...schema, sequences, tables };
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

async function writeTable(
  client: Client,
  folder: string,
  { table, columns }: DumpSchema['tables'][number],
): Promise<BackupTable> {
  const file = `postgres/${table}.copy.gz`;
  const copy = client.query(copyTo(`copy (select ${columns.join(', ')} from ${table}) to stdout`));
  await pipeline(copy, createGzip({ level: 1 }), createWriteStream(join(folder, file), { mode: 0o600 }));
  return { table, columns: [...columns], rows: copy.rowCount, file };
}
