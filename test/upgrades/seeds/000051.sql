insert into page_grants (account, app, audience, scope, granted_at, granted_by) values
  ('clinic', 'greet', 'members', 'contacts:read', '2026-03-08T08:00:00Z', 'administrator');
insert into page_number_uses (account, app, day, viewer, requests, numbers) values
  ('clinic', 'greet', '2026-03-08', 'Sister Thandi', 2, 60);
