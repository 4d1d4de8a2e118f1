import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { VumiError, type Logger } from '@vumi/core';
import { emptyTables, finishTables, makeSchema, parentsFirst } from '@vumi/store';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { connect, statementsOf } from './connection.ts';
import type { BackupTable, Manifest } from './manifest.ts';

/** Where a backup is and what it says of itself. */
export interface WholeBackup {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Makes the backup's schema in an empty database and fills it, all rows or none. Throws `config.invalid`. */
export async function loadPostgres(url: string, backup: WholeBackup, logger: Logger): Promise<void> {
  await makeSchema(url, backup.manifest.migrations, logger);
  const client = await connect(url);
  try {
    await client.query('begin');
    await fill(client, backup);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

async function fill(client: Client, { folder, manifest }: WholeBackup): Promise<void> {
  const statements = statementsOf(client);
  const tables = new Map(manifest.tables.map((table) => [table.table, table]));
  await emptyTables(statements, manifest);
  for (const name of await parentsFirst(statements, [...tables.keys()])) {
    const table = tables.get(name);
    if (table !== undefined) await copyInto(client, folder, table);
  }
  await finishTables(statements, manifest);
}

async function copyInto(
  client: Client,
  folder: string,
  { table, columns, rows, file }: BackupTable,
): Promise<void> {
  const copy = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
  await pipeline(createReadStream(join(folder, file)), createGunzip(), copy);
  if (copy.rowCount === rows) return;
  throw new VumiError(
    'config.invalid',
    `${file} holds ${copy.rowCount} rows where ${rows} were written: take another backup`,
  );
}
