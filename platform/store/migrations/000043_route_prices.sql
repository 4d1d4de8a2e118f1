-- Prices of one route of an account, and by which route a message came or left when it was charged.

alter table prices add column route text collate "C";
drop index prices_by_scope;
create unique index prices_by_scope on prices
  (coalesce(account, ''), coalesce(route, ''), coalesce(transport, ''), direction, coalesce(prefix, ''));

-- Null: by none, or charged before routes were kept.
alter table credit_entries add column route text collate "C";
