export { defineApp } from './app.ts';
export type { App, AppDefinition, EventApp, Secrets } from './app.ts';
export type { AckEvent, DeliveryEvent, DeliveryReportEvent, NackEvent } from './event.ts';
export type { Http, HttpOptions, HttpResponse } from './http.ts';
export type { Log, LogLine } from './log.ts';
export type { Message, ReplyOptions, SendOptions, SessionEvent } from './message.ts';
export type { Json, SetOptions, StateScope } from './state.ts';
