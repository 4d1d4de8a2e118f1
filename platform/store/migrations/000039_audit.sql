-- An entry says who did what to what, from where and by which request. One that could not be written in the transaction of
-- its act is written before it (begun), and what came of it is a row of its own: an entry without one tells of an act that
-- is under way, or whose process died. What was refused is kept, too, counted by the minute.

alter table audit
  add column target text,
  add column request_id text collate "C",
  add column source text collate "C",
  add column begun boolean not null default false,
  add column refused boolean not null default false;

create index audit_by_action on audit (action, seq);
create index audit_by_time on audit (at);

create table audit_outcomes (
  seq bigint primary key references audit on delete cascade,
  at timestamptz not null default now(),
  -- Of the error; null: it was done.
  code text collate "C"
);

create trigger audit_outcomes_are_immutable before update on audit_outcomes
  for each row execute function refuse_update();

-- Nobody forgets what was done before its time: acts after 400 days, what was refused after 90.
create function keep_audit() returns trigger language plpgsql as $$
begin
  if old.at > now() - (case when old.refused then interval '90 days' else interval '400 days' end) then
    raise exception 'entries of the audit log are kept';
  end if;
  return old;
end $$;
create trigger audit_is_kept before delete on audit for each row execute function keep_audit();

create function keep_audit_outcomes() returns trigger language plpgsql as $$
begin
  if exists (select from audit where seq = old.seq) then
    raise exception 'outcomes of the audit log are kept with their entries';
  end if;
  return old;
end $$;
create trigger audit_outcomes_are_kept before delete on audit_outcomes
  for each row execute function keep_audit_outcomes();

create trigger audit_is_not_emptied before truncate on audit
  for each statement execute function refuse_update();
create trigger audit_outcomes_are_not_emptied before truncate on audit_outcomes
  for each statement execute function refuse_update();
