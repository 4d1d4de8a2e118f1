insert into schedules (account, app, id, name, user_address, due_at, data, created_at, repeat) values
  ('clinic', 'greet', 's2', 'daily', '', '2099-01-01T08:00:00Z', '{}', '2026-03-15T08:00:00Z', '{"every": 86400}');
