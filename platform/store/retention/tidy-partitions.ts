import { errorText, sleep, type Logger } from '@vumi/core';
import type { Database, Statements } from '../database.ts';
import {
  dropPartition,
  ensurePartitions,
  listPartitions,
  PARTITIONED,
  type PartitionedTable,
} from '../partitions.ts';
import { longestOf, readKeptDays } from './kept-days.ts';
import type { RetentionPlan, TidyReport } from './retention-ports.ts';

const DAY_MS = 86_400_000;
/** The last rows of a partition are of the week that begins on its last day, and of a day more where an id says so. */
const LAST_ROWS_DAYS = 8;
/** Where nothing is kept for longer, partitions are of a week: what they hold is kept for that much longer at most. */
const BY_WEEK_DAYS = 90;
const MOST_COUNTED = 10_000;
const TRIES = 20;
const RETRY_MS = 500;

export async function tidyPartitions(
  database: Database,
  { now, retentionDays }: RetentionPlan,
  logger: Logger,
): Promise<TidyReport> {
  const longest = longestOf(await readKeptDays(database, retentionDays));
  const byWeek = longest !== null && longest <= BY_WEEK_DAYS;
  const made = await ensurePartitions(database, { now, byWeek }, logger);
  const dropped: string[] = [];
  let unfiled = 0;
  for (const table of PARTITIONED) {
    if (longest !== null) dropped.push(...(await dropOld(database, table, now - longest * DAY_MS, logger)));
    unfiled += await countUnfiled(database, table);
  }
  return { made, dropped, unfiled };
}

async function dropOld(
  database: Database,
  table: PartitionedTable,
  before: number,
  logger: Logger,
): Promise<string[]> {
  const dropped: string[] = [];
  for (const { name, to } of await listPartitions(database, table)) {
    if (Date.parse(to) + LAST_ROWS_DAYS * DAY_MS > before) break;
    if (await tryToDrop(database, name, logger)) dropped.push(name);
  }
  return dropped;
}

/** A reader that has the table open keeps it for a moment; one that has it for long keeps it until the next time. */
async function tryToDrop(database: Database, name: string, logger: Logger): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await dropPartition(database, name);
      logger.info({ partition: name }, 'dropped messages that nobody keeps any longer');
      return true;
    } catch (error) {
      if (attempt === TRIES) {
        logger.warn({ partition: name, reason: errorText(error) }, 'cannot drop a partition yet');
        return false;
      }
      await sleep(RETRY_MS);
    }
  }
}

async function countUnfiled(statements: Statements, table: PartitionedTable): Promise<number> {
  const [row] = await statements.query<{ count: number }>(
    `select count(*)::integer as count from (select from ${table}_default limit ${MOST_COUNTED}) as unfiled`,
  );
  return row?.count ?? 0;
}
