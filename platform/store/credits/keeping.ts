import type { Logger } from '@vumi/core';
import { encodeTextArray } from '../array-parameter.ts';
import { BatchWriter } from '../batch-writer.ts';
import type { Database } from '../database.ts';
import { indexedId } from '../indexed-text.ts';
import type { Credits, CreditWarning } from './credit-ports.ts';

/** At one look. */
const MOST = 200;
const FULL_ROWS = 40;

type Keeping = Pick<Credits, 'passed' | 'overdue' | 'warnings' | 'toldWarning'>;

/** What has to be done after a charge, whoever made it. */
export function openCreditKeeping(
  database: Database,
  charging: Database,
  logger: Logger,
): Keeping & AsyncDisposable {
  const passed = new BatchWriter<string>({
    logger,
    rows: 'credit outbox',
    fullRows: FULL_ROWS,
    maxFlights: 1,
    write: async (ids) => {
      await charging.query('delete from credit_outbox where message_id = any($1::text[])', [
        encodeTextArray('text', ids),
      ]);
    },
  });
  return {
    passed: (messageId) => passed.add(indexedId(messageId)),
    overdue: (olderThanMs) =>
      database.query<{ message_id: string; body: string }>(
        `select message_id, body::text as body from credit_outbox
         where at < now() - $1 * interval '1 millisecond' order by at limit ${MOST}`,
        [olderThanMs],
      ),
    warnings: () =>
      database.query<CreditWarning>(
        `select id::text, account, at, threshold::float8 as threshold, balance::float8 as balance
         from credit_warnings where told_at is null order by credit_warnings.id limit ${MOST}`,
      ),
    async toldWarning(id) {
      await database.query('update credit_warnings set told_at = now() where id = $1', [id]);
    },
    [Symbol.asyncDispose]: () => passed[Symbol.asyncDispose](),
  };
}
