import type { Changes } from './changes.ts';
import type { Database } from './database.ts';
import { indexedId } from './indexed-text.ts';
import type { Cancellations, CancelOutcome } from './message-ports.ts';

/** Nobody asks for an answer any more. */
const OLD = "now() - interval '7 days'";

export function openCancellations(database: Database, changes: Changes): Cancellations {
  return {
    async ask(messageId, transport) {
      await database.query(`delete from cancellations where requested_at < ${OLD}`);
      await changes.write('cancellations', (statements) =>
        statements.query(
          'insert into cancellations (message_id, transport) values ($1, $2) on conflict do nothing',
          [indexedId(messageId), transport],
        ),
      );
    },
    async outcome(messageId) {
      const [row] = await database.query<{ outcome: CancelOutcome | null }>(
        'select outcome from cancellations where message_id = $1',
        [indexedId(messageId)],
      );
      return row?.outcome ?? null;
    },
    async takeBack(messageId) {
      const taken = await database.query(
        `delete from cancellations where message_id = $1 and claimed_at is null and outcome is null
         returning message_id`,
        [indexedId(messageId)],
      );
      return taken.length > 0;
    },
    async claim(transport) {
      const rows = await database.query<{ message_id: string }>(
        `update cancellations set claimed_at = now() where transport = $1 and outcome is null
         returning message_id`,
        [transport],
      );
      return rows.map(({ message_id: id }) => id);
    },
    async decide(messageId, outcome) {
      await database.query('update cancellations set outcome = $2 where message_id = $1', [
        indexedId(messageId),
        outcome,
      ]);
    },
  };
}
