insert into tokens (hash, id, account, label, scopes, created_at, created_by, expires_at) values
  (sha256('vumi_upgrade_ops'), 'ops1', null, 'prometheus', '{admin}', '2026-03-07T08:00:00Z', 'administrator', '2099-01-01T00:00:00Z');
insert into audit (at, account, actor, action, details) values
  ('2026-03-07T08:00:00Z', 'clinic', 'administrator', 'token.issued', '{"id": "ops1", "label": "prometheus"}');
