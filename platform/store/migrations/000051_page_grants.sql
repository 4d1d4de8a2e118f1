-- What pages of apps may do with the people of their account: by audience (members, links) and scope. An app's version asks
-- for it, the account grants it; it goes when a version becomes active that does not ask.

create table page_grants (
  account text collate "C" not null,
  app text collate "C" not null,
  audience text collate "C" not null,
  scope text collate "C" not null,
  granted_at timestamptz not null default now(),
  -- For people.
  granted_by text not null,
  primary key (account, app, audience, scope),
  foreign key (account, app) references apps on delete cascade
);

-- How often numbers were shown in full, and to whom: a member by name; empty: users behind links, each his own.
create table page_number_uses (
  account text collate "C" not null,
  app text collate "C" not null,
  day date not null,
  viewer text collate "C" not null,
  requests bigint not null,
  numbers bigint not null,
  primary key (account, app, day, viewer),
  foreign key (account, app) references apps on delete cascade
);
