insert into transports (name, type, config) values
  ('mno', 'smpp', '{"host": "smsc.example", "port": 2775, "system_id": "me", "password": "pw"}'),
  ('web', 'http_api', '{"secret_path": "place"}');
insert into routes (account, name, app, transport, to_addr, keyword, prefix) values
  ('clinic', 'main', 'greet', 'mno', '8000', null, null),
  ('clinic', 'join', 'greet', 'mno', '8001', 'join', null),
  ('clinic', 'web', 'greet', 'web', null, null, null);
