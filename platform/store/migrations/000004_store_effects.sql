-- What handlers leave in the database. The marker of a message is written with its effects, so that they are applied once.

create table applied_effects (
  marker text collate "C" primary key,
  at timestamptz not null default now()
);

create index applied_effects_by_time on applied_effects using brin (at);

-- Values are rolled up by the minute: what is kept does not grow with the traffic.
create table metrics (
  account text collate "C" not null,
  store text collate "C" not null,
  metric text collate "C" not null,
  aggregator text collate "C" not null,
  minute timestamptz not null,
  count bigint not null,
  sum double precision not null,
  min double precision not null,
  max double precision not null,
  last double precision not null,
  last_at timestamptz not null,
  primary key (account, store, metric, aggregator, minute)
);
