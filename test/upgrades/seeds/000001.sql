-- Two accounts; the token of one is "vumi_upgrade_clinic", and its digest is what was kept of it.
insert into accounts (name, active, created_at) values
  ('clinic', true, '2026-03-02T08:00:00Z'), ('asleep', false, '2026-03-02T09:00:00Z');
insert into tokens (hash, account, label, scopes, created_at) values
  (sha256('vumi_upgrade_clinic'), 'clinic', 'crm', '{account}', '2026-03-02T08:10:00Z'),
  (sha256('vumi_upgrade_admin'), null, 'first', '{admin}', '2026-03-02T08:00:00Z');
insert into apps (account, app, active_version, config, created_at) values
  ('clinic', 'greet', 2, '{"greeting": "Sawubona"}', '2026-03-02T08:20:00Z');
insert into version_numbers (account, app, last) values ('clinic', 'greet', 2);
insert into versions (account, app, version, sha256, handlers, manifest, bundle, worker_code, created_at) values
  ('clinic', 'greet', 1, repeat('a', 64), '{onMessage}', '{"name": "Greet"}', '\x504b0506', 'export default {}', '2026-03-02T08:20:00Z'),
  ('clinic', 'greet', 2, repeat('b', 64), '{onMessage,onEvent}', '{"name": "Greet"}', '\x504b0506', 'export default {}', '2026-03-03T08:20:00Z');
insert into blobs (sha256, bytes) values (repeat('c', 64), '<h1>Greet</h1>');
insert into version_files (account, app, version, path, sha256, content_type) values
  ('clinic', 'greet', 2, 'index.html', repeat('c', 64), 'text/html');
insert into secrets (account, app, name, value) values ('clinic', 'greet', 'api_key', 's3cret');
insert into app_logs (account, app, level, text, message_id, fields, at) values
  ('clinic', 'greet', 'info', 'greeted', '019caf10000070008000000000000001', '{"visits": 3}', '2026-03-03T09:00:00Z');
