create table transports (
  name text collate "C" primary key,
  type text not null,
  config json not null,
  created_at timestamptz not null default now()
);

-- No foreign key to transports: those of the configuration file have no row.
create table routes (
  account text collate "C" not null,
  name text collate "C" not null,
  app text collate "C" not null,
  transport text not null,
  to_addr text,
  keyword text,
  prefix text,
  primary key (account, name),
  foreign key (account, app) references apps on delete cascade
);

create unique index routes_by_match
  on routes (transport, coalesce(to_addr, ''), coalesce(keyword, ''), coalesce(prefix, ''));

create index routes_by_app on routes (account, app);
