-- Credit of accounts. Amounts are whole numbers of a millionth of a credit.

-- What an account is charged for, and what happens at the end of its credit.
alter table accounts add column billing jsonb not null default '{
  "mode": "off",
  "cutoff": "outbound",
  "closing_text": "This service is not available now. Please try again later.",
  "warn_percent": [20],
  "warn_below": []
}';

-- One row for each account that ever had credit. Whoever writes into the ledger of an account holds its row first, so
-- that the entries of an account have one order, in which each follows from the one before.
create table credit_balances (
  account text collate "C" primary key references accounts on delete cascade,
  balance bigint not null default 0,
  -- The last top-up that made it more, of which warnings are percentages.
  topped_up bigint not null default 0,
  -- The lowest warning that was told since then.
  warned bigint,
  last_at timestamptz not null default now()
);

-- The ledger. It outlives what it tells of, so nothing is referred to; prices are as they were when they were used.
create table credit_entries (
  id bigint generated always as identity primary key,
  account text collate "C" not null,
  at timestamptz not null,
  kind text not null check (kind in ('charge', 'refund', 'top_up', 'adjustment')),
  amount bigint not null,
  -- After this entry.
  balance bigint not null,
  message_id text collate "C",
  -- Of a message: 1, and more where it was paid back and sent again.
  round integer,
  direction text,
  transport text collate "C",
  app text collate "C",
  segments integer,
  price bigint,
  per_segment bigint,
  per_message bigint,
  per_session bigint,
  refund text,
  source text,
  reference text,
  reason text,
  actor text
);

create unique index credit_entries_by_message on credit_entries (message_id, kind, round)
  where message_id is not null;
create unique index credit_entries_by_reference on credit_entries (source, reference) where reference is not null;
create index credit_entries_by_account on credit_entries (account, at, id);
create trigger credit_entries_are_immutable before update or delete on credit_entries
  for each row execute function refuse_update();

-- The closest one counts: the account's own, then the transport's, then the longest prefix. Null is any. A price that is
-- changed becomes another one, so that an id always means the same amounts.
create table prices (
  id bigint generated always as identity primary key,
  account text collate "C" references accounts on delete cascade,
  transport text collate "C",
  direction text not null check (direction in ('inbound', 'outbound')),
  prefix text collate "C",
  per_segment bigint not null,
  per_message bigint not null,
  per_session bigint not null,
  refund text not null,
  created_at timestamptz not null default now()
);

create unique index prices_by_scope on prices
  (coalesce(account, ''), coalesce(transport, ''), direction, coalesce(prefix, ''));

-- Messages that were paid for at the door and are not yet known to be in a queue: who finds one that is old sends it.
create table credit_outbox (
  message_id text collate "C" primary key,
  body json not null,
  at timestamptz not null default now()
);

-- That the credit of an account fell below a warning, to be told.
create table credit_warnings (
  id bigint generated always as identity primary key,
  account text collate "C" not null references accounts on delete cascade,
  at timestamptz not null,
  threshold bigint not null,
  balance bigint not null,
  told_at timestamptz
);

create index credit_warnings_untold on credit_warnings (id) where told_at is null;
