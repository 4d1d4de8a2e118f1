insert into failures (id, connector, queue, account, app, state, failure_code, error, reason, message_id, message, failed_at, received_at, retries) values
  ('f1', 'sandbox_0', 'sandbox_0.inbound', 'clinic', 'greet', 'dead', 'permanent', 'app.threw', 'threw: Error: no luck', '019caf10000070008000000000000004',
   '{"message_id": "019caf10000070008000000000000004", "message_type": "user_message"}', '2026-03-16T08:00:00Z', '2026-03-16T08:00:01Z', 0);
