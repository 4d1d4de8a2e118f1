-- What became of the questions of conversations, by the hour in which they were asked. An empty question is a screen's, an empty
-- screen a version's.

create table funnel (
  account text collate "C" not null,
  app text collate "C" not null,
  hour timestamptz not null,
  version integer not null,
  screen text collate "C" not null,
  question text collate "C" not null,
  counted text collate "C" not null,
  count bigint not null,
  primary key (account, app, hour, version, screen, question, counted)
);

create index funnel_hour on funnel (hour);
