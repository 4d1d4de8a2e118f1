insert into numbers (transport, number, is_range, keyword, account, assigned_at) values
  ('mno', '+2782000', true, '', 'clinic', '2026-03-10T08:00:00Z');
