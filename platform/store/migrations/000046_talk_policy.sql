-- What becomes of conversations that are open on earlier versions of an app when the versions change.

alter table apps add column talks text not null default 'pin' check (talks in ('pin', 'move', 'restart'));
