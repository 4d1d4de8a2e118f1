-- Who may see the private pages of an app: people whom its account has invited, their links, and where they are signed in.
-- Secrets are kept as hashes, as those of tokens.

create table page_members (
  account text collate "C" not null,
  app text collate "C" not null,
  name text collate "C" not null,
  -- How long they stay signed in.
  sign_in_hours integer not null,
  created_at timestamptz not null default now(),
  primary key (account, app, name),
  foreign key (account, app) references apps on delete cascade
);

-- Each is used once.
create table page_links (
  hash bytea primary key,
  account text collate "C" not null,
  app text collate "C" not null,
  name text collate "C" not null,
  -- Where on the page it leads.
  path text not null,
  expires_at timestamptz not null,
  foreign key (account, app, name) references page_members on delete cascade
);

create index page_links_by_member on page_links (account, app, name);

create table page_sign_ins (
  hash bytea primary key,
  account text collate "C" not null,
  app text collate "C" not null,
  name text collate "C" not null,
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  foreign key (account, app, name) references page_members on delete cascade
);

create index page_sign_ins_by_member on page_sign_ins (account, app, name);
