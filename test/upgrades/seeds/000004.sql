insert into applied_effects (marker, at) values ('run/clinic/greet/019caf10000070008000000000000001', '2026-03-03T09:00:00Z');
insert into metrics (account, store, metric, aggregator, minute, count, sum, min, max, last, last_at) values
  ('clinic', 'default', 'visits', 'sum', '2026-03-03T09:00:00Z', 2, 3, 1, 2, 2, '2026-03-03T09:00:30Z');
