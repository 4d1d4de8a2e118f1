insert into runs (account, app, message_id, version, kind, outcome, failed, error, at, cost, record_size, record) values
  ('clinic', 'greet', '019caf10000070008000000000000001', 2, 'message', 'ok', false, null, '2026-03-03T09:00:00Z',
   '{"cpu_us": 900, "wall_ms": 3, "wait_ms": 1, "cold": false, "runs": 1, "calls": {"get": 1}, "bytes_in": 300, "bytes_out": 80, "sends": 1}', 0, null),
  ('clinic', 'greet', '019caf10000070008000000000000004', 2, 'message', 'threw', true, 'Error: no luck', '2026-03-03T09:10:00Z',
   '{"cpu_us": 500, "wall_ms": 2, "wait_ms": 0, "cold": false, "runs": 1, "calls": {}, "bytes_in": 300, "bytes_out": 0, "sends": 1}', 0, null);
insert into usage (account, app, hour, messages, cpu_us, http_calls, host_calls, sends, bytes_in, bytes_out, cold_starts) values
  ('clinic', 'greet', '2026-03-03T09:00:00Z', 2, 1400, 0, 1, 2, 600, 80, 1);
insert into usage_failures (account, app, hour, reason, messages) values
  ('clinic', 'greet', '2026-03-03T09:00:00Z', 'threw', 1);
insert into usage_batches (id, at) values ('batch1', '2026-03-03T09:11:00Z');
