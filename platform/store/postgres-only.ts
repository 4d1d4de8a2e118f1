/**
 * What is asked of Postgres that a distributed engine which speaks its protocol does not have, or has in another way
 * (docs/database.md). No statement outside this file may need more than they have: portable-sql.test.ts looks at each.
 */

/**
 * Locks that live as long as a connection or a transaction: leases, and whoever migrates. Elsewhere: a table of leases
 * with an owner and a time at which they end, which the owner puts off.
 */
export const LOCK_NOW = 'select pg_advisory_lock($1)';
export const TRY_LOCK = 'select pg_try_advisory_lock($1) as got';
export const UNLOCK = 'select pg_advisory_unlock($1)';
/** Until the end of the transaction. Elsewhere: `select … for share` and `for update` of one row that stands for it. */
export const SHARE_UNTIL_COMMIT = 'select pg_advisory_xact_lock_shared($1)';
export const LOCK_UNTIL_COMMIT = 'select pg_advisory_xact_lock($1)';

/** The same of a name of ours: for the effects of one account, which are written one after the other. */
export const LOCK_NAME_UNTIL_COMMIT =
  "select pg_advisory_xact_lock(hashtextextended('store effects ' || $1, 0))";

/** One transaction after the other writes a small table. Elsewhere: `for update` of one row that stands for the table. */
export function oneWriterOf(table: string): string {
  return `lock table ${table} in share row exclusive mode`;
}

/** Tells other processes of a change. Elsewhere: a table of changes that each process reads on every second or so. */
export const TELL = 'select pg_notify($1, $2)';
export function hear(channel: string): string {
  return `listen ${channel}`;
}

/**
 * The server ends a connection, and with it our locks, when our machine has been gone for so long: later than we give up
 * a server that we cannot reach (kept-connection.ts: HEARTBEAT_MS, the ceiling of ANSWER, and the time to unbind), so that
 * two never hold one lease. Keepalives are answered by the system, also for a process that gets no processor. Elsewhere:
 * left away, as leases of a table end by themselves.
 */
export const SERVER_PATIENCE = [
  'set tcp_keepalives_idle = 20',
  'set tcp_keepalives_interval = 5',
  'set tcp_keepalives_count = 3',
].join('; ');

/**
 * Of each connection. Statements over many partitions look costly to Postgres, which then compiles them for seconds to
 * save milliseconds. Elsewhere: left away.
 */
export const SERVER_OPTIONS = '-c jit=off';

/**
 * Whether a row of `webhook_deliveries` is of a transaction before which none is open any more. Elsewhere: a commit
 * timestamp before the closed timestamp of the engine, or only the time that is waited for besides.
 */
export const NONE_EARLIER_IS_OPEN = 'xid < pg_snapshot_xmin(pg_current_snapshot())';

/** The partitions of a table and their bounds as Postgres writes them. Elsewhere: the engine's own list of them. */
export const LIST_PARTITIONS = `select relname as name, pg_get_expr(relpartbound, pg_class.oid) as bounds
  from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = $1::text::regclass`;

/** Who waits for a lock on a whole table keeps all others waiting behind him: not for long. */
export const SHORT_LOCK = "set local lock_timeout = '250ms'";

/**
 * A new partition, filled and then attached. Elsewhere: nothing; an engine that splits tables by itself needs no
 * partitions, and what is old goes by `delete`, or by the engine's own time to live for rows.
 */
export function copyShape(table: string, partition: string): string {
  return `create table ${partition} (like ${table} including defaults)`;
}

export function moveRows(table: string, partition: string): string {
  return `with moved as (delete from ${table}_default where week >= $1 and week < $2 returning *)
    insert into ${partition} select * from moved`;
}

export function attachPartition(
  table: string,
  { name, from, to }: { readonly name: string; readonly from: string; readonly to: string },
): string {
  return `alter table ${table} attach partition ${name} for values from ('${from}') to ('${to}')`;
}

export function dropTable(partition: string): string {
  return `drop table ${partition}`;
}

/** The tables that are copied into a backup, with the columns that hold something of their own. */
export const LIST_TABLES = `select relname as table, array_agg(quote_ident(attname) order by attnum) as columns
  from pg_class join pg_attribute on attrelid = pg_class.oid
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
    and attnum > 0 and not attisdropped and attgenerated = '' and relname <> 'vumi_migrations'
  group by relname order by relname`;

/** Those that have given a number; those of identity columns are among them. */
export const LIST_SEQUENCES = `select sequencename as name, last_value::text as value from pg_sequences
  where schemaname = 'public' and last_value is not null order by 1`;

export const FOREIGN_KEYS = `select conrelid::regclass::text as child, confrelid::regclass::text as parent
  from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`;

export const ANY_TABLE = `select relname as name from pg_class
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> 'vumi_migrations' limit 1`;
