-- Credit that is bought with a payment provider. What is credited stands in the ledger, under the provider's name and the id
-- of the payment; a row here says what was asked for, at which rate, and how the payment goes.

create table top_ups (
  id text collate "C" primary key,
  account text collate "C" not null references accounts on delete cascade,
  provider text collate "C" not null,
  currency text collate "C" not null,
  -- In the currency's smallest unit.
  amount bigint not null,
  -- Of a credit's millionth: what is credited, by the rate of the moment.
  credits bigint not null,
  rate text not null,
  state text collate "C" not null,
  -- Of the provider's: what is paid at, and what was paid.
  session text collate "C",
  payment text collate "C",
  url text,
  -- Of the amount, what was paid back.
  refunded bigint not null default 0,
  created_at timestamptz not null default now(),
  created_by text not null,
  paid_at timestamptz
);

create index top_ups_by_account on top_ups (account, id);
create index top_ups_by_payment on top_ups (provider, payment) where payment is not null;

-- What the provider told and was done with: a second time it changes nothing.
create table payment_events (
  provider text collate "C" not null,
  id text collate "C" not null,
  at timestamptz not null default now(),
  primary key (provider, id)
);
