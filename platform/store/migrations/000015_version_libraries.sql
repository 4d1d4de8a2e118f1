-- The same bundle is another version when a trial has decided for other libraries.
alter table versions drop constraint versions_account_app_sha256_key;
create unique index versions_by_bundle on versions (account, app, sha256, coalesce(manifest ->> 'libraries', ''));
