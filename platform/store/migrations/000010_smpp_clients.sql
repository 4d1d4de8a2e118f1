-- Systems that bind to us over SMPP in the name of an account, as targets of routes beside apps, and the parts of long
-- messages that they have submitted so far.

create table smpp_clients (
  account text collate "C" not null references accounts on delete cascade,
  system_id text collate "C" not null,
  password_hash text not null,
  password_set_at timestamptz not null default now(),
  settings json not null,
  created_at timestamptz not null default now(),
  primary key (account, system_id)
);

-- A system_id names queues, which are lower case.
create unique index smpp_clients_by_queue on smpp_clients (lower(system_id));

alter table routes alter column app drop not null;
alter table routes add column smpp_client text collate "C";
alter table routes add constraint routes_have_one_target check ((app is null) <> (smpp_client is null));
alter table routes
  add foreign key (account, smpp_client) references smpp_clients (account, system_id) on delete cascade;
create index routes_by_smpp_client on routes (account, smpp_client);

create table smpp_parts (
  system_id text collate "C" not null,
  -- What the parts of one message have in common: reference, number of parts, addresses.
  message_key text collate "C" not null,
  part integer not null,
  at timestamptz not null default now(),
  body json not null,
  primary key (system_id, message_key, part)
);

create index smpp_parts_by_time on smpp_parts (at);
