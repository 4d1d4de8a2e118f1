-- Who wants to hear of an account's messages by HTTP, and what is to be told. A delivery is made by the statement that
-- writes the row of its message or event (recorder), so there is one exactly where there is that row; it holds no text of
-- the message, which is read from its row when it is sent. There are no foreign keys from what is written with messages.

create table webhooks (
  -- Another one under an old name has nothing of the old one's.
  id text collate "C" primary key,
  account text collate "C" not null references accounts on delete cascade,
  name text collate "C" not null,
  url text not null,
  events text[] not null,
  app text collate "C",
  transport text collate "C",
  active boolean not null,
  -- The rest of the settings.
  settings json not null,
  -- [{"secret": text, "expires_at": instant or null}], the newest first.
  secrets json not null,
  created_at timestamptz not null default now(),
  -- How its receiver does: since when nothing has worked, attempts since then, and when the next one is.
  failing_since timestamptz,
  failures integer not null default 0,
  retry_at timestamptz,
  last json,
  unique (account, name)
);

create table webhook_deliveries (
  seq bigint generated always as identity primary key,
  webhook text collate "C" not null,
  event text collate "C" not null,
  message_id text collate "C" not null,
  event_id text collate "C",
  -- Whom it is about: deliveries of one user are in order.
  user_address text collate "C" not null,
  at timestamptz not null,
  created_at timestamptz not null default now(),
  -- Numbers are given when no transaction is open any more that could still write something earlier.
  xid xid8 not null default pg_current_xact_id(),
  number bigint,
  status text collate "C" not null default 'pending',
  attempts integer not null default 0,
  -- Null while it waits for its turn among those of its user; else it goes its own way, at that time.
  next_at timestamptz,
  give_up_at timestamptz,
  last json
);

create index webhook_deliveries_unnumbered on webhook_deliveries (seq) where number is null;
create index webhook_deliveries_in_order on webhook_deliveries (webhook, user_address, number)
  where status = 'pending' and next_at is null;
create index webhook_deliveries_apart on webhook_deliveries (webhook, next_at)
  where status = 'pending' and next_at is not null;
create index webhook_deliveries_by_webhook on webhook_deliveries (webhook, seq);
create index webhook_deliveries_dead on webhook_deliveries (webhook, seq) where status = 'dead';
create index webhook_deliveries_by_time on webhook_deliveries using brin (created_at);

-- One user's deliveries to one webhook: the last number that was given, and up to which they are done with.
create table webhook_streams (
  webhook text collate "C" not null,
  user_address text collate "C" not null,
  last bigint not null,
  done bigint not null default 0,
  -- Null: nothing waits.
  due_at timestamptz,
  -- Of the first that waits.
  failures integer not null default 0,
  primary key (webhook, user_address)
);

create index webhook_streams_due on webhook_streams (webhook, due_at) where due_at is not null;

-- Events that were written before the row of their message, which says whose it is.
create table webhook_early_events (
  event_id text collate "C" primary key,
  message_id text collate "C" not null,
  event text collate "C" not null,
  at timestamptz not null,
  created_at timestamptz not null default now()
);
