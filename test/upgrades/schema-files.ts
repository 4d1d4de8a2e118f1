import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const MIGRATIONS = fileURLToPath(new URL('../../platform/store/migrations/', import.meta.url));
const SEEDS = fileURLToPath(new URL('seeds/', import.meta.url));
const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));

/** By which the missing fixtures are made. */
export const MAKE_COMMAND = 'node platform/cli/vumi.js --run test/upgrades/make-fixtures.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

export async function readMigrations(): Promise<Migration[]> {
  const files = (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(MIGRATIONS + file, 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { number: Number(file.slice(0, 6)), name: file.slice(7, -4), sql, checksum };
    }),
  );
}

/** What the code of a schema version wrote first; empty where its migration brought no place for anything new. */
export async function readSeed(version: number): Promise<string> {
  return readFile(`${SEEDS}${sixDigits(version)}.sql`, 'utf8').catch(() => '');
}

export async function listFixtures(): Promise<number[]> {
  const files = await readdir(FIXTURES);
  return files.map((file) => Number(file.slice(0, 6))).sort((a, b) => a - b);
}

/** The file of a schema version: a line of JSON about its migrations and sequences, then one for each table. */
export function fixtureFile(version: number): string {
  return `${FIXTURES}${sixDigits(version)}.ndjson`;
}

function sixDigits(version: number): string {
  return String(version).padStart(6, '0');
}
