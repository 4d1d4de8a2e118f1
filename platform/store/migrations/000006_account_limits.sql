-- What one message of the account's apps may use, where its plan differs from the platform's defaults.
alter table accounts add column limits json not null default '{}';
