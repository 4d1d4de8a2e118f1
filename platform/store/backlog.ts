import type { Statements } from './database.ts';

/** What waits for somebody, or for its time; each is counted up to 10,000. */
export interface Backlog {
  /** Failures that nobody has looked after. */
  readonly failures_dead: number;
  readonly alerts_open: number;
  readonly webhook_deliveries_pending: number;
  readonly webhook_deliveries_dead: number;
  /** Schedules whose time is over. */
  readonly schedules_due: number;
  /** Seconds for which the oldest of them is; null: none is. */
  readonly oldest_schedule_seconds: number | null;
}

const MOST = 10_000;

const counted = (name: string, rows: string): string =>
  `(select count(*)::int from (select 1 from ${rows} limit ${MOST}) as ${name}) as ${name}`;

/** Each reads an index of what is asked for alone, so that what was done with costs nothing. */
const QUERY = `select ${[
  counted('failures_dead', "failures where state = 'dead'"),
  counted('alerts_open', 'alerts where cleared_at is null'),
  counted('webhook_deliveries_pending', "webhook_deliveries where status = 'pending'"),
  counted('webhook_deliveries_dead', "webhook_deliveries where status = 'dead'"),
  counted('schedules_due', 'schedules where due_at <= now()'),
  'extract(epoch from now() - (select min(due_at) from schedules where due_at <= now()))::float8 as oldest_schedule_seconds',
].join(', ')}`;

export async function readBacklog(database: Statements): Promise<Backlog> {
  const [row] = await database.query<Backlog>(QUERY);
  if (row === undefined) throw new TypeError('a query without tables answers one row');
  return row;
}
