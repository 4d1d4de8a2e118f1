-- What apps have used since ever, one row each: counters for whoever watches them, without adding up the hours.

create table usage_totals (
  account text collate "C" not null,
  app text collate "C" not null,
  cpu_us bigint not null,
  wall_us bigint not null,
  wait_us bigint not null,
  sends bigint not null,
  bytes_in bigint not null,
  bytes_out bigint not null,
  cold_starts bigint not null,
  primary key (account, app)
);

-- "counted" is "outcome", of messages, or "call", to the platform; both have few names.
create table usage_counts (
  account text collate "C" not null,
  app text collate "C" not null,
  counted text collate "C" not null,
  name text collate "C" not null,
  count bigint not null,
  primary key (account, app, counted, name)
);

insert into usage_totals
select account, app, sum(cpu_us), 0, 0, sum(sends), sum(bytes_in), sum(bytes_out), sum(cold_starts)
from usage group by 1, 2;

insert into usage_counts
select account, app, 'outcome', reason, sum(messages) from usage_failures group by 1, 2, 4;

insert into usage_counts
select account, app, 'outcome', 'ok', sum(messages) - coalesce(
  (select sum(count) from usage_counts as failed where failed.account = usage.account and failed.app = usage.app), 0)
from usage group by 1, 2;
