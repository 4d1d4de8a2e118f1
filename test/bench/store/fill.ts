import { Client } from 'pg';

/** Accounts `bench0` (which has a third of all rows) to `bench99`. */
export const ACCOUNTS = 100;
export const BIG_ACCOUNT = 'bench0';
const MONTHS = 12;
const WEEK_MS = 604_800_000;
const AT_ONCE = 50_000;
/** Connections: one sorts or waits for the disk while the other makes rows. */
const FILLERS = 2;

/** What the id of row `n` is: it begins with the time, as the platform's do. */
const ID = `lpad(to_hex(ms), 12, '0') || substr(md5(n::text), 1, 20)`;
const ACCOUNT = `'bench' || case when n % 3 = 0 then 0 else (n * 7919 % ${ACCOUNTS}) end`;
const USER = `'+2776' || lpad((n * 48271 % 2000003)::text, 7, '0')`;
/** One in two hundred messages out is refused. */
const IS_REFUSED = 'n % 400 = 1';
const WEEK = "date_trunc('week', made at time zone 'utc')::date";
const TIMESTAMP = "to_char(made at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US')";

/** Rows `$1` to `$2` of `$3` that are spread over the milliseconds `$4` to `$5`. */
const NUMBERED = `select n, ms, to_timestamp(ms / 1000.0) as made
  from generate_series($1::bigint, $2::bigint - 1) as n,
    lateral (select ($4::float8 + ($5::float8 - $4) * (n::float8 / $3::float8))::bigint as ms) as time`;

const MESSAGES = `insert into messages
    (seq, message_id, week, direction, account, app, transport, status, troubled, from_addr, to_addr, at, body)
  select n + 1, id, ${WEEK}, direction, account, 'app' || n % 5, 'smsc' || n % 3, status,
    ${IS_REFUSED}, from_addr, to_addr, made,
    ('{"message_id":"' || id || '","message_version":"20110921","message_type":"user_message","timestamp":"' || ${TIMESTAMP}
      || '","to_addr":"' || to_addr || '","from_addr":"' || from_addr || '","to_addr_type":null,"from_addr_type":null,'
      || '"content":"Dear user ' || n || ', your appointment at the clinic is on day ' || n % 28
      || ' of the month; answer YES or NO","session_event":null,"in_reply_to":null,"group":null,"provider":null,'
      || '"transport_name":"smsc' || n % 3 || '","transport_type":"sms","transport_metadata":{},"helper_metadata":{"vumi":'
      || '{"account":"' || account || '","app":"app' || n % 5 || '"}},"routing_metadata":{}}')::json
  from (
    select n, made, ${ID} as id, ${ACCOUNT} as account, case n % 2 when 0 then 'inbound' else 'outbound' end as direction,
      case n % 2 when 0 then 'received' else 'queued' end as status,
      case n % 2 when 0 then ${USER} else '12345' end as from_addr, case n % 2 when 0 then '12345' else ${USER} end as to_addr
    from (${NUMBERED}) as numbered
  ) as made_up`;

const EVENTS = `insert into events (seq, event_id, week, user_message_id, status, at, body)
  select n + 1, 'e' || id, ${WEEK}, id, type, made + interval '1 second',
    ('{"event_id":"e' || id || '","message_type":"event","event_type":"' || type || '","user_message_id":"' || id
      || '","message_version":"20110921","timestamp":"' || ${TIMESTAMP} || '","transport_name":"smsc' || n % 3
      || '","transport_type":"sms","transport_metadata":{},"helper_metadata":{},"routing_metadata":{},"sent_message_id":"'
      || id || '","nack_reason":' || case type when 'nack' then '"refused"' else 'null' end || '}')::json
  from (
    select n, made, ${ID} as id, case when ${IS_REFUSED} then 'nack' else 'ack' end as type
    from (${NUMBERED}) as numbered where n % 2 = 1
  ) as made_up`;

export interface Filling {
  readonly rows: number;
  readonly until: Date;
}

/**
 * Makes so many messages and half as many events, of a hundred accounts and evenly over the year before `until`, in a
 * database that has the platform's schema.
 */
export async function fillMessages(url: string, { rows, until }: Filling): Promise<void> {
  const since = new Date(until);
  since.setUTCMonth(since.getUTCMonth() - MONTHS);
  const clients = await Promise.all(Array.from({ length: FILLERS }, () => connect(url)));
  try {
    const [client] = clients as [Client];
    await client.query(
      `insert into accounts (name) select 'bench' || n from generate_series(0, ${ACCOUNTS - 1}) as n on conflict do nothing`,
    );
    await makePartitions(client, new Date(since.getTime() - WEEK_MS), MONTHS + 1);
    const indexes = await dropIndexes(client);
    const chunks = Array.from({ length: Math.ceil(rows / AT_ONCE) }, (_, chunk) => chunk * AT_ONCE);
    await drain(clients, chunks, async (one, first) => {
      const values = [first, Math.min(first + AT_ONCE, rows), rows, since.getTime(), until.getTime()];
      await one.query(MESSAGES, values);
      await one.query(EVENTS, values);
    });
    await drain(clients, indexes.primary, (one, sql) => one.query(sql));
    await drain(clients, indexes.others, (one, sql) => one.query(sql));
    await drain(clients, ['messages', 'events'], (one, table) => one.query(`vacuum analyze ${table}`));
    for (const table of ['messages', 'events'])
      await client.query('select setval($1::text::regclass, $2)', [`${table}_order`, rows]);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

const OLD_MONTHS = 2;

/** Adds so many messages of the months before the oldest that has a partition. Answers when they end. */
export async function fillOldMonths(url: string, rows: number): Promise<number> {
  const client = await connect(url);
  try {
    const { rows: oldest } = await client.query<{ name: string }>(
      `select min(relname) as name from pg_inherits join pg_class on pg_class.oid = inhrelid
       where inhparent = 'messages'::regclass and relname ~ '^messages_[0-9]{8}$'`,
    );
    const [, year = '', month = ''] = /^messages_(\d{4})(\d{2})/.exec(oldest[0]?.name ?? '') ?? [];
    const [since, until] = [OLD_MONTHS, 0].map((before) =>
      Date.UTC(Number(year), Number(month) - 1 - before),
    ) as [number, number];
    await makePartitions(client, new Date(since), OLD_MONTHS);
    // A week of the month before, or of the month after, is in its partition.
    const values = [0, rows, rows, since + WEEK_MS, until - 2 * WEEK_MS];
    await client.query(MESSAGES, values);
    await client.query(EVENTS, values);
    return until;
  } finally {
    await client.end();
  }
}

/** Whether a filling of so many rows has come to its end. */
export async function isFilled(url: string, rows: number): Promise<boolean> {
  const client = await connect(url);
  try {
    const { rows: found } = await client.query<{ last: string }>(
      'select last_value::text as last from events_order',
    );
    return Number(found[0]?.last) >= rows;
  } finally {
    await client.end();
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client(url);
  await client.connect();
  await client.query("set synchronous_commit = off; set maintenance_work_mem = '512MB'");
  return client;
}

/** Each client takes the next one as soon as it is free. */
async function drain<T>(
  clients: readonly Client[],
  work: readonly T[],
  take: (client: Client, one: T) => Promise<unknown>,
): Promise<void> {
  const left = work.values();
  await Promise.all(
    clients.map(async (client) => {
      for (const one of left) await take(client, one);
    }),
  );
}

/** The statements that make them again: made at the end they take a third of the time. */
async function dropIndexes(
  client: Client,
): Promise<{ readonly primary: string[]; readonly others: string[] }> {
  const { rows } = await client.query<{ table: string; name: string; definition: string; primary: boolean }>(
    `select indrelid::regclass::text as table, indexrelid::regclass::text as name, indisprimary as primary,
       pg_get_indexdef(indexrelid) as definition
     from pg_index where indrelid in ('messages'::regclass, 'events'::regclass)`,
  );
  const made = { primary: [] as string[], others: [] as string[] };
  for (const { table, name, definition, primary } of rows) {
    if (primary) {
      await client.query(`alter table ${table} drop constraint ${name}`);
      made.primary.push(
        `alter table ${table} add primary key ${definition.slice(definition.lastIndexOf('('))}`,
      );
    } else {
      await client.query(`drop index ${name}`);
      made.others.push(definition.replace(' ON ONLY ', ' ON '));
    }
  }
  return made;
}

/** Of so many months from that of `since` on. The platform makes those to come. */
async function makePartitions(client: Client, since: Date, count: number): Promise<void> {
  for (let ahead = 0; ahead < count; ahead += 1) {
    const [from, to] = [ahead, ahead + 1].map((months) =>
      new Date(Date.UTC(since.getUTCFullYear(), since.getUTCMonth() + months)).toISOString().slice(0, 10),
    );
    for (const table of ['messages', 'events']) {
      await client.query(
        `create table if not exists ${table}_${from?.replaceAll('-', '')} partition of ${table}
         for values from ('${from}') to ('${to}')`,
      );
    }
  }
}
