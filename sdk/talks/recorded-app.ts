import type { PlainApp as App } from '../app.ts';
import type { HttpOptions, HttpResponse } from '../http.ts';
import type { Log, LogLine } from '../log.ts';
import type { SendOptions } from '../message.ts';
import { recordedConfig, type KnownConfig } from './recorded-config.ts';
import type { Recorder } from './recorder.ts';
import type { Talk } from './talk.ts';

/** Whether going back may run it again: what is read, and what is written over, may. */
type Effect = 'again' | 'final';
type Effects<T> = { readonly [M in keyof T]: Effect };

const AGAIN = 'again';
const FINAL = 'final';
const SCOPE: Effects<App['state']> = { get: AGAIN, set: AGAIN, delete: AGAIN, increment: FINAL };

/** All that an app can ask, by what of it nothing takes back (spec authoring §2.3). */
const CALLS: { readonly [N in Recorded]: Effects<App[N]> } = {
  state: SCOPE,
  user: SCOPE,
  contacts: {
    get: AGAIN,
    getByKey: AGAIN,
    search: AGAIN,
    getOrCreate: FINAL,
    create: FINAL,
    save: FINAL,
    update: FINAL,
    updateExtra: FINAL,
    updateSubscription: FINAL,
    delete: FINAL,
  },
  groups: {
    get: AGAIN,
    getByName: AGAIN,
    search: AGAIN,
    list: AGAIN,
    countMembers: AGAIN,
    getOrCreateByName: FINAL,
    update: FINAL,
  },
  identity: { get: AGAIN, find: AGAIN, link: FINAL, unlink: FINAL },
  optouts: { status: AGAIN, count: AGAIN, optOut: FINAL, cancel: FINAL },
  metrics: { fire: FINAL, sum: FINAL, avg: FINAL, min: FINAL, max: FINAL, last: FINAL, increment: FINAL },
  messages: {
    progress: AGAIN,
    countReceived: AGAIN,
    countSent: AGAIN,
    countSenders: AGAIN,
    countReceivers: AGAIN,
    receivedPerMinute: AGAIN,
    sentPerMinute: AGAIN,
  },
  schedule: { once: FINAL, repeat: FINAL, cancel: FINAL },
};
type Recorded =
  | 'state'
  | 'user'
  | 'contacts'
  | 'groups'
  | 'identity'
  | 'optouts'
  | 'metrics'
  | 'messages'
  | 'schedule';

const LONGEST_NAME = 60;

/** What a screen has of the app itself. */
export type RecordedApp = Omit<App, 'link'> & Pick<Talk, 'language'>;

interface RecordedOptions {
  readonly app: App;
  readonly recorder: Recorder;
  readonly config: KnownConfig;
  readonly now: () => number;
  readonly language: () => string | null;
  readonly isUnrecorded: () => boolean;
}

type Call = <T>(tag: string, effect: Effect, run: () => Promise<T>) => Promise<T>;

/** What a screen sees of the app itself: what it asks is remembered, and not asked again. */
export function recordedApp({
  app,
  recorder,
  config,
  now,
  language,
  isUnrecorded,
}: RecordedOptions): RecordedApp {
  const call: Call = (tag: string, effect: Effect, run) =>
    isUnrecorded()
      ? recorder.count(tag, run)
      : recorder.perform({ kind: 'c', tag, isFinal: effect === FINAL, run });
  const parts: Partial<Record<Recorded, unknown>> = {};
  const part = <N extends Recorded>(name: N): App[N] =>
    (parts[name] ??= recordedPart(app, name, call)) as App[N];
  return {
    get now() {
      return now();
    },
    get language() {
      return language();
    },
    get state() {
      return part('state');
    },
    get user() {
      return part('user');
    },
    get contacts() {
      return part('contacts');
    },
    get groups() {
      return part('groups');
    },
    get identity() {
      return part('identity');
    },
    get optouts() {
      return part('optouts');
    },
    get metrics() {
      return part('metrics');
    },
    get messages() {
      return part('messages');
    },
    get schedule() {
      return part('schedule');
    },
    config: recordedConfig(app.config, config, isUnrecorded),
    log: liveLog(app.log, recorder),
    secrets: {
      get: (name: string) => recorder.count(`app.secrets.get(${nameOf(name)})`, () => app.secrets.get(name)),
    },
    http: { request: (url, options = {}) => request(app, call, { url, options }) },
    links: { revoke: () => call('app.links.revoke', AGAIN, () => app.links.revoke()) },
    send: (to: string, text: string, options: SendOptions = {}) =>
      call('app.send', FINAL, async () => app.send(to, text, options)),
  };
}

async function request(
  app: App,
  call: Call,
  { url, options }: { readonly url: string; readonly options: HttpOptions },
): Promise<HttpResponse> {
  const { method = 'GET' } = options;
  const effect = method === 'GET' || method === 'HEAD' ? AGAIN : FINAL;
  const response = await call(`app.http ${method} ${placeOf(url)}`, effect, async () => {
    const { status, headers, body } = await app.http.request(url, options);
    return { status, headers, body };
  });
  return withJson(response);
}

/** Most screens ask little: a part is made when it is asked for. */
function recordedPart(app: App, name: Recorded, call: Call): unknown {
  const part = app[name] as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  const effects = CALLS[name] as Readonly<Record<string, Effect>>;
  const recorded: Record<string, unknown> = {};
  for (const method of Object.keys(effects)) {
    const effect = effects[method] ?? FINAL;
    const start = `app.${name}.${method}(`;
    recorded[method] = (...given: unknown[]) =>
      call(`${start}${nameOf(given[0])})`, effect, async () => part[method]?.(...given));
  }
  return recorded;
}

function withJson(response: Omit<HttpResponse, 'json'>): HttpResponse {
  return { ...response, json: <T>() => JSON.parse(response.body) as T };
}

function nameOf(first: unknown): string {
  return typeof first === 'string' ? JSON.stringify(first.slice(0, LONGEST_NAME)) : '';
}

/** Without its query, which may hold a time or a secret. */
function placeOf(url: string): string {
  return /^[a-z]+:\/\/([^?#]*)/i.exec(url)?.[1]?.slice(0, LONGEST_NAME) ?? url.slice(0, LONGEST_NAME);
}

/** What was logged when it happened is not logged again. */
function liveLog(log: Log, recorder: Recorder): Log {
  const line =
    (level: keyof Log): LogLine =>
    (text, fields) => {
      if (recorder.isLive) log[level](text, fields);
    };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
