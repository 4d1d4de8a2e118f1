-- For how many days an account keeps its messages and what was written about them; null: as the platform has it.

alter table accounts add column retention_days integer check (retention_days > 0);
