-- Tokens can be listed, ended and replaced, so each has an id and says who made it. Administrators' tokens could not be
-- issued so far: those that are here were set from outside at some start, and only the latest of them is still meant.
-- Each process that serves the API sets its own again when it starts.
delete from tokens where account is null;
alter table tokens
  add column id text collate "C" not null unique default replace(gen_random_uuid()::text, '-', ''),
  -- The one that VUMI_ADMIN_TOKEN or the data folder names.
  add column configured boolean not null default false,
  add column created_by text not null default 'before tokens had a history',
  add column expires_at timestamptz,
  add column last_used_at timestamptz;
create unique index one_token_is_configured on tokens (configured) where configured;
create index tokens_by_account on tokens (account, id);

-- Who changed what of an account, or (account null) of the platform. Rows are never changed.
create table audit (
  seq bigint generated always as identity primary key,
  at timestamptz not null default now(),
  account text collate "C",
  actor text not null,
  action text not null,
  details json not null
);
create index audit_by_account on audit (account, seq);
create trigger audit_is_immutable before update on audit for each row execute function refuse_update();
