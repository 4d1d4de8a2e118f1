import type { Statements } from './database.ts';
import type { AuditEntry } from './records.ts';

/** Writes an entry in the transaction of what it tells of, so that there is neither without the other. */
export async function noteAudit(
  statements: Statements,
  { account, actor, action, details }: Omit<AuditEntry, 'at'>,
): Promise<void> {
  await statements.query('insert into audit (account, actor, action, details) values ($1, $2, $3, $4)', [
    account,
    actor,
    action,
    JSON.stringify(details),
  ]);
}
