-- A route leads to a connector: an app's, written app:NAME, an SMPP client's, smpp_client:SYSTEM_ID, or any other by its
-- name, such as an HTTP relay's. What of it names a row is kept in columns that follow from it, for their foreign keys.
alter table routes add column connector text collate "C";

update routes set connector = case when app is null then 'smpp_client:' || smpp_client else 'app:' || app end;

drop index routes_by_match, routes_by_default, routes_by_app, routes_by_smpp_client;
-- With them go the foreign keys and the check that there is one target.
alter table routes drop column app, drop column smpp_client;

alter table routes
  alter column connector set not null,
  add column app text collate "C"
    generated always as (case when starts_with(connector, 'app:') then substr(connector, 5) end) stored,
  add column smpp_client text collate "C"
    generated always as (case when starts_with(connector, 'smpp_client:') then substr(connector, 13) end) stored,
  -- Routes of one account that match the same messages share them: by the order of failover (0 is the first), and among
  -- those of one place by weight. Both null: the route stands alone.
  add column weight integer check (weight >= 0),
  add column failover integer check (failover >= 0);

alter table routes
  add foreign key (account, app) references apps on delete cascade,
  add foreign key (account, smpp_client) references smpp_clients (account, system_id) on delete cascade;

create index routes_by_app on routes (account, app);
create index routes_by_smpp_client on routes (account, smpp_client);
create unique index routes_by_default on routes (account, connector, endpoint) where is_default;
-- That routes which do not share their messages match different ones is looked at when they are set.
create unique index routes_by_match on routes
  (account, transport, coalesce(to_addr, ''), coalesce(keyword, ''), coalesce(prefix, ''), connector);
