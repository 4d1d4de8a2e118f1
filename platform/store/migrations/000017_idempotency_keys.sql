-- Under which key a program asked for what, and what it was answered, for a day.
create table idempotency_keys (
  account text collate "C" not null references accounts on delete cascade,
  -- What was asked for: method and path.
  door text collate "C" not null,
  key text collate "C" not null,
  -- Of the body.
  digest text collate "C" not null,
  message_id text collate "C" not null,
  answer json,
  created_at timestamptz not null default now(),
  primary key (account, door, key)
);
create index idempotency_keys_by_time on idempotency_keys (created_at);
