import { auditOrigin } from './audit-origin.ts';
import type { Statements } from './database.ts';
import type { NewAuditEntry } from './records.ts';

/** Writes an entry in the transaction of what it tells of, so that there is neither without the other. */
export async function noteAudit(statements: Statements, entry: NewAuditEntry): Promise<void> {
  await insertAudit(statements, entry);
}

/** `begun`: its outcome follows; `refused`: nothing was done. Answers the entry's id. */
export async function insertAudit(
  statements: Statements,
  { account, actor, action, details, target = null }: NewAuditEntry,
  { begun = false, refused = false }: { readonly begun?: boolean; readonly refused?: boolean } = {},
): Promise<string> {
  const origin = auditOrigin();
  const [row] = await statements.query<{ seq: string }>(
    `insert into audit (account, actor, action, details, target, request_id, source, begun, refused)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning seq::text`,
    [
      account,
      actor,
      action,
      JSON.stringify(details),
      target,
      origin?.requestId ?? null,
      origin?.source ?? null,
      begun,
      refused,
    ],
  );
  if (row === undefined) throw new TypeError('an insert returned no row');
  return row.seq;
}
