insert into rollouts (account, app, version, stable, stages, each_s, promote_after_s, state, stage, stage_at, seen_before, started_at, ended_at)
values ('clinic', 'greet', 2, 1, '{5,25,100}', 7200, null, 'rolled_back', 0, '2026-03-06T08:00:00Z', 0, '2026-03-06T08:00:00Z', '2026-03-06T09:00:00Z');
insert into rollout_decisions (rollout, at, decision, percent, reason, numbers)
select id, '2026-03-06T09:00:00Z', 'rolled_back', 0, 'at start, ask "name", 50 % leave, 10 % with the other version',
  '{"screen": "start", "question": "ask \"name\"", "candidate": {"bad": 30, "all": 60}, "stable": {"bad": 90, "all": 900}}'
from rollouts where app = 'greet';
