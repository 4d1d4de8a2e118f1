import { parseTimestamp, tagOf } from '@vumi/core';
import { encodeNumberArray, encodeTextArray } from '../array-parameter.ts';
import type { Statements } from '../database.ts';
import { indexedId } from '../indexed-text.ts';
import type { MessageEntry } from '../message-rows.ts';

/**
 * Puts messages into the batches that their tags lead to now. It is done after their rows are written and before that is
 * confirmed, so who dies between the two does it when the message comes again.
 */
export async function joinBatches(statements: Statements, rows: readonly MessageEntry[]): Promise<void> {
  const tagged = rows.flatMap((row) => {
    const tag = tagOf(row.message);
    return tag === null ? [] : [{ ...row, tag }];
  });
  if (tagged.length === 0) return;
  const text = (column: (row: (typeof tagged)[number]) => string | null): Buffer =>
    encodeTextArray('text', tagged.map(column));
  await statements.query(
    `insert into batch_messages (batch, scope, message_id, pool, tag, at)
     select batch, scope, id, pool, tag, to_timestamp(given.at)
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[]) as given (id, account, pool, tag, at)
       join batch_tags using (pool, tag)
     where is_current and scope in ('', coalesce(account, ''))
     on conflict do nothing`,
    [
      text(({ message }) => indexedId(message.message_id)),
      text(({ owner }) => owner?.account ?? null),
      text(({ tag: [pool] }) => pool),
      text(({ tag: [, name] }) => name),
      encodeNumberArray(tagged.map(({ message }) => (parseTimestamp(message.timestamp) ?? 0) / 1000)),
    ],
  );
}
