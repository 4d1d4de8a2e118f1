import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import type { Database } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { AuditEntry } from './records.ts';
import type { AuditTrail } from './store.ts';

const cursorSchema = z.tuple([z.literal('audit'), z.string().regex(/^\d{1,18}$/)]);

/** What was done by whom, newest first. */
export function openAudit(database: Database): AuditTrail {
  return {
    async list(account, page) {
      if (account !== null) await requireAccount(database, account);
      const limit = pageLimit(page.limit);
      const before = decodeCursor(cursorSchema, page.cursor)?.[1] ?? null;
      const rows = await database.query<AuditEntry & { seq: string }>(
        `select seq::text, at, account, actor, action, details from audit
         where ($1::text is null or account = $1) and ($2::bigint is null or seq < $2)
         order by audit.seq desc limit $3`,
        [account, before, limit + 1],
      );
      return toPage(rows, limit, {
        key: ({ seq }) => ['audit', seq],
        item: ({ at, account: whose, actor, action, details }) => ({
          at,
          account: whose,
          actor,
          action,
          details,
        }),
      });
    },
  };
}
