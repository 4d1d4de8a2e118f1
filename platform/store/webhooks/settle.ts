import type { Statements } from '../database.ts';
import { encodeNumberArray, encodeTextArray } from '../array-parameter.ts';
import type { DeliveryOutcome } from './records.ts';

/** Writes what came of attempts. A delivery that has arrived stays so. */
export async function settle(statements: Statements, outcomes: readonly DeliveryOutcome[]): Promise<void> {
  const text = (column: (outcome: DeliveryOutcome) => string | null): Buffer =>
    encodeTextArray('text', outcomes.map(column));
  await statements.query(
    `update webhook_deliveries as delivery set attempts = attempts + 1, status = given.status,
       next_at = given.next_at::timestamptz, last = given.last
     from unnest($1::text[], $2::text[], $3::text[], $4::json[]) as given (seq, status, next_at, last)
     where delivery.seq = given.seq::bigint and delivery.status <> 'delivered'`,
    [
      text(({ seq }) => seq),
      text(({ status }) => status),
      text(({ nextAt }) => (nextAt === null ? null : new Date(nextAt).toISOString())),
      encodeTextArray(
        'json',
        outcomes.map(({ attempt }) => JSON.stringify(attempt)),
      ),
    ],
  );
  await moveStreams(statements, outcomes);
}

/** Of each user the last outcome counts: they come in order. */
async function moveStreams(statements: Statements, outcomes: readonly DeliveryOutcome[]): Promise<void> {
  const moves = [
    ...new Map(
      outcomes.flatMap((outcome) => {
        const { webhook, user, number, stream } = outcome;
        return stream === null
          ? []
          : [[JSON.stringify([webhook, user]), { webhook, user, number, ...stream }]];
      }),
    ).values(),
  ].sort((a, b) => (a.webhook + a.user < b.webhook + b.user ? -1 : 1));
  if (moves.length === 0) return;
  // One that stays is not done with; of one that goes on nothing waits unless a later number was given.
  await statements.query(
    `update webhook_streams as stream set
       done = case when given.pause < 0 then greatest(done, given.number) else done end,
       failures = given.failures,
       due_at = case
         when given.pause >= 0 then now() + given.pause * interval '1 millisecond'
         when last > greatest(done, given.number) then now() end
     from unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::float8[])
       as given (webhook, user_address, number, failures, pause)
     where stream.webhook = given.webhook and stream.user_address = given.user_address`,
    [
      encodeTextArray(
        'text',
        moves.map(({ webhook }) => webhook),
      ),
      encodeTextArray(
        'text',
        moves.map(({ user }) => user),
      ),
      encodeNumberArray(moves.map(({ number }) => number)),
      encodeNumberArray(moves.map(({ failures }) => failures)),
      encodeNumberArray(moves.map(({ pauseMs }) => pauseMs ?? -1)),
    ],
  );
}
