-- What versions sent and used, by the hour. Users fall into 32 groups; of each are counted conversations, messages, and the
-- segments of what was sent. They are of the hour in which their conversation began: so versions are compared by conversations
-- of one age. CPU is counted in classes of the hour in which it was used.

create table version_hours (
  account text collate "C" not null,
  app text collate "C" not null,
  hour timestamptz not null,
  version integer not null,
  talks integer[] not null,
  messages integer[] not null,
  segments integer[] not null,
  cpu integer[] not null,
  primary key (account, app, hour, version)
);

create index version_hours_by_time on version_hours (hour);

create function add_counts(known integer[], more integer[]) returns integer[] language sql immutable as $$
  select array_agg(coalesce(one, 0) + coalesce(other, 0) order by place)
  from unnest(known, more) with ordinality as both_of (one, other, place)
$$;

-- What was known at each question when the stage began, [{screen, question, all}]; and why it was held, as far as it was told.
alter table rollouts
  add column seen jsonb not null default '[]',
  add column told text[] not null default '{}';

-- What a rollout that is on knows by now is no evidence for the stage in which it is.
update rollouts set seen = known.seen
from (
  select id, jsonb_agg(jsonb_build_object('screen', screen, 'question', question, 'all', shown)) as seen
  from (
    select id, screen, question, sum(count) as shown
    from rollouts as running join funnel using (account, app, version)
    where state = 'running' and hour >= date_trunc('hour', started_at) and counted in ('shown', 'ran')
    group by 1, 2, 3) as counts
  group by 1) as known
where rollouts.id = known.id;

alter table rollouts drop column seen_before, drop column held;
