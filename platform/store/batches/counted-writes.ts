import { EVENT_KIND, MESSAGE_KIND, HOUR } from './status-kinds.ts';

/**
 * What writes messages, as the beginning of a statement that goes on with those that it has `written`: in the same step it
 * notes what they add to the counts. What was there before is not written again, and so not counted again.
 */
export function countedMessages(insertMessages: string): string {
  return `written as (
    ${insertMessages}
    returning message_id, week, direction, account, app, transport, status, from_addr, to_addr, at, body, seq
  ), noted as (
    insert into uncounted (account, app, transport, kind, at, count)
    select account, app, transport, ${MESSAGE_KIND}, ${HOUR}, count(*) from written group by 1, 2, 3, 4, 5
  )`;
}

/** The same of events: whose each is says its message, which is looked for later. */
export function countedEvents(insertEvents: string): string {
  return `written as (
    ${insertEvents}
    returning event_id, week, user_message_id, status, at, body, seq
  ), noted as (
    insert into uncounted (kind, at, count, event_id, message_id, week)
    select ${EVENT_KIND}, ${HOUR}, 1, event_id, user_message_id, week from written
  )`;
}
