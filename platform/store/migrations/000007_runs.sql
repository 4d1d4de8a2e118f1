-- How messages and events fared in apps. No foreign keys, as in messages: rows are written as fast as messages come.

create table runs (
  seq bigint generated always as identity primary key,
  account text collate "C" not null,
  app text collate "C" not null,
  message_id text collate "C" not null,
  version integer not null,
  kind text not null,
  outcome text collate "C" not null,
  failed boolean not null,
  error text,
  at timestamptz not null,
  cost json not null,
  record_size integer not null,
  record json
);

create unique index runs_by_message on runs (account, app, message_id);
-- Runs that worked and runs that failed are two rings: a busy app does not push its failures out.
create index runs_by_app on runs (account, app, failed, seq);

-- Totals of an app by the hour: what is kept does not grow with the traffic.
create table usage (
  account text collate "C" not null,
  app text collate "C" not null,
  hour timestamptz not null,
  messages bigint not null,
  cpu_us bigint not null,
  http_calls bigint not null,
  host_calls bigint not null,
  sends bigint not null,
  bytes_in bigint not null,
  bytes_out bigint not null,
  cold_starts bigint not null,
  primary key (account, app, hour)
);

create table usage_failures (
  account text collate "C" not null,
  app text collate "C" not null,
  hour timestamptz not null,
  reason text collate "C" not null,
  messages bigint not null,
  primary key (account, app, hour, reason)
);

-- A batch whose answer was lost is written again, and must not be counted again.
create table usage_batches (
  id text collate "C" primary key,
  at timestamptz not null default now()
);
