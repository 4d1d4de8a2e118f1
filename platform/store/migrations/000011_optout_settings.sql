-- What an account says about opt-outs. Null: apps of the SDK may manage them, classic apps need to be allowed to.
alter table accounts
  add column can_manage_optouts boolean,
  add column respect_optouts boolean not null default true;
