-- What an account says about opt-outs. Both are off: apps manage opt-outs and heed them by themselves, as in Vumi Go,
-- where a message that confirms an opt-out was sent like any other.
alter table accounts
  add column can_manage_optouts boolean not null default true,
  add column respect_optouts boolean not null default false;
