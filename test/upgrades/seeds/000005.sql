insert into contacts (account, key, created_at, msisdn, fields, groups, folded) values
  ('clinic', 'c1', '2026-03-04T08:00:00Z', '+27761000001',
   '{"name": "Thandi", "surname": "Dlamini", "email_address": null, "msisdn": "+27761000001", "dob": null, "twitter_handle": null, "facebook_id": null, "bbm_pin": null, "gtalk_id": null, "mxit_id": null, "wechat_id": null, "groups": ["g1"], "extra": {"ward": "5"}, "subscription": {}}', '{g1}', '{"name": "thandi", "surname": "dlamini"}');
insert into contact_groups (account, key, name, query, created_at) values
  ('clinic', 'g1', 'volunteers', null, '2026-03-04T08:00:00Z');
insert into optouts (account, address_type, address_value, message_id, created_at) values
  ('clinic', 'msisdn', '+27761000009', '019caf10000070008000000000000009', '2026-03-04T09:00:00Z');
insert into schedules (account, app, id, name, user_address, due_at, data, created_at) values
  ('clinic', 'greet', 's1', 'reminder', '+27761000001', '2099-01-01T08:00:00Z', '{"visit": 4}', '2026-03-04T09:00:00Z');
