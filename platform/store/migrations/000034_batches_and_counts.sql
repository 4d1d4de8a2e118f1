-- Vumi's batches: messages that belong together, because somebody said so or by their tags. `scope` is the account, '' of a
-- batch of the platform, which takes messages of all accounts.
create table batches (
  id text collate "C" primary key,
  scope text collate "C" not null,
  name text,
  created_at timestamptz not null default now(),
  done_at timestamptz
);
create index batches_by_scope on batches (scope, id);

-- A tag leads to one batch at a time: the last that was started with it, until that is done.
create table batch_tags (
  batch text collate "C" not null references batches on delete cascade,
  scope text collate "C" not null,
  pool text collate "C" not null,
  tag text collate "C" not null,
  is_current boolean not null default true,
  primary key (batch, pool, tag)
);
create unique index batch_tags_current on batch_tags (scope, pool, tag) where is_current;

-- No foreign keys, as in messages. `tag` is null where the message was added by the batch's id.
create table batch_messages (
  batch text collate "C" not null,
  scope text collate "C" not null,
  message_id text collate "C" not null,
  pool text collate "C",
  tag text collate "C",
  at timestamptz not null,
  -- Whether the counts of the batch have what is known of the message.
  counted boolean not null default false,
  primary key (batch, message_id)
);
-- A message that comes again after the next batch of its tag has begun stays where it is.
create unique index batch_messages_by_tag on batch_messages (message_id, scope, pool, tag) where tag is not null;
create index batch_messages_by_time on batch_messages (batch, at, message_id);
create index batch_messages_of_tag on batch_messages (scope, pool, tag, at) where tag is not null;
create index batch_messages_uncounted on batch_messages (batch, message_id) where not counted;

-- What was written and is not in the counts yet. Rows are made by the statements that write messages and events, so there is
-- one exactly where something was written: messages as sums, events one by one, for whose they are their message says.
create table uncounted (
  id bigint generated always as identity primary key,
  account text collate "C",
  app text collate "C",
  transport text collate "C",
  kind text collate "C" not null,
  at timestamptz not null,
  count integer not null,
  event_id text collate "C",
  message_id text collate "C",
  -- Of the event's row: its message is of this week or one before.
  week date,
  -- Since when its message is waited for, and when it is looked for again.
  created_at timestamptz not null default now(),
  due_at timestamptz
);

-- By the hour and by the day (UTC); '' is "none".
create table status_counts (
  account text collate "C" not null,
  unit text collate "C" not null,
  at timestamptz not null,
  app text collate "C" not null,
  transport text collate "C" not null,
  kind text collate "C" not null,
  count bigint not null,
  primary key (account, unit, at, app, transport, kind)
);
create index status_counts_by_time on status_counts (unit, at);

create table batch_counts (
  batch text collate "C" not null,
  at timestamptz not null,
  kind text collate "C" not null,
  count bigint not null,
  primary key (batch, at, kind)
);

-- Who holds the row does the counting.
create table counting (id integer primary key check (id = 1));
insert into counting values (1);
