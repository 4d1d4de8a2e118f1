-- How the components of the platform are: what transports say of their parts, and whether workers and processes are heard.

create table components (
  name text collate "C" primary key,
  -- process, worker, or part: one of a worker's components.
  kind text collate "C" not null,
  system_id text collate "C" not null,
  worker text collate "C" not null,
  part text collate "C",
  -- ok, degraded, down
  level text collate "C" not null,
  type text not null,
  -- The types that came since the level changed: what comes again is no change.
  types text[] not null,
  message text not null,
  details jsonb not null,
  -- When the level changed.
  since timestamptz not null,
  changed_at timestamptz not null
);

create index components_by_worker on components (worker);
create index components_in_trouble on components (name) where level <> 'ok';

create table component_changes (
  seq bigint generated always as identity primary key,
  name text collate "C" not null references components on delete cascade,
  level text collate "C" not null,
  -- Null: it was new.
  level_before text collate "C",
  type text not null,
  message text not null,
  details jsonb not null,
  at timestamptz not null
);

create index component_changes_by_name on component_changes (name, seq);

-- What a part has said last says nothing while nobody hears of its worker.
create view component_states as
  select c.name, c.kind, c.system_id, c.worker, c.part,
    case when w.name is null then c.level else w.level end as level,
    case when w.name is null then c.type else 'worker-missing' end as type,
    case when w.name is null then c.message else 'its worker is not heard; it said before: ' || c.message end as message,
    c.details,
    case when w.name is null then c.since else w.since end as since,
    case when w.name is null then c.changed_at else w.changed_at end as changed_at
  from components c left join components w
    on c.kind = 'part' and w.name = c.system_id || ':' || c.worker and w.level = 'down' and w.type = 'min-procs-fail';
