insert into contact_addresses (account, type, address, contact, linked_at) values
  ('clinic', 'twitter', 'thandi', 'c1', '2026-03-14T08:00:00Z');
insert into merged_contacts (account, key, into_key, merged_at) values ('clinic', 'c0', 'c1', '2026-03-14T08:00:00Z');
