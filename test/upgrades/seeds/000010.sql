-- Its password is "upgrade".
insert into smpp_clients (account, system_id, password_hash, settings, created_at) values
  ('clinic', 'shop', 'scrypt:00112233445566778899aabbccddeeff:0dbe15b0bf01a14eefbfb2c8aa294bfda3b6ba34e9b85033c2fa17fca89a2b76', '{"source_addrs": ["SHOP"]}', '2026-03-06T08:00:00Z');
insert into routes (account, name, smpp_client, transport, to_addr) values ('clinic', 'shop', 'shop', 'mno', '8002');
insert into smpp_parts (system_id, message_key, part, at, body) values ('shop', 'k', 1, '2026-03-06T09:00:00Z', '{"text": "part"}');
