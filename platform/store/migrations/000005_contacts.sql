-- People and groups as Vumi Go kept them. "folded" has the texts in lower case for searches, made by one function
-- in the platform's core, so that a search does not depend on a server's idea of letters.

create table contacts (
  account text collate "C" not null references accounts on delete cascade,
  key text collate "C" not null,
  created_at timestamptz not null,
  msisdn text collate "C",
  twitter_handle text collate "C",
  facebook_id text collate "C",
  bbm_pin text collate "C",
  gtalk_id text collate "C",
  mxit_id text collate "C",
  wechat_id text collate "C",
  fields json not null,
  groups text[] collate "C" not null,
  folded jsonb not null,
  primary key (account, key)
);

-- An address is found by its hash: it may be longer than an entry of a sorted index.
create index contacts_by_msisdn on contacts using hash (msisdn);
create index contacts_by_twitter_handle on contacts using hash (twitter_handle);
create index contacts_by_facebook_id on contacts using hash (facebook_id);
create index contacts_by_bbm_pin on contacts using hash (bbm_pin);
create index contacts_by_gtalk_id on contacts using hash (gtalk_id);
create index contacts_by_mxit_id on contacts using hash (mxit_id);
create index contacts_by_wechat_id on contacts using hash (wechat_id);
create index contacts_by_group on contacts using gin (groups);
create index contacts_by_text on contacts using gin (folded jsonb_path_ops);

-- Names need not be unique, as in Vumi Go.
create table contact_groups (
  account text collate "C" not null references accounts on delete cascade,
  key text collate "C" not null,
  name text collate "C" not null,
  query text,
  created_at timestamptz not null,
  primary key (account, key)
);

create table optouts (
  account text collate "C" not null references accounts on delete cascade,
  address_type text collate "C" not null,
  address_value text collate "C" not null,
  message_id text,
  created_at timestamptz not null,
  primary key (account, address_type, address_value)
);

-- What is to happen at a time, until it happens. Of one name there is one for each user, and one for nobody ('').
create table schedules (
  account text collate "C" not null,
  app text collate "C" not null,
  id text collate "C" not null,
  name text collate "C" not null,
  user_address text collate "C" not null,
  due_at timestamptz not null,
  data json not null,
  created_at timestamptz not null,
  primary key (account, app, name, user_address),
  unique (id),
  foreign key (account, app) references apps on delete cascade
);

create index schedules_by_time on schedules (due_at, id);
