import { z } from 'zod';
import type { AuditQuery, AuditTrail } from './account-ports.ts';
import { requireAccount } from './accounts.ts';
import { checkInstant } from './checks.ts';
import type { Database } from './database.ts';
import { insertAudit } from './note-audit.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { AuditEntry, Page } from './records.ts';

const cursorSchema = z.tuple([z.literal('audit'), z.string().regex(/^\d{1,18}$/)]);
/** Forgotten in one step; the next look goes on. */
const AT_ONCE = 5000;

const COLUMNS = `audit.seq::text as id, audit.at, account, actor, action, target, details, request_id, source,
  case when refused then 'refused' when not begun or outcome.seq is not null then coalesce(outcome.code, 'done')
    else 'unknown' end as outcome`;

/** What was done by whom, and what was refused to whom. */
export function openAudit(database: Database): AuditTrail {
  return {
    list: (account, query) => listAudit(database, account, query),
    begin: (entry) => insertAudit(database, entry, { begun: true }),
    finish: async (id, code) => {
      await database.query('insert into audit_outcomes (seq, code) values ($1, $2) on conflict do nothing', [
        id,
        code,
      ]);
    },
    refused: async (entry) => void (await insertAudit(database, entry, { refused: true })),
    trim: async () => {
      await database.query(
        `delete from audit where seq in (
           select seq from audit where at < now() - interval '401 days'
             or refused and at < now() - interval '91 days' limit ${AT_ONCE})`,
      );
    },
  };
}

async function listAudit(
  database: Database,
  account: string | null,
  query: AuditQuery,
): Promise<Page<AuditEntry>> {
  if (account !== null) await requireAccount(database, account);
  const limit = pageLimit(query.limit);
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const where = ['true'];
  if (account !== null) where.push(`account = ${given(account)}`);
  const before = decodeCursor(cursorSchema, query.cursor);
  if (before !== null) where.push(`audit.seq < ${given(before[1])}`);
  if (query.from !== undefined) where.push(`audit.at >= ${given(instant('from', query.from))}`);
  if (query.to !== undefined) where.push(`audit.at < ${given(instant('to', query.to))}`);
  if (query.actor !== undefined) where.push(`strpos(lower(actor), lower(${given(query.actor)})) > 0`);
  if (query.action !== undefined) {
    const action = given(query.action);
    where.push(`(action = ${action} or starts_with(action, ${action} || '.'))`);
  }
  if (query.outcome === 'refused') where.push('refused');
  if (query.outcome === 'acts') where.push('not refused');
  const rows = await database.query<AuditEntry>(
    `select ${COLUMNS} from audit left join audit_outcomes as outcome on outcome.seq = audit.seq
     where ${where.join(' and ')} order by audit.seq desc limit ${limit + 1}`,
    values,
  );
  return toPage(rows, limit, { key: ({ id }) => ['audit', id], item: (row) => row });
}

function instant(field: string, text: string): string {
  return new Date(checkInstant(field, text)).toISOString();
}
