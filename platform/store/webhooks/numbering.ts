import type { Statements } from '../database.ts';
import { NONE_EARLIER_IS_OPEN } from '../postgres-only.ts';
import { HOOK_MATCHES, userOf } from './matching.ts';

const AT_ONCE = 2000;
/** A transaction that is open for longer, of whatever database of the server, is not waited for. */
const PATIENCE = "interval '2 seconds'";
/** An event whose message has no row for so long is of no message of ours. */
const EARLY_KEPT = "interval '1 hour'";

/** Makes the deliveries of events that came before the row of their message. Looks at those of so many seconds. */
export async function matchEarlyEvents(statements: Statements, seconds: number): Promise<void> {
  await statements.query(
    `with written as (
       delete from webhook_early_events as early using messages
       where messages.message_id = early.message_id and early.created_at > now() - $1::float8 * interval '1 second'
       returning early.event_id, early.week as event_week, early.event, early.at, messages.message_id, messages.week,
         messages.account, messages.app,
         messages.to_addr, messages.body
     )
     insert into webhook_deliveries
       (webhook, event, message_id, message_week, event_id, event_week, user_address, at)
     select hook.id, written.event, written.message_id, week, event_id, event_week, ${userOf('to_addr')}, at
     from written join webhooks as hook on ${HOOK_MATCHES} and written.event = any(hook.events)
     order by at`,
    [seconds],
  );
}

export async function forgetEarlyEvents(statements: Statements): Promise<void> {
  await statements.query(`delete from webhook_early_events where created_at < now() - ${EARLY_KEPT}`);
}

/**
 * Gives the deliveries that have none the next numbers of their users, in the order of their times. Answers how many
 * had none. Waits for transactions that may still write an earlier one.
 */
export async function giveNumbers(statements: Statements): Promise<number> {
  const [row] = await statements.query<{ given: number }>(
    `with fresh as (
       select seq, webhook, user_address, at from webhook_deliveries
       where number is null
         and (${NONE_EARLIER_IS_OPEN} or created_at < now() - ${PATIENCE})
       order by seq limit ${AT_ONCE} for update skip locked
     ), placed as (
       select *, row_number() over (partition by webhook, user_address order by at, seq) as place from fresh
     ), counted as (
       select webhook, user_address, count(*) as more from placed group by webhook, user_address
     ), streams as (
       insert into webhook_streams as known (webhook, user_address, last, due_at)
       select webhook, user_address, more, now() from counted order by webhook, user_address
       on conflict (webhook, user_address) do update
         set last = known.last + excluded.last, due_at = coalesce(known.due_at, now())
       returning webhook, user_address, last
     ), numbered as (
       update webhook_deliveries as delivery set number = streams.last - counted.more + placed.place
       from placed join counted using (webhook, user_address) join streams using (webhook, user_address)
       where delivery.seq = placed.seq returning delivery.seq
     ) select count(*)::int as given from numbered`,
  );
  return row?.given ?? 0;
}
