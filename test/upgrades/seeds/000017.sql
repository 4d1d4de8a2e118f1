insert into idempotency_keys (account, door, key, digest, message_id, answer, created_at) values
  ('clinic', 'POST messages', 'k1', 'd1', '019caf10000070008000000000000003', '{"status": "queued"}', '2026-03-09T08:00:00Z');
