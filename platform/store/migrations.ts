import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VumiError } from '@vumi/core';

const FOLDER = join(import.meta.dirname, 'migrations');
const FILE = /^(\d{6})_([a-z_]+)\.sql$/;

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** A migration that the database has had. */
export interface Applied {
  readonly number: number;
  readonly checksum: string;
}

/** The numbered files of the folder in order. */
export async function readMigrations(folder: string = FOLDER): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((name) => FILE.test(name)).sort();
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(join(folder, file), 'utf8');
      const [, number, name = ''] = FILE.exec(file) ?? [];
      return { number: Number(number), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** The migrations to run. Throws `config.invalid` when the database was not made by these files. */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly Applied[],
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const { number, checksum } of applied) {
    const migration = known.get(number);
    if (migration === undefined) {
      throw new VumiError(
        'config.invalid',
        `the database was written by a newer Vumi (migration ${number}): run that one, or give this one a database of its own`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new VumiError(
        'config.invalid',
        `migration ${number} (${migration.name}) was changed after it ran: restore the file, changes go into a new one`,
      );
    }
  }
  const done = new Set(applied.map(({ number }) => number));
  return migrations.filter(({ number }) => !done.has(number));
}
