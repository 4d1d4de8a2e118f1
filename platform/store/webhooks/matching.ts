import type { RowColumns } from '../message-rows.ts';

/**
 * Which webhooks (`hook`) are told of what was written (`written`: account, app and the message's body), for every
 * statement that makes deliveries.
 */
export const HOOK_MATCHES = `hook.active and hook.account = written.account
  and (hook.app is null or hook.app = written.app)
  and (hook.transport is null or hook.transport = written.body->>'transport_name')`;

/** Whom a delivery is about, however networks and apps have written the number: a user has one order. */
export function userOf(address: string): string {
  return `regexp_replace(coalesce(${address}, ''), '^(?:[+]|00)?([0-9]{7,15})$', '+\\1')`;
}

/** The statement that makes the deliveries of the messages that another has `written`. */
export function withMessageDeliveries(written: string): string {
  return `
  with ${written}
  insert into webhook_deliveries (webhook, event, message_id, message_week, user_address, at)
  select hook.id, direction, message_id, week,
    ${userOf("case direction when 'inbound' then from_addr else to_addr end")}, at
  from written join webhooks as hook on ${HOOK_MATCHES} and direction = any(hook.events)
  where status in ('received', 'queued') or direction = 'inbound' and status = 'failed'
  order by seq`;
}

/** Where the messages of events are looked for at once: their own weeks and the two before. */
const DAYS_BEFORE = 14;

/** The last two parameters of `withEventDeliveries`. */
export function messageWeeksOf({
  firstWeek,
  lastWeek,
}: Pick<RowColumns, 'firstWeek' | 'lastWeek'>): number[] {
  return [firstWeek - DAYS_BEFORE, lastWeek];
}

/**
 * The same of events. An event does not say whose it is: its message does. That may be written at this very moment, or
 * be older than the partitions that are looked into here (`messageWeeksOf`): the event is kept until it is found.
 */
export function withEventDeliveries(written: string): string {
  return `
  with ${written}, wanted as (
    select *, body->>'event_type' as event from written where exists (
      select from webhooks where active and events && array['ack', 'nack', 'delivery_report'])
  ), found as (
    select wanted.event, wanted.event_id, wanted.week as event_week, wanted.at, wanted.seq, messages.message_id,
      messages.week, messages.account, messages.app, messages.to_addr, messages.body
    from wanted join messages on messages.message_id = wanted.user_message_id
      and messages.week between date 'epoch' + $8::integer and date 'epoch' + $9::integer
  ), early as (
    insert into webhook_early_events (event_id, week, message_id, event, at)
    select event_id, week, user_message_id, event, at from wanted
    where not exists (select from found where found.event_id = wanted.event_id)
  )
  insert into webhook_deliveries (webhook, event, message_id, message_week, event_id, event_week, user_address, at)
  select hook.id, event, message_id, week, event_id, event_week, ${userOf('to_addr')}, at
  from found as written join webhooks as hook on ${HOOK_MATCHES} and event = any(hook.events)
  order by seq`;
}
