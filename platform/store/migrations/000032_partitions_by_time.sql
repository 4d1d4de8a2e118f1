-- Messages and events lie in partitions by time: what is old is dropped with its partition, and what is new has small
-- indexes. They are told apart by "week", the Monday (UTC) of the week that a row is of. It is made of the row's id where
-- that begins with the time, which no redelivery changes, and else of the row's timestamp (message-week.ts has the same
-- rule); so the row that comes twice meets itself. A row of no partition's time is in the default one.
-- Events are mostly in the week of their messages, or later. "status" of an event is what it makes of its message; "troubled" are the messages
-- which were refused, failed or ended badly, so that they are found among millions that did not.

alter table messages rename to messages_before;
alter table messages_before rename constraint messages_pkey to messages_before_pkey;
drop index messages_by_time, messages_by_account, messages_by_app, messages_by_sender, messages_by_receiver;
alter table events rename to events_before;
alter table events_before rename constraint events_pkey to events_before_pkey;

-- The defaults below are for processes of the version before that still write while the first new one starts.
-- Sequences and not identity columns, which partitions take over only in newer versions of Postgres.
create sequence messages_order;
create sequence events_order;

create table messages (
  seq bigint not null default nextval('messages_order'),
  message_id text collate "C" not null,
  week date not null default date_trunc('week', now() at time zone 'utc')::date,
  direction text not null,
  account text collate "C",
  app text collate "C",
  transport text collate "C",
  -- As it was recorded: what happened to it since is in its events.
  status text not null,
  troubled boolean not null default false,
  from_addr text collate "C",
  to_addr text collate "C",
  at timestamptz not null,
  body json not null
) partition by range (week);

create table events (
  seq bigint not null default nextval('events_order'),
  event_id text collate "C" not null,
  week date not null default date_trunc('week', now() at time zone 'utc')::date,
  user_message_id text collate "C" not null,
  status text not null default 'ack',
  at timestamptz not null,
  body json not null
) partition by range (week);

create table messages_default partition of messages default;
create table events_default partition of events default;

-- A month each: those that have rows, from ten years ago on, and from now to two months ahead.
do $$
declare
  month date;
  bounds text;
begin
  for month in
    select distinct date_trunc('month', date_trunc('week', at at time zone 'utc'))::date as first
    from (select at from messages_before union all select at from events_before) as kept
    where at between now() - interval '10 years' and now()
    union select (date_trunc('month', now() at time zone 'utc') + ahead * interval '1 month')::date
    from generate_series(-1, 2) as ahead
    order by first
  loop
    bounds := format('for values from (%L) to (%L)', month, (month + interval '1 month')::date);
    execute format('create table messages_%s partition of messages %s', to_char(month, 'YYYYMMDD'), bounds);
    execute format('create table events_%s partition of events %s', to_char(month, 'YYYYMMDD'), bounds);
  end loop;
end $$;

-- The week by the rule above: an id tells the time when that is within a day of the row's timestamp.
create function pg_temp.week_of(id text, at timestamptz) returns date language sql immutable as $$
  select date_trunc('week', case when made between at - interval '1 day' and at + interval '1 day' then made else at end
    at time zone 'utc')::date
  from (select case when id ~ '^[0-9a-f]{32}$'
    then timestamptz 'epoch' + ('x0000' || substr(id, 1, 12))::bit(64)::bigint * interval '1 millisecond' end) as told (made)
$$;

insert into events (seq, event_id, week, user_message_id, status, at, body)
select seq, event_id, pg_temp.week_of(user_message_id, at), user_message_id,
  case body->>'event_type'
    when 'ack' then 'ack'
    when 'delivery_report' then
      case body->>'delivery_status' when 'failed' then 'undelivered' else body->>'delivery_status' end
    else case when body->'transport_metadata'->>'outcome' in ('uncertain', 'discarded', 'expired', 'cancelled')
      then body->'transport_metadata'->>'outcome' else 'nack' end
  end, at, body
from events_before;

insert into messages (seq, message_id, week, direction, account, app, transport, status, troubled, from_addr, to_addr, at,
  body)
select seq, message_id, pg_temp.week_of(message_id, at), direction, account, app,
  body->>'transport_name', status,
  status not in ('received', 'queued') or message_id in (
    select user_message_id from events where status not in ('ack', 'pending', 'delivered')),
  from_addr, to_addr, at, body
from messages_before;

select setval('messages_order', coalesce(max(seq), 0) + 1, false) from messages;
select setval('events_order', coalesce(max(seq), 0) + 1, false) from events;

drop table messages_before, events_before;

alter table messages add primary key (message_id, week);
-- "seq" puts messages of one millisecond in the order of their arrival.
create index messages_by_time on messages (at, seq);
create index messages_by_account on messages (account, at, seq);
create index messages_by_app on messages (account, app, at, seq);
create index messages_by_sender on messages (account, from_addr, at, seq);
create index messages_by_receiver on messages (account, to_addr, at, seq);
create index messages_troubled on messages (account, at, seq) where troubled;
alter table events add primary key (event_id, week);
create index events_by_message on events (user_message_id);

-- Messages of which an event told trouble before their rows were written.
create table early_troubles (
  message_id text collate "C" primary key,
  created_at timestamptz not null default now()
);

-- In which partitions the rows are that a delivery is about.
alter table webhook_deliveries add column message_week date, add column event_week date;
update webhook_deliveries as delivery set message_week = messages.week
from messages where messages.message_id = delivery.message_id;
update webhook_deliveries as delivery set event_week = events.week
from events where events.event_id = delivery.event_id;
alter table webhook_early_events add column week date;
update webhook_early_events as early set week = events.week from events where events.event_id = early.event_id;
