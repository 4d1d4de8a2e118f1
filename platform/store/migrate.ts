import { Client } from 'pg';
import type { Logger } from '@vumi/core';
import { connectionConfig } from './database.ts';
import { databaseError } from './database-error.ts';
import { pendingMigrations, readMigrations, type Applied } from './migrations.ts';

/** Of the advisory lock; any number that nobody else takes. */
const LOCK = 8_658_401;

/** Brings the database to the newest schema. Of processes that start together one does it, the others wait. */
export async function migrate(url: string, logger: Logger): Promise<void> {
  const client = new Client(connectionConfig(url));
  client.on('error', (error) =>
    logger.debug({ reason: error.message }, 'the connection of migrations broke'),
  );
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await runPending(client, logger);
  } catch (error) {
    throw databaseError(error);
  } finally {
    // Gives the lock back, too.
    await client.end().catch(() => {});
  }
}

async function runPending(client: Client, logger: Logger): Promise<void> {
  await client.query(`
    create table if not exists vumi_migrations (
      number integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`);
  const { rows } = await client.query<Applied>('select number, checksum from vumi_migrations');
  for (const { number, name, sql, checksum } of pendingMigrations(await readMigrations(), rows)) {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into vumi_migrations (number, name, checksum) values ($1, $2, $3)', [
      number,
      name,
      checksum,
    ]);
    await client.query('commit');
    logger.info({ number, name }, 'database migrated');
  }
}
