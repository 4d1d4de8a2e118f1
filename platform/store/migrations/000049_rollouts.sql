-- Rollouts in stages that a watch looks after, and what was decided of them, with its numbers.

create table rollouts (
  id bigint generated always as identity primary key,
  account text collate "C" not null,
  app text collate "C" not null,
  version integer not null,
  -- Beside which it is rolled out, and to which it is taken back.
  stable integer not null,
  -- Percents of new sessions, rising to 100.
  stages integer[] not null,
  each_s integer not null,
  -- Null: never without evidence.
  promote_after_s integer,
  state text collate "C" not null,
  -- Of the stages, from 0.
  stage integer not null,
  stage_at timestamptz not null,
  -- Conversations with the version before the stage.
  seen_before bigint not null,
  -- Why the stage was held, when last told.
  held text,
  started_at timestamptz not null,
  ended_at timestamptz,
  foreign key (account, app) references apps on delete cascade
);

create unique index rollouts_running on rollouts (account, app) where state = 'running';
create index rollouts_by_app on rollouts (account, app, id);

create table rollout_decisions (
  id bigint generated always as identity primary key,
  rollout bigint not null references rollouts on delete cascade,
  at timestamptz not null,
  decision text collate "C" not null,
  percent integer not null,
  reason text not null,
  numbers jsonb not null
);

create index rollout_decisions_by_rollout on rollout_decisions (rollout, id);
