-- Under which an account's secret answers are sealed in the keyed state, from the first one on. They go with the account.

create table account_keys (
  account text collate "C" primary key references accounts on delete cascade,
  key bytea not null,
  created_at timestamptz not null default now()
);
