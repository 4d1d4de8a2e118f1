-- One store of series for what apps fire and what the platform measures of itself. Each value is in one row: rows of few
-- seconds are merged into rows of more when they are old, and those go when they are older.

create table series (
  id integer generated always as identity primary key,
  -- Empty: the platform's own.
  account text collate "C" not null,
  store text collate "C" not null,
  metric text collate "C" not null,
  aggregator text collate "C" not null,
  unique (account, store, metric, aggregator)
);

create table series_points (
  -- No cascade: a series is forgotten only when it has no points.
  series integer not null references series,
  -- Seconds of which it holds the values.
  step integer not null,
  at timestamptz not null,
  count bigint not null,
  sum double precision not null,
  min double precision not null,
  max double precision not null,
  last double precision not null,
  last_at timestamptz not null,
  primary key (series, step, at)
);

insert into series (account, store, metric, aggregator)
  select distinct account, store, metric, aggregator from metrics;

insert into series_points
  select series.id, 60, minute, count, sum, min, max, last, last_at
  from metrics join series using (account, store, metric, aggregator);

drop table metrics;
