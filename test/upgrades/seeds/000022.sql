insert into cancellations (message_id, transport, requested_at, outcome) values
  ('019caf10000070008000000000000005', 'mno', '2026-03-11T08:00:00Z', 'cancelled'),
  ('019caf10000070008000000000000006', 'mno', '2026-03-11T08:01:00Z', null);
