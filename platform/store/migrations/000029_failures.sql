-- Messages and events that could not be handled: those that are tried again at a time, those that were given up, and for a
-- while those with which somebody was done.

create table failures (
  seq bigint generated always as identity primary key,
  -- Made of the failure itself, so that one that comes twice is kept once.
  id text collate "C" not null unique,
  connector text collate "C" not null,
  -- The routing key under which it is tried again.
  queue text collate "C" not null,
  account text collate "C",
  app text collate "C",
  state text collate "C" not null,
  failure_code text,
  error text,
  reason text not null,
  message_id text,
  message json not null,
  failed_at timestamptz not null,
  received_at timestamptz not null default now(),
  retries integer not null,
  -- Null: it is not tried again.
  due_at timestamptz,
  settled_at timestamptz,
  settled_by text
);

create index failures_due on failures (due_at, seq) where due_at is not null;
create index failures_by_account on failures (account, seq);
create index failures_dead on failures (seq) where state = 'dead';
create index failures_by_time on failures using brin (received_at);
