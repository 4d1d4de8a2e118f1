-- A second version that gets some of the new sessions, and since when the versions are what they are.
alter table apps
  add column rollout_version integer,
  add column rollout_percent integer,
  add column versions_changed_at timestamptz;
