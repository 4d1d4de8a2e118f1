-- What apps of the account may call by HTTP beside public hosts: hosts and networks with their ports.
alter table accounts add column private_services json not null default '[]';
