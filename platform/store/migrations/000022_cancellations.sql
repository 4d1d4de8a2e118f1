-- Messages that somebody does not want sent any more. Only the transport knows whether it has handed one to the network:
-- it claims what is asked of it and says what became of it; what it has not claimed may be taken back.

create table cancellations (
  message_id text collate "C" primary key,
  transport text collate "C" not null,
  requested_at timestamptz not null default now(),
  claimed_at timestamptz,
  outcome text
);

create index cancellations_open on cancellations (transport) where outcome is null;
create index cancellations_by_time on cancellations (requested_at);
