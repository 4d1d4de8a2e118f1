-- Written thousands of times a second, so there are no foreign keys, and the columns are only what lists filter by:
-- everything else is in the message itself. Texts are compared as bytes, which costs less than a language's order.

create table messages (
  seq bigint generated always as identity,
  message_id text collate "C" primary key,
  direction text not null,
  account text collate "C",
  app text collate "C",
  status text not null,
  from_addr text collate "C",
  to_addr text collate "C",
  at timestamptz not null,
  body json not null
);

-- "seq" puts messages of one millisecond in the order of their arrival.
create index messages_by_time on messages using brin (at);
create index messages_by_account on messages (account, at, seq);
create index messages_by_app on messages (account, app, at, seq);
create index messages_by_sender on messages (account, from_addr, at, seq);
create index messages_by_receiver on messages (account, to_addr, at, seq);

create table events (
  seq bigint generated always as identity,
  event_id text collate "C" primary key,
  user_message_id text collate "C" not null,
  at timestamptz not null,
  body json not null
);

create index events_by_message on events (user_message_id);
