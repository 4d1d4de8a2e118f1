import type { Database, Statements } from './database.ts';
import { indexedId } from './indexed-text.ts';
import type { EventEntry } from './message-rows.ts';
import { eventStatus, TROUBLES } from './message-status.ts';

/** A message of which an event told trouble is written within this time, or never. */
const WAITED = "interval '1 hour'";

/**
 * Marks the messages that these events say to have ended badly. A message that is not written yet is
 * marked by `markEarlyTroubles`.
 */
export async function markTroubles(statements: Statements, rows: readonly EventEntry[]): Promise<void> {
  const troubled = rows.filter(({ event }) => TROUBLES.includes(eventStatus(event)));
  if (troubled.length === 0) return;
  await statements.query(
    `with told as (select distinct unnest($1::text[]) as id), marked as (
       update messages set troubled = true from told where message_id = told.id returning message_id
     )
     insert into early_troubles (message_id)
     select id from told where not exists (select from marked where message_id = told.id) order by id
     on conflict do nothing`,
    [troubled.map(({ event }) => indexedId(event.user_message_id))],
  );
}
/** Marks the messages that were written after an event of theirs. */
export async function markEarlyTroubles(database: Database): Promise<void> {
  await database.query(
    `with marked as (
       update messages set troubled = true from early_troubles as early
       where messages.message_id = early.message_id returning messages.message_id
     )
     delete from early_troubles as early
     where created_at < now() - ${WAITED} or exists (select from marked where message_id = early.message_id)`,
  );
}
