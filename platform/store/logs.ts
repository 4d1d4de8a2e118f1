import type { AppRef } from '@vumi/core';
import { z } from 'zod';
import { encodeTextArray } from './array-parameter.ts';
import { checkRef } from './checks.ts';
import type { Database } from './database.ts';
import { decodeCursor, encodeCursor, pageLimit } from './page.ts';
import type { LogEntry, LogRow } from './message-records.ts';
import type { Page } from './records.ts';
import type { Logs } from './app-ports.ts';
import { TrimSchedule } from './trim-schedule.ts';

/** Entries that are kept of each app. */
const KEPT = 1000;
/** New entries of an app after which its old ones are deleted. */
const TRIM_EVERY = 100;

const cursorSchema = z.tuple([z.literal('logs'), z.string().regex(/^\d{1,18}$/)]);

export function openLogs(database: Database): Logs {
  const trimmer = new TrimSchedule(TRIM_EVERY, (ref) => trim(database, ref));
  return {
    async append(entries) {
      if (entries.length === 0) return;
      await insert(database, entries);
      await trimmer.appended(entries);
    },
    list: (ref, query) => listLogs(database, ref, query),
  };
}

async function insert(database: Database, entries: readonly LogEntry[]): Promise<void> {
  const text = (column: (entry: LogEntry) => string | null): Buffer =>
    encodeTextArray('text', entries.map(column));
  await database.query(
    `insert into app_logs (account, app, level, text, message_id, fields, at)
     select account, app, level, text, message_id, fields, at::timestamptz
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::json[], $7::text[])
       with ordinality as given (account, app, level, text, message_id, fields, at, position)
     where exists (select from apps where apps.account = given.account and apps.app = given.app)
     order by position`,
    [
      text(({ account }) => account),
      text(({ app }) => app),
      text(({ level }) => level),
      text((entry) => entry.text),
      text(({ message_id }) => message_id),
      encodeTextArray(
        'json',
        entries.map(({ fields }) =>
          fields === undefined || fields === null ? null : JSON.stringify(fields),
        ),
      ),
      text(({ timestamp }) => timestamp),
    ],
  );
}

/** Keeps an app's log a ring. */
async function trim(database: Database, { account, app }: AppRef): Promise<void> {
  await database.query(
    `delete from app_logs where account = $1 and app = $2 and id <= (
       select id from app_logs where account = $1 and app = $2 order by id desc offset $3 limit 1)`,
    [account, app, KEPT],
  );
}

async function listLogs(
  database: Database,
  ref: AppRef,
  query: { readonly after?: string; readonly limit?: number },
): Promise<Page<LogRow>> {
  checkRef(ref);
  const limit = pageLimit(query.limit);
  const after = decodeCursor(cursorSchema, query.after, 'after')?.[1] ?? '0';
  const rows = await database.query<LogRow & { id: string }>(
    `select id, level, text, message_id, fields, at as timestamp
     from (select * from app_logs where account = $1 and app = $2 order by id desc limit ${KEPT}) as kept
     where id > $3 order by id limit $4`,
    [ref.account, ref.app, after, limit],
  );
  const last = rows.at(-1);
  return {
    items: rows.map(showEntry),
    next_cursor: last === undefined ? null : encodeCursor(['logs', last.id]),
  };
}

function showEntry({ level, text, message_id, fields, timestamp }: LogRow): LogRow {
  return { level, text, message_id, fields, timestamp };
}
