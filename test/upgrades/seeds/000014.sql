insert into page_members (account, app, name, sign_in_hours, created_at) values
  ('clinic', 'greet', 'Sister Thandi', 72, '2026-03-08T08:00:00Z');
insert into page_links (hash, account, app, name, path, expires_at) values
  (sha256('link'), 'clinic', 'greet', 'Sister Thandi', '/', '2099-01-01T00:00:00Z');
insert into page_sign_ins (hash, account, app, name, seen_at, expires_at) values
  (sha256('sign-in'), 'clinic', 'greet', 'Sister Thandi', '2026-03-08T09:00:00Z', '2099-01-01T00:00:00Z');
