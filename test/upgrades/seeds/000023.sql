insert into webhooks (id, account, name, url, events, app, transport, active, settings, secrets, created_at) values
  ('w1', 'clinic', 'crm', 'https://crm.example/vumi', '{inbound,delivery_report}', null, null, true, '{"headers": {"x-from": "vumi"}}',
   '[{"secret": "whsec_dXBncmFkZQ==", "expires_at": null}]', '2026-03-12T08:00:00Z');
insert into webhook_deliveries (webhook, event, message_id, event_id, user_address, at, created_at, xid, number, status, attempts) values
  ('w1', 'inbound', '019caf10000070008000000000000001', null, '+27761000001', '2026-03-03T09:00:00Z', '2026-03-12T09:00:00Z', '3', 1, 'delivered', 1),
  ('w1', 'delivery_report', '019caf10000070008000000000000002', 'e2', '+27761000001', '2026-03-03T09:00:05Z', '2026-03-12T09:00:01Z', '3', 2, 'dead', 9);
insert into webhook_streams (webhook, user_address, last, done) values ('w1', '+27761000001', 2, 2);
