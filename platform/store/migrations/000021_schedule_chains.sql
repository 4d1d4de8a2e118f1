-- Of a schedule that was made by an app on its own account: how often it has gone on so (core/chain.ts).
alter table schedules add column chain json;
