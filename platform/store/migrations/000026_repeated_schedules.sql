-- How often a schedule comes again; null: it is fired once.
alter table schedules add column repeat json;
