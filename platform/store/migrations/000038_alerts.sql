-- What somebody has to look after. An alert is open from when it is raised until it is cleared; there is one at a time of
-- a kind and subject. What of that is told, to whom, is a notice, which webhooks deliver as they deliver messages.

create table alerts (
  id text collate "C" primary key,
  -- Null: of the platform.
  account text collate "C" references accounts on delete cascade,
  kind text collate "C" not null,
  subject text collate "C" not null,
  level text collate "C" not null,
  -- The worst level that was told.
  told text collate "C" not null,
  message text not null,
  details json not null,
  raised_at timestamptz not null,
  -- How often it was raised, and when last.
  raises integer not null default 1,
  last_at timestamptz not null,
  cleared_at timestamptz
);

create unique index alerts_open on alerts (kind, subject, account) nulls not distinct where cleared_at is null;
create index alerts_by_account on alerts (account, id);

create table alert_notices (
  id text collate "C" primary key,
  alert text collate "C" not null references alerts on delete cascade,
  -- As its receivers read it.
  body json not null
);

create index alert_notices_by_alert on alert_notices (alert);

-- The platform has receivers of alerts, too: webhooks of no account.
alter table webhooks alter column account drop not null;
alter table webhooks drop constraint webhooks_account_name_key;
alter table webhooks add unique nulls not distinct (account, name);
