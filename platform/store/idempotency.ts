import { VumiError } from '@vumi/core';
import type { Database } from './database.ts';
import type { Idempotency, IdempotencyClaim } from './message-ports.ts';

/** Keys that are taken between two looks for old ones, and old ones that one look takes away. */
const PURGE_EVERY = 500;
const PURGE_LIMIT = 5000;
const OLD = "now() - interval '24 hours'";
const IS_KEY = 'account = $1 and door = $2 and key = $3';

interface KeyRow {
  readonly created_at: string;
  readonly digest: string;
  readonly message_id: string;
  readonly answer: unknown;
}

export function openIdempotency(database: Database): Idempotency {
  let untilPurge = PURGE_EVERY;
  const purge = async (): Promise<void> => {
    untilPurge -= 1;
    if (untilPurge > 0) return;
    untilPurge = PURGE_EVERY;
    await database.query(
      `delete from idempotency_keys where (account, door, key) in (
         select account, door, key from idempotency_keys where created_at < ${OLD} limit $1)`,
      [PURGE_LIMIT],
    );
  };
  return {
    async claim(claim) {
      await purge();
      const taken = await takeKey(database, claim);
      if (taken.digest === claim.digest) return { messageId: taken.message_id, answer: taken.answer };
      throw new VumiError(
        'request.key_reused',
        `the Idempotency-Key "${claim.key}" was used for another request at ${taken.created_at}: give this one a key of its own`,
        { field: 'Idempotency-Key', details: { message_id: taken.message_id } },
      );
    },
    async keepAnswer({ account, door, key, messageId }, answer) {
      await database.query(`update idempotency_keys set answer = $5 where ${IS_KEY} and message_id = $4`, [
        account,
        door,
        key,
        messageId,
        JSON.stringify(answer),
      ]);
    },
    async release({ account, door, key, messageId }) {
      await database.query(`delete from idempotency_keys where ${IS_KEY} and message_id = $4`, [
        account,
        door,
        key,
        messageId,
      ]);
    },
  };
}

/** The row of the key: this claim's own, or the one that was first. Of claims that come together one makes it. */
async function takeKey(database: Database, claim: IdempotencyClaim): Promise<KeyRow> {
  const { account, door, key, digest, messageId } = claim;
  for (;;) {
    const [made] = await database.query<KeyRow>(
      `insert into idempotency_keys as known (account, door, key, digest, message_id) values ($1, $2, $3, $4, $5)
       on conflict (account, door, key) do update set digest = excluded.digest, message_id = excluded.message_id,
         answer = null, created_at = now() where known.created_at < ${OLD}
       returning digest, message_id, answer, created_at`,
      [account, door, key, digest, messageId],
    );
    if (made !== undefined) return made;
    const [first] = await database.query<KeyRow>(
      `select digest, message_id, answer, created_at from idempotency_keys where ${IS_KEY}`,
      [account, door, key],
    );
    // Else it was released in between.
    if (first !== undefined) return first;
  }
}
