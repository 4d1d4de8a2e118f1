-- Doors for programs that were written for another gateway: an account's, of a dialect each. A route leads to one by the
-- connector interface.<account>.<name>.

create table interfaces (
  account text collate "C" not null references accounts on delete cascade,
  name text collate "C" not null,
  settings json not null,
  created_at timestamptz not null default now(),
  primary key (account, name)
);
