-- What transports and networks said to each other about a message: of what failed, and of some of the rest. The newest are
-- kept, so many and so long (settings, `exchanges`). No foreign key: it is written beside the messages, and may be lost.

create table network_exchanges (
  seq bigint generated always as identity primary key,
  message_id text collate "C" not null,
  transport text collate "C" not null,
  at timestamptz not null,
  failed boolean not null,
  exchange json not null
);

create index network_exchanges_by_message on network_exchanges (message_id);
create index network_exchanges_by_time on network_exchanges using brin (at);

-- The timeline of a message asks for all that was done with it.
create index failures_by_message on failures (message_id) where message_id is not null;
create index webhook_deliveries_by_message on webhook_deliveries (message_id);
