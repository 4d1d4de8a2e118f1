import { errorText, type Logger } from '@vumi/core';
import { mondayOf } from './message-week.ts';
import type { Statements } from './database.ts';
import {
  attachPartition,
  copyShape,
  dropTable,
  LIST_PARTITIONS,
  moveRows,
  SHORT_LOCK,
} from './postgres-only.ts';

/** The tables whose partitions are by the week of their rows (migration 32). */
export const PARTITIONED = ['messages', 'events'] as const;
export type PartitionedTable = (typeof PARTITIONED)[number];

/** Weeks `from` (included) to `to` (not included), each as `YYYY-MM-DD`. */
export interface Partition {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;
/** Partitions are there so long before they are needed. */
const AHEAD_MS = 45 * DAY_MS;
const BOUNDS = /FROM \('([\d-]+)'\) TO \('([\d-]+)'\)/;

/** The partitions that have bounds, the oldest first. */
export async function listPartitions(statements: Statements, table: PartitionedTable): Promise<Partition[]> {
  const rows = await statements.query<{ name: string; bounds: string }>(LIST_PARTITIONS, [table]);
  const partitions = rows.flatMap(({ name, bounds }) => {
    const [, from, to] = BOUNDS.exec(bounds) ?? [];
    return from === undefined || to === undefined ? [] : [{ name, from, to }];
  });
  return partitions.sort((a, b) => (a.from < b.from ? -1 : 1));
}

/**
 * Where the partition ends that begins at `from`: with the month, or with the week where nobody keeps messages for long,
 * so that they are not kept much longer than they have to be.
 */
export function partitionEnd(from: string, byWeek: boolean): string {
  const start = new Date(from);
  if (byWeek) return dayOf((mondayOf(start.getTime()) + 7) * DAY_MS);
  return dayOf(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1));
}

/** The partitions that are to be made: from the end of the last one to some time after `now`. */
export function missingPartitions(
  existing: readonly Partition[],
  { now, byWeek }: { readonly now: number; readonly byWeek: boolean },
): Omit<Partition, 'name'>[] {
  const missing: Omit<Partition, 'name'>[] = [];
  const last = existing.at(-1)?.to;
  for (let from = last ?? dayOf(mondayOf(now) * DAY_MS); Date.parse(from) < now + AHEAD_MS;) {
    const to = partitionEnd(from, byWeek);
    missing.push({ from, to });
    from = to;
  }
  return missing;
}

interface PartitionPlan {
  readonly now: number;
  readonly byWeek: boolean;
}

/** `transaction` runs all of its statements or none. */
export interface PartitionPlace extends Statements {
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
}

/** Makes what is missing; what cannot be made now is tried again by the next call. Answers how many were made. */
export async function ensurePartitions(
  database: PartitionPlace,
  plan: PartitionPlan,
  logger: Logger,
): Promise<number> {
  let made = 0;
  for (const table of PARTITIONED) {
    for (const { from, to } of missingPartitions(await listPartitions(database, table), plan)) {
      const partition = { name: `${table}_${from.replaceAll('-', '')}`, from, to };
      try {
        await database.transaction((statements) => addPartition(statements, table, partition));
        made += 1;
      } catch (error) {
        // Rows of that time go to the default partition until then.
        logger.warn({ partition: partition.name, reason: errorText(error) }, 'cannot make a partition yet');
        break;
      }
    }
  }
  return made;
}

/** With the rows of its time that are in the default partition. */
async function addPartition(
  statements: Statements,
  table: PartitionedTable,
  { name, from, to }: Partition,
): Promise<void> {
  await statements.query(SHORT_LOCK);
  await statements.query(copyShape(table, name));
  await statements.query(moveRows(table, name), [from, to]);
  await statements.query(attachPartition(table, { name, from, to }));
}

/** Leaves an empty table with these partitions, and the one for all else. */
export async function remakePartitions(
  statements: Statements,
  table: PartitionedTable,
  partitions: readonly Partition[],
): Promise<void> {
  for (const { name } of await listPartitions(statements, table)) await statements.query(dropTable(name));
  for (const wanted of partitions) {
    await statements.query(copyShape(table, wanted.name));
    await statements.query(attachPartition(table, wanted));
  }
}

/** Rejects when the table is in use for longer than a moment. */
export async function dropPartition(database: PartitionPlace, name: string): Promise<void> {
  await database.transaction(async (statements) => {
    await statements.query(SHORT_LOCK);
    await statements.query(dropTable(name));
  });
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
