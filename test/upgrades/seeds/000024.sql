insert into tag_pools (account, name, metadata, created_at) values ('clinic', 'codes', '{"country": "ZA"}', '2026-03-13T08:00:00Z');
insert into tags (pool, name, acquired_at, owner, reason)
  select id, 'one', '2026-03-13T09:00:00Z', 'clinic', '{"why": "campaign"}'::json from tag_pools where name = 'codes';
insert into tags (pool, name) select id, 'two' from tag_pools where name = 'codes';
