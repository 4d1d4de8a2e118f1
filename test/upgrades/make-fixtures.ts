import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@vumi/core';
import { startEmbeddedPostgres } from '@vumi/store';
import { Client } from 'pg';
import { applyMigrations, dumpRows } from './database-copy.ts';
import { fixtureFile, listFixtures, readMigrations, readSeed } from './schema-files.ts';

/**
 * Makes the fixtures that are missing: a database goes through all migrations, one by one, and what the code of each version
 * would have written (seeds/) is put in after it. Those that are there stay as they are.
 */
const dataDir = await mkdtemp(join(tmpdir(), 'vumi-upgrades-'));
const known = new Set(await listFixtures());
const postgres = await startEmbeddedPostgres({ dataDir, logger: silentLogger });
const client = new Client({ connectionString: postgres.url });
await client.connect();
try {
  for (const migration of await readMigrations()) {
    await applyMigrations(client, [migration]);
    await client.query(await readSeed(migration.number));
    if (known.has(migration.number)) continue;
    await writeFile(fixtureFile(migration.number), await dumpRows(client));
    process.stdout.write(`made the fixture of schema version ${migration.number} (${migration.name})\n`);
  }
} finally {
  await client.end();
  await postgres[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
}
