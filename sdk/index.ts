export { defineApp } from './app.ts';
export type { App, AppDefinition, EventApp, OptoutApp, PlainApp, Secrets, Speaking, UserApp } from './app.ts';
export type { Contact, ContactFields, ContactOptions, Contacts, SearchOptions } from './contacts.ts';
export type { AckEvent, DeliveryEvent, DeliveryReportEvent, NackEvent } from './event.ts';
export type { Group, GroupFields, Groups } from './groups.ts';
export type { Http, HttpOptions, HttpResponse } from './http.ts';
export type { Catalog, CatalogFile, CatalogText } from './languages/catalog.ts';
export { catalogKey } from './languages/catalog.ts';
export { languageCode } from './languages/codes.ts';
export { t } from './languages/lazy-text.ts';
export type { LazyText, Translate } from './languages/lazy-text.ts';
export { categoriesOf, formOf } from './languages/plural-form.ts';
export type { PluralRule } from './languages/plural-form.ts';
export { withLanguages } from './languages/with-languages.ts';
export type { LinkOptions, Links, LinkScope } from './links.ts';
export type { Log, LogLine } from './log.ts';
export type { Message, ReplyOptions, SendOptions, SessionEvent, Waits } from './message.ts';
export type { Messages, Progress } from './messages.ts';
export type { Aggregator, MetricOptions, Metrics } from './metrics.ts';
export type { Identities, Identity, IdentityAddress, IdentityOptions } from './identity.ts';
export type { OptoutChange, OptoutOptions, Optouts, OptoutStatus } from './optouts.ts';
export type {
  Attachment,
  Button,
  Received,
  ReceivedAttachment,
  ReceivedLocation,
  RichOptions,
  Template,
} from './rich.ts';
export { segments } from './segments.ts';
export type { NationalLanguage, SegmentOptions, TextPreview } from './segments.ts';
export type { CancelOptions, RepeatOptions, Schedule, ScheduleOptions, Timer } from './schedule.ts';
export type { Json, Jsonable, SetOptions, StateScope } from './state.ts';
export { withConversations } from './talks/conversations.ts';
export type { Conversations, Conversing, HungUp } from './talks/conversations.ts';
export type { ConverseOptions, Opening, OpenTalk, Overseeing, Talks } from './talks/opening.ts';
export type { DateOptions } from './talks/days.ts';
export type { Duration } from './talks/durations.ts';
export { date, decimal, integer, msisdn, pin, retry, text, yesNo } from './talks/parsers.ts';
export type {
  MsisdnOptions,
  NumberOptions,
  Parser,
  Reader,
  Retry,
  StandardSchema,
  TextOptions,
} from './talks/parsers.ts';
export { TimedOut } from './talks/recorder.ts';
export type {
  AskOptions,
  ChooseOptions,
  Leave,
  Option,
  ReadOptions,
  Reminder,
  Screen,
  Talk,
  Text,
} from './talks/talk.ts';
export type { OwnTexts, Texts } from './talks/words.ts';
