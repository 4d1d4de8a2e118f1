-- Numbers, ranges of them, whole transports and keywords of shared numbers belong to accounts. '' is "all of them".
-- There is no foreign key to transports: those of the configuration file have no row, and a number may be given first.
create table numbers (
  transport text collate "C" not null,
  number text collate "C" not null,
  is_range boolean not null,
  keyword text collate "C" not null,
  account text collate "C" not null references accounts on delete cascade,
  assigned_at timestamptz not null default now(),
  primary key (transport, number, is_range, keyword, account),
  check (number <> '' or not is_range)
);

create index numbers_by_account on numbers (account);

-- Who routed a number before holds it: all of it where nobody else routed anything of it, else what he routed. Two that
-- shared it by the beginning of the senders' addresses both hold it.
insert into numbers (transport, number, is_range, keyword, account)
select distinct transport, coalesce(to_addr, ''), false,
  case when to_addr is null or shared then coalesce(keyword, '') else '' end, account
from (
  select routes.*, exists (
    select 1 from routes other
    where other.transport = routes.transport and other.to_addr = routes.to_addr and other.account <> routes.account
  ) as shared
  from routes
) as routed;

-- Two accounts may have routes for one number: that of the account which holds it counts.
drop index routes_by_match;
create unique index routes_by_match
  on routes (account, transport, coalesce(to_addr, ''), coalesce(keyword, ''), coalesce(prefix, ''));
create index routes_by_transport on routes (transport);

-- Which of an app's ways out a route is, and whether it is the one where several are possible.
alter table routes
  add column endpoint text collate "C" not null default 'default',
  add column is_default boolean not null default false;

create unique index routes_by_default on routes (account, coalesce(app, ''), coalesce(smpp_client, ''), endpoint)
  where is_default;

-- Messages went by the first route with a number, of the app or of the account: where there were several they still do.
create view ways as
  select account, name, app, smpp_client, transport, to_addr,
    row_number() over (partition by account, app, smpp_client
      order by to_addr is null, length(coalesce(prefix, '')) desc, name) as place_in_app,
    row_number() over (partition by account
      order by to_addr is null, length(coalesce(prefix, '')) desc, name) as place_in_account
  from routes;

update routes set is_default = true
from ways
where (routes.account, routes.name) = (ways.account, ways.name) and ways.place_in_app = 1 and exists (
  select 1 from routes other
  where other.account = routes.account and other.app is not distinct from routes.app
    and other.smpp_client is not distinct from routes.smpp_client
    and (other.transport, coalesce(other.to_addr, '')) <> (routes.transport, coalesce(routes.to_addr, ''))
);

update routes set is_default = true
from ways
where (routes.account, routes.name) = (ways.account, ways.name) and ways.place_in_account = 1
  and not exists (
    select 1 from routes other where other.account = routes.account and other.is_default
      and other.app is not distinct from routes.app and other.smpp_client is not distinct from routes.smpp_client)
  and exists (
    select 1 from routes other
    where other.account = routes.account
      and (other.transport, coalesce(other.to_addr, '')) <> (routes.transport, coalesce(routes.to_addr, '')));

drop view ways;
