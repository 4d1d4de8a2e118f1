import { NOTE_TALK, OPEN_TALKS, OWN_KEYWORD, TALK_KEY, type TalkNote } from '@vumi/core/talks';
import type { AppDefinition } from '../app.ts';
import type { Message, ReplyOptions, SessionEvent } from '../message.ts';
import type { Catalog } from '../languages/catalog.ts';
import { withLanguages } from '../languages/with-languages.ts';
import type { HostLinks, LinkPlace } from './host-links.ts';
import { withConversations } from './conversations.ts';
import { turns } from './recorder.ts';

/** A host answers calls one after the other, and what follows from one has begun by then. */
const BETWEEN_ANSWERS = 200;

interface Said {
  readonly text: string;
  readonly isEnd: boolean;
  readonly waits: ReplyOptions['waits'];
}

interface Scheduled {
  readonly at: number;
  readonly data: unknown;
}

/** A phone, and an app that has no platform around it: state, clock and schedules in memory, committed as a platform does. */
export class FakePhone {
  readonly transportType: string;
  readonly from: string;
  readonly sent: { readonly to: string; readonly text: string }[] = [];
  readonly logged: string[] = [];
  readonly notes: TalkNote[] = [];
  /** Calls that reached the app, not those that a conversation remembers. */
  readonly calls: string[] = [];
  readonly links: (LinkPlace & { readonly path: string })[] = [];
  readonly timers = new Map<string, Scheduled>();
  /** What is known of the contact. */
  extra: Readonly<Record<string, string>> = {};
  state = new Map<string, unknown>();
  now = Date.parse('2026-03-01T08:00:00Z');
  definition: AppDefinition;
  catalog: Catalog | null = null;
  hasOptedOut = false;
  /** By which the app writes first, by endpoint. */
  networks: Readonly<Record<string, string>> = {};
  #messages = 0;
  #answered = Promise.resolve();

  constructor(definition: AppDefinition, transportType = 'sms', from = '+27761234567') {
    this.definition = definition;
    this.transportType = transportType;
    this.from = from;
  }

  /** What the app answers to a text. */
  async say(content: string | null, sessionEvent: SessionEvent = null): Promise<string> {
    const replies = await this.hear(content, sessionEvent);
    return replies.map(({ text, isEnd }) => (isEnd ? `${text} [end]` : text)).join('\n---\n');
  }

  /** The app's own keyword alone, on a number that it shares. */
  async sayKeyword(content: string): Promise<string> {
    const replies = await this.hear(content, null, { [OWN_KEYWORD]: true });
    return replies.map(({ text }) => text).join('\n---\n');
  }

  /** A schedule of the app that is for nobody, and what came of it. */
  async fire(name: string): Promise<void> {
    const timer = { id: name, name, user: null, due: this.now, data: null } as never;
    await this.#turn((definition, app) => definition.onSchedule?.(timer, app as never));
    await this.wait(0);
  }

  /** An event about what the app has sent. */
  async tell(event: string): Promise<void> {
    await this.#turn((definition, app) => definition.onEvent?.({ event_type: event } as never, app as never));
    await this.wait(0);
  }

  dial(): Promise<string> {
    return this.say(null, 'new');
  }

  async hear(
    content: string | null,
    sessionEvent: SessionEvent = null,
    marks: Readonly<Record<symbol, unknown>> = {},
  ): Promise<Said[]> {
    const said: Said[] = [];
    this.#messages += 1;
    const message = {
      message_id: `m${this.#messages}`,
      from_addr: this.from,
      to_addr: '8000',
      content,
      session_event: sessionEvent,
      transport_type: this.transportType,
      routing_metadata: { endpoint_name: 'default' },
      reply: async (text: string, { end = false, waits }: ReplyOptions = {}) => {
        said.push({ text, isEnd: end, waits });
        return 'r';
      },
    } as unknown as Message;
    await this.#turn((definition, app) =>
      definition.onMessage?.(message, Object.assign(app as object, marks) as never),
    );
    return said;
  }

  /** Time passes; what is due happens in order. What was sent is in `sent`. */
  async wait(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [name, { at, data }] = due;
      this.timers.delete(name);
      this.now = at;
      const timer = { id: name, name, user: this.from, due: at, data } as never;
      await this.#turn((definition, app) => definition.onSchedule?.(timer, app as never));
    }
    this.now = until;
  }

  /** The page behind the last link answers. */
  async answer(value: unknown): Promise<void> {
    const { question } = this.links.at(-1) ?? {};
    const data = { ...question, kind: 'answer', value };
    const timer = { id: 'a', name: 'vumi:talk:8000:answer', user: this.from, due: this.now, data } as never;
    await this.#turn((definition, app) => definition.onSchedule?.(timer, app as never));
  }

  /** A new isolate for each message: nothing outlives it but what was committed. */
  async #turn(handle: (definition: AppDefinition, app: unknown) => unknown): Promise<void> {
    const state = new Map(this.state);
    const sent: { to: string; text: string }[] = [];
    const handlers = withConversations(this.definition, this.catalog ?? undefined);
    const speaking = this.catalog === null ? handlers : withLanguages(handlers, this.catalog);
    await handle(speaking, this.#app(state, sent));
    this.state = state;
    this.sent.push(...sent);
    this.now += 1000;
  }

  #hostLinks(): HostLinks {
    return {
      make: async (path, options) => {
        this.links.push({ path, ...options });
        return `https://app.example/l/${this.links.length}`;
      },
      keep: async () => void this.calls.push('keep links'),
      revoke: async () => void this.calls.push('revoke links'),
    };
  }

  #ofTalks(state: ReadonlyMap<string, unknown>): object {
    return {
      [NOTE_TALK]: (one: TalkNote) => void this.notes.push(one),
      [OPEN_TALKS]: async (_user: string, endpoint = '') => ({
        talks: talksIn(state),
        network: this.networks[endpoint] ?? null,
      }),
    };
  }

  #app(state: Map<string, unknown>, sent: { to: string; text: string }[]): unknown {
    const scope = (name: string) => ({
      get: async (key: string) => {
        if (!key.startsWith('vumi:')) this.calls.push(`${name}.get ${key}`);
        return JSON.parse(JSON.stringify(state.get(`${name} ${key}`) ?? null)) as unknown;
      },
      set: async (key: string, value: unknown) => {
        if (!key.startsWith('vumi:')) this.calls.push(`${name}.set ${key}`);
        state.set(`${name} ${key}`, JSON.parse(JSON.stringify(value)));
      },
      delete: async (key: string) => void state.delete(`${name} ${key}`),
      increment: async (key: string, by = 1) => {
        const sum = Number(state.get(`${name} ${key}`) ?? 0) + by;
        this.calls.push(`${name}.increment ${key}`);
        state.set(`${name} ${key}`, sum);
        return sum;
      },
    });
    const log = (text: string): void => void this.logged.push(text);
    return {
      state: scope('state'),
      user: scope('user'),
      now: this.now,
      contacts: { get: async () => ({ extra: this.extra }) },
      config: { greeting: 'Hello' },
      log: { debug: log, info: log, warn: log, error: log },
      secrets: { get: async () => 'secret' },
      http: {
        request: async (url: string) => {
          this.calls.push(`http ${url}`);
          this.#answered = this.#answered.then(() => turns(BETWEEN_ANSWERS));
          await this.#answered;
          return { status: 200, headers: {}, body: JSON.stringify({ url }), json: () => ({ url }) };
        },
      },
      optouts: {
        status: async () => ({ opted_out: this.hasOptedOut }),
        optOut: async () => {
          this.calls.push('optOut');
          return { opted_out: true };
        },
      },
      links: this.#hostLinks(),
      schedule: {
        once: async (name: string, { in: seconds = 0, data = null }: { in?: number; data?: unknown }) => {
          this.timers.set(name, { at: this.now + seconds * 1000, data });
          return name;
        },
        cancel: async (name: string) => void this.timers.delete(name),
      },
      ...this.#ofTalks(state),
      send: async (to: string, text: string) => {
        sent.push({ to, text });
        return 's';
      },
    };
  }
}

function talksIn(state: ReadonlyMap<string, unknown>): (readonly [string, unknown])[] {
  const prefix = `user ${TALK_KEY}`;
  return [...state].flatMap(([key, kept]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), kept] as const] : [],
  );
}
