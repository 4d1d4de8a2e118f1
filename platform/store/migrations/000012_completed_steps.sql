-- What was done once when the platform was set up, and is not done again after people have changed it.
create table completed_steps (
  name text primary key,
  completed_at timestamptz not null default now()
);
-- A first start that was broken off left an account without anything: it is finished now.
insert into completed_steps (name)
  select 'samples' from accounts
  where name = 'demo' and (select count(*) from accounts) = 1 and not exists (select from apps);
