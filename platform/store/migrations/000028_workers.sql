-- Workers that were started while the platform ran. Supervisors start them again; `supervisor` null: each of them, as far
-- as the placement lets it. `restarts` counts how often somebody had it started anew.

create table workers (
  name text collate "C" primary key,
  type text not null,
  config jsonb not null,
  placement text check (placement in ('one', 'each', 'shared')),
  supervisor text collate "C",
  restarts integer not null default 0,
  position bigint generated always as identity
);
