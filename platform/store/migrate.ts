import { Client } from 'pg';
import { VumiError, type Logger } from '@vumi/core';
import { connectionConfig } from './database.ts';
import { databaseError } from './database-error.ts';
import { ensurePartitions, type PartitionPlace } from './partitions.ts';
import { pendingMigrations, readMigrations, type Applied, type Migration } from './migrations.ts';
import { ANY_TABLE, LOCK_NOW } from './postgres-only.ts';

/** Of the advisory lock; any number that nobody else takes. */
const LOCK = 8_658_401;

/** Brings the database to the newest schema. Of processes that start together one does it, the others wait. */
export async function migrate(url: string, logger: Logger): Promise<void> {
  await underLock(url, logger, async (client) => {
    await runPending(client, await pendingOf(client), logger);
    await ensurePartitions(placeOf(client), { now: Date.now(), byWeek: false }, logger);
  });
}

/**
 * Brings an empty database to the schema that these migrations made, be it not the newest. Throws `config.invalid` for one
 * that is not empty, and for migrations that this Vumi does not have.
 */
export async function makeSchema(url: string, made: readonly Applied[], logger: Logger): Promise<void> {
  await underLock(url, logger, async (client) => {
    const { rows } = await client.query<{ name: string }>(ANY_TABLE);
    if (rows[0] !== undefined) {
      throw new VumiError(
        'config.invalid',
        `the database is not empty (it has a table "${rows[0].name}"): make a new one and name it with VUMI_DATABASE_URL`,
      );
    }
    const migrations = await readMigrations();
    const later = pendingMigrations(migrations, made);
    await runPending(
      client,
      migrations.filter((migration) => !later.includes(migration)),
      logger,
    );
  });
}

async function underLock(
  url: string,
  logger: Logger,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client(connectionConfig(url));
  client.on('error', (error) =>
    logger.debug({ reason: error.message }, 'the connection of migrations broke'),
  );
  try {
    await client.connect();
    await client.query(LOCK_NOW, [LOCK]);
    await client.query(`
      create table if not exists vumi_migrations (
        number integer primary key,
        name text not null,
        checksum text not null,
        applied_at timestamptz not null default now()
      )`);
    await work(client);
  } catch (error) {
    throw databaseError(error);
  } finally {
    // Gives the lock back, too.
    await client.end().catch(() => {});
  }
}

function placeOf(client: Client): PartitionPlace {
  const query = async <R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
    (await client.query<R>(text, [...values])).rows;
  return {
    query,
    async transaction(work) {
      await client.query('begin');
      try {
        const result = await work({ query });
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
    },
  };
}

async function pendingOf(client: Client): Promise<readonly Migration[]> {
  const { rows } = await client.query<Applied>('select number, checksum from vumi_migrations');
  return pendingMigrations(await readMigrations(), rows);
}

async function runPending(client: Client, migrations: readonly Migration[], logger: Logger): Promise<void> {
  for (const { number, name, sql, checksum } of migrations) {
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
