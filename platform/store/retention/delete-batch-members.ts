import type { Statements } from '../database.ts';

/** Rows of one statement, of one batch and of all. */
const AT_ONCE = 1000;

/**
 * Takes messages out of the batches of a scope (an account, or '' of the platform's own) that are older than anything
 * which is kept: those that went with their partition have left no trace of their ids. Their counts stay. Answers whether
 * there may be more.
 */
export async function deleteBatchMembers(
  statements: Statements,
  scope: string,
  before: string,
): Promise<boolean> {
  const gone = await statements.query(
    `delete from batch_messages where (batch, message_id) in (
       select old.batch, old.message_id from batches cross join lateral (
         select batch, message_id from batch_messages where batch = batches.id and at < $2
         order by at limit ${AT_ONCE}) as old
       where batches.scope = $1 limit ${AT_ONCE})
     returning batch`,
    [scope, before],
  );
  return gone.length === AT_ONCE;
}
