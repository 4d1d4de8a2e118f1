import { newId, VumiError } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from '../accounts.ts';
import type { Database, Statements } from '../database.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { Page } from '../records.ts';
import {
  ALERT_LEVELS,
  type Alert,
  type AlertKey,
  type AlertNotice,
  type AlertQuery,
  type Alerts,
  type RaisedAlert,
} from './alert-ports.ts';

const COLUMNS = `id, account, kind, subject, level, message, details, raised_at, raises, last_at, cleared_at`;
const KEPT_DAYS = 90;
const AT_ONCE = 5000;
/** Messages are for people; what is longer is in the log. */
const LONGEST_MESSAGE = 2000;

const cursorSchema = z.tuple([z.literal('alerts'), z.string()]);

export function openAlerts(database: Database): Alerts {
  return {
    raise: (alert) => database.transaction((statements) => raise(statements, alert)),
    clear: (key, how) => database.transaction((statements) => clear(statements, key, how)),
    list: (account, query) => listAlerts(database, account, query),
    get: (account, id) => getAlert(database, account, id),
    open: (kind) =>
      database.query<Alert>(
        `select ${COLUMNS} from alerts where kind = $1 and cleared_at is null order by id`,
        [kind],
      ),
    trim: async () => {
      await database.query(
        `delete from alerts where id in (
           select id from alerts where cleared_at < now() - $1 * interval '1 day' limit ${AT_ONCE})`,
        [KEPT_DAYS],
      );
    },
  };
}

async function raise(statements: Statements, alert: RaisedAlert): Promise<AlertNotice | null> {
  const { kind, subject, account = null, level, at, details = {} } = alert;
  const message = alert.message.slice(0, LONGEST_MESSAGE);
  const [row] = await statements.query<Alert & { told: Alert['level']; fresh: boolean }>(
    `insert into alerts as known (id, account, kind, subject, level, told, message, details, raised_at, last_at)
     values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $8)
     on conflict (kind, subject, account) where cleared_at is null do update
       set level = excluded.level, message = excluded.message, details = excluded.details,
         raises = known.raises + 1, last_at = greatest(known.last_at, excluded.last_at)
     returning ${COLUMNS}, told, raises = 1 as fresh`,
    [newId(), account, kind, subject, level, message, JSON.stringify(details), new Date(at).toISOString()],
  );
  if (row === undefined) throw new TypeError('an upsert returned no row');
  const { told, fresh, ...now } = row;
  if (fresh) return tell(statements, now, { change: 'raised', at });
  if (ALERT_LEVELS.indexOf(level) <= ALERT_LEVELS.indexOf(told)) return null;
  await statements.query('update alerts set told = level where id = $1', [now.id]);
  return tell(statements, now, { change: 'worse', at });
}

async function clear(
  statements: Statements,
  { kind, subject, account = null }: AlertKey,
  { at, message }: Parameters<Alerts['clear']>[1],
): Promise<AlertNotice | null> {
  const [row] = await statements.query<Alert>(
    `update alerts set cleared_at = greatest($4::timestamptz, raised_at), message = coalesce($5, message)
     where kind = $1 and subject = $2 and account is not distinct from $3 and cleared_at is null
     returning ${COLUMNS}`,
    [kind, subject, account, new Date(at).toISOString(), message?.slice(0, LONGEST_MESSAGE) ?? null],
  );
  return row === undefined ? null : tell(statements, row, { change: 'cleared', at });
}

/** Writes what is told, with a delivery for each receiver: those of the platform, and those of the account. */
async function tell(
  statements: Statements,
  { raises: _raises, last_at: _last, ...alert }: Alert,
  { change, at }: { readonly change: AlertNotice['change']; readonly at: number },
): Promise<AlertNotice> {
  const notice: AlertNotice = { ...alert, change, at: new Date(at).toISOString() };
  const id = newId();
  await statements.query('insert into alert_notices (id, alert, body) values ($1, $2, $3)', [
    id,
    alert.id,
    JSON.stringify(notice),
  ]);
  // What is told of one thing comes in order, as what is told of one user does.
  await statements.query(
    `insert into webhook_deliveries (webhook, event, message_id, event_id, user_address, at)
     select hook.id, 'alert', '', $1, $2, $3 from webhooks as hook
     where active and 'alert' = any(events) and (account is null or account = $4)`,
    [id, `${alert.kind}/${alert.account ?? ''}/${alert.subject}`, notice.at, alert.account],
  );
  return notice;
}

async function listAlerts(
  database: Database,
  account: string | null,
  { state, kind, subject, ...page }: AlertQuery,
): Promise<Page<Alert>> {
  if (account !== null) await requireAccount(database, account);
  const limit = pageLimit(page.limit);
  const before = decodeCursor(cursorSchema, page.cursor)?.[1] ?? null;
  const rows = await database.query<Alert>(
    `select ${COLUMNS} from alerts
     where ($1::text is null or account = $1) and ($2::text is null or id < $2)
       and ($3::boolean is null or (cleared_at is null) = $3)
       and ($4::text is null or kind = $4) and ($5::text is null or subject = $5)
     order by id desc limit $6`,
    [
      account,
      before,
      state === undefined ? null : state === 'open',
      kind ?? null,
      subject ?? null,
      limit + 1,
    ],
  );
  return toPage(rows, limit, { key: ({ id }) => ['alerts', id], item: (row) => row });
}

async function getAlert(database: Database, account: string | null, id: string): Promise<Alert> {
  const [row] = await database.query<Alert>(
    `select ${COLUMNS} from alerts where id = $1 and ($2::text is null or account = $2)`,
    [id, account],
  );
  if (row !== undefined) return row;
  throw new VumiError('not_found', `there is no alert "${id}": the list of alerts has their ids`, {
    field: 'id',
  });
}
