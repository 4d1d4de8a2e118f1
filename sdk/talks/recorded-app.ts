import type { PlainApp as App } from '../app.ts';
import type { HttpOptions, HttpResponse } from '../http.ts';
import type { Log, LogLine } from '../log.ts';
import type { SendOptions } from '../message.ts';
import type { Recorder } from './recorder.ts';

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
export type RecordedApp = Omit<App, 'now' | 'link'>;

interface RecordedOptions {
  readonly app: App;
  readonly recorder: Recorder;
  readonly isUnrecorded: () => boolean;
}

type Call = <T>(tag: string, effect: Effect, run: () => Promise<T>) => Promise<T>;

/** Gives what a screen sees the app itself, too: what it asks is remembered, and not asked again. */
export function withRecordedApp<T extends object>(
  seen: T,
  { app, recorder, isUnrecorded }: RecordedOptions,
): T & RecordedApp {
  const call: Call = (tag: string, effect: Effect, run) =>
    isUnrecorded()
      ? recorder.count(run)
      : recorder.perform({ kind: 'c', tag, isFinal: effect === FINAL, run });
  for (const name of Object.keys(CALLS) as Recorded[])
    lazily(seen, name, () => recordedPart(app, name, call));
  return Object.assign(seen as T & Pick<App, Recorded>, {
    config: app.config,
    log: liveLog(app.log, recorder),
    secrets: { get: (name: string) => recorder.count(() => app.secrets.get(name)) },
    http: {
      request: async (url: string, options: HttpOptions = {}) => {
        const { method = 'GET' } = options;
        const effect = method === 'GET' || method === 'HEAD' ? AGAIN : FINAL;
        const tag = `app.http ${method} ${placeOf(url)}`;
        return withJson(
          await call(tag, effect, async () => {
            const { status, headers, body } = await app.http.request(url, options);
            return { status, headers, body };
          }),
        );
      },
    },
    links: { revoke: () => call('app.links.revoke', AGAIN, () => app.links.revoke()) },
    send: (to: string, text: string, options: SendOptions = {}) =>
      call('app.send', FINAL, async () => app.send(to, text, options)),
  });
}

/** Most screens ask little: a part is made when it is asked for. */
function lazily(of: object, name: string, make: () => unknown): void {
  Object.defineProperty(of, name, {
    configurable: true,
    enumerable: true,
    get: () => {
      const value = make();
      Object.defineProperty(of, name, { value, enumerable: true });
      return value;
    },
  });
}

function recordedPart(app: App, name: Recorded, call: Call): unknown {
  const part = app[name] as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  const methods = Object.entries(CALLS[name] as Readonly<Record<string, Effect>>);
  return Object.fromEntries(
    methods.map(([method, effect]) => [
      method,
      (...given: unknown[]) =>
        call(`app.${name}.${method}(${nameIn(given)})`, effect, async () => part[method]?.(...given)),
    ]),
  );
}

function withJson(response: Omit<HttpResponse, 'json'>): HttpResponse {
  return { ...response, json: <T>() => JSON.parse(response.body) as T };
}

function nameIn([first]: readonly unknown[]): string {
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
