import type { Database, Statements } from '../database.ts';
import { forgetEarlyEvents, matchEarlyEvents } from './numbering.ts';

/** For how long deliveries can be looked up and made again. */
const DELIVERED_DAYS = 7;
/** The dead, and what waits for a webhook that is switched off. */
const KEPT_DAYS = 30;
const AT_ONCE = 5000;
const EARLY_SECONDS = 3600;

/** Gives up what a receiver that fails has not taken in time. Answers how many there were. */
export async function expireDeliveries(
  statements: Statements,
  webhook: string,
  retryHours: number,
): Promise<number> {
  const expired = await statements.query<{ user: string; number: string; apart: boolean }>(
    `with late as (
       select seq, next_at is not null as apart from webhook_deliveries
       where webhook = $1 and status = 'pending' and number is not null
         and coalesce(give_up_at, created_at + $2::float8 * interval '1 hour') <= now()
       order by seq limit ${AT_ONCE} for update
     )
     update webhook_deliveries as delivery set status = 'dead', next_at = null
     from late where delivery.seq = late.seq
     returning delivery.user_address as user, delivery.number, late.apart`,
    [webhook, retryHours],
  );
  const inOrder = expired.filter(({ apart }) => !apart);
  if (inOrder.length > 0) {
    await statements.query(
      `with passed as (
         select user_address, max(number) as number from unnest($2::text[], $3::bigint[]) as given (user_address, number)
         group by user_address
       )
       update webhook_streams as stream set done = greatest(done, passed.number), failures = 0,
         due_at = case when last > greatest(done, passed.number) then coalesce(due_at, now()) end
       from passed where stream.webhook = $1 and stream.user_address = passed.user_address`,
      [webhook, inOrder.map(({ user }) => user), inOrder.map(({ number }) => number)],
    );
    // One whose number was passed over goes its own way.
    await statements.query(
      `update webhook_deliveries as delivery set next_at = now() from webhook_streams as stream
       where delivery.webhook = $1 and stream.webhook = $1 and stream.user_address = delivery.user_address
         and delivery.status = 'pending' and delivery.next_at is null and delivery.number <= stream.done`,
      [webhook],
    );
  }
  return expired.length;
}

/** Forgets what is not kept any longer, some at a time. */
export async function trimDeliveries(database: Database): Promise<void> {
  await matchEarlyEvents(database, EARLY_SECONDS);
  await forgetEarlyEvents(database);
  await database.query(
    `delete from webhook_deliveries where seq in (
       select seq from webhook_deliveries where created_at < now() - $1 * interval '1 day'
         and (status = 'delivered' or created_at < now() - $2 * interval '1 day')
       limit ${AT_ONCE})`,
    [DELIVERED_DAYS, KEPT_DAYS],
  );
  // Written while their webhook was being removed.
  await database.query(
    `delete from webhook_deliveries where seq in (
       select seq from webhook_deliveries as delivery where number is null and created_at < now() - interval '1 hour'
         and not exists (select from webhooks where id = delivery.webhook) limit ${AT_ONCE})`,
  );
}
