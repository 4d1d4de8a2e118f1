update apps set rollout_version = 1, rollout_percent = 10, versions_changed_at = '2026-03-05T08:00:00Z' where app = 'greet';
