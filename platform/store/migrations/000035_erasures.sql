-- People's addresses that are to be forgotten, and what was. `address` is there until its erasure is done; then the hash alone
-- says whose it was, to who has the address and the key.
create table erasures (
  id text collate "C" primary key,
  account text collate "C" not null references accounts on delete cascade,
  address text,
  salt text not null,
  address_hash text not null,
  -- What came later is not touched.
  before timestamptz not null,
  dry_run boolean not null,
  requested_by text not null,
  requested_at timestamptz not null default now(),
  stage integer not null default 0,
  -- Where the stage goes on.
  position json,
  counts json not null default '{}',
  finished_at timestamptz,
  -- Of the erasure that was finished before it, of whatever account, and its own.
  previous_seal text,
  seal text
);

create index erasures_by_account on erasures (account, id);
create index erasures_open on erasures (id) where finished_at is null;

-- Signs erasures, and hides the addresses of opt-outs that outlive them.
create table erasure_key (id integer primary key check (id = 1), key text not null);
insert into erasure_key values (1, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));
