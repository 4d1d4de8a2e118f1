-- Tags, such as numbers and names that lie ready, in pools from which they are taken and to which they come back. `account`
-- null: a pool of the platform.
create table tag_pools (
  id bigint generated always as identity primary key,
  account text collate "C" references accounts on delete cascade,
  name text collate "C" not null,
  metadata json not null default '{}',
  created_at timestamptz not null default now()
);

create unique index tag_pools_by_name on tag_pools (coalesce(account, ''), name);
create index tag_pools_by_account on tag_pools (account);

-- Who comes back stands at the end of the row: `place` is the order in which free tags are taken.
create sequence tag_places;

create table tags (
  pool bigint not null references tag_pools on delete cascade,
  name text collate "C" not null,
  place bigint not null default nextval('tag_places'),
  acquired_at timestamptz,
  owner text collate "C",
  reason json,
  primary key (pool, name),
  check (acquired_at is not null or (owner is null and reason is null))
);

create index tags_free on tags (pool, place) where acquired_at is null;
create index tags_in_use on tags (owner) where acquired_at is not null;
