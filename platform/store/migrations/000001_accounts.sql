-- Accounts and what they own. Opaque JSON is "json", not "jsonb": it keeps every text that JSON can carry, and costs less.
-- Names are sorted as bytes, so that pages are the same on every server.

create table accounts (
  name text collate "C" primary key,
  active boolean not null default true,
  created_at timestamptz not null default now()
);

create table tokens (
  hash bytea primary key,
  account text collate "C" references accounts on delete cascade,
  label text not null,
  scopes text[] not null,
  created_at timestamptz not null default now()
);

create table apps (
  account text collate "C" not null references accounts on delete cascade,
  app text collate "C" not null,
  active_version integer,
  config json not null default '{}',
  created_at timestamptz not null default now(),
  primary key (account, app)
);

-- Outlives its app, so that a version's number always means the same code.
create table version_numbers (
  account text collate "C" not null,
  app text collate "C" not null,
  last integer not null,
  primary key (account, app)
);

create table versions (
  account text collate "C" not null,
  app text collate "C" not null,
  version integer not null,
  sha256 text collate "C" not null,
  handlers text[] not null,
  manifest json not null,
  bundle bytea not null,
  worker_code bytea not null,
  worker_map bytea,
  created_at timestamptz not null default now(),
  primary key (account, app, version),
  unique (account, app, sha256),
  foreign key (account, app) references apps on delete cascade
);

create function refuse_update() returns trigger language plpgsql as $$
begin
  raise exception '% is immutable', tg_table_name;
end $$;

create trigger versions_are_immutable before update on versions
  for each row execute function refuse_update();

-- Files of apps' pages, once per content.
create table blobs (
  sha256 text collate "C" primary key,
  bytes bytea not null
);

create table version_files (
  account text collate "C" not null,
  app text collate "C" not null,
  version integer not null,
  path text collate "C" not null,
  sha256 text collate "C" not null references blobs,
  content_type text not null,
  primary key (account, app, version, path),
  foreign key (account, app, version) references versions on delete cascade
);

create index version_files_by_blob on version_files (sha256);

create trigger version_files_are_immutable before update on version_files
  for each row execute function refuse_update();

create table secrets (
  account text collate "C" not null,
  app text collate "C" not null,
  name text collate "C" not null,
  value text not null,
  primary key (account, app, name),
  foreign key (account, app) references apps on delete cascade
);

create table app_logs (
  id bigint generated always as identity primary key,
  account text collate "C" not null,
  app text collate "C" not null,
  level text not null,
  text text not null,
  message_id text,
  fields json,
  at timestamptz not null
);

create index app_logs_by_app on app_logs (account, app, id);
