import type { Duration, Json, Jsonable } from '@vumi/sdk';

/** What a test kit refuses by itself; each can be turned off by name. */
export type CheckName =
  /** A handler failed. */
  | 'failures'
  /** A USSD text that one page has no room for. */
  | 'pages'
  /** A text of more segments than `maxSegments`. */
  | 'segments'
  /** A message of a USSD session that got no answer, or more than one. */
  | 'answers'
  /** Calls that the handler did not await. */
  | 'awaited'
  /** The app answers otherwise in a new isolate: it keeps something in variables. */
  | 'isolates'
  /** A conversation that remembers more than half of what it may. */
  | 'journal'
  /** An HTTP call for which no fixture is there. */
  | 'http';

export interface WorldOptions {
  /** Of phones: `sms` (default), `ussd`, or another `transport_type` of Vumi. */
  readonly transport?: string;
  /** When it begins: milliseconds since the epoch or ISO 8601. Default: 2026-01-01T08:00:00Z. */
  readonly at?: string | number;
  /** The app's own number. Default: 12345. */
  readonly number?: string;
  readonly config?: Readonly<Record<string, Json>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** SMS that a text may take: 3. */
  readonly maxSegments?: number;
  /** `{ isolates: false }` turns off what is checked by itself. */
  readonly checks?: Readonly<Partial<Record<CheckName, boolean>>>;
}

/** A text as a phone has it. */
export interface Shown {
  readonly text: string;
  /** Septets of the GSM alphabet, or UTF-16 units. */
  readonly units: number;
  readonly encoding: string;
  /** SMS that it is billed as; 1 on USSD. */
  readonly segments: number;
  /** It ends the session. */
  readonly ends: boolean;
}

export interface Received extends Shown {
  /** ISO 8601. */
  readonly at: string;
  /** Which of the app's ways out it came by. */
  readonly endpoint: string;
}

export interface PhoneOptions {
  /** Default: the world's. */
  readonly transport?: string;
  /** Of the contact, which is made for it: BCP 47. Default: none is made. */
  readonly language?: string;
  /** What it writes to and dials. Default: the app's number. */
  readonly to?: string;
}

/** Where a conversation waits. */
export interface OpenQuestion {
  readonly screen: string;
  /** The verb, and the question's `id` or its number: `ask "age"`. */
  readonly question: string;
}

export interface OpenOptions {
  /** Digits that the link asks for. */
  readonly pin?: string;
}

/** The app's page in the browser of a user. */
export interface OpenPage {
  /** Where it opened. */
  readonly path: string;
  /** What it may do of its user. */
  readonly scopes: readonly string[];
  /**
   * Answers the question that the link is, as `POST /api/v1/answer`. Rejects where that is over.
   *
   * @example
   * await thandi.dial();
   * await thandi.text('photo');
   * await (await thandi.open()).answer({ kind: 'cut' });
   */
  answer<T extends Jsonable<T>>(value: T): Promise<void>;
}

/** A subscriber. What he does takes a second each. */
export interface Phone {
  /**
   * Its number.
   *
   * @example
   * thandi.address; // → '+27761234567'
   */
  readonly address: string;
  /**
   * What he sees: the last answer to a message of his; null before.
   *
   * @example
   * thandi.screen; // → null
   * await thandi.dial();
   * thandi.screen?.units; // → 10
   */
  readonly screen: Shown | null;
  /**
   * All that he got; on USSD what came by itself, without the answers.
   *
   * @example
   * await thandi.dial();
   * await world.advance('2 hours'); // the question is asked again, by SMS
   * thandi.inbox.map(({ text, endpoint }) => [text, endpoint]); // → [['Your name?', 'sms']]
   */
  readonly inbox: readonly Received[];
  /**
   * Where his conversation waits; null where none is open.
   *
   * @example
   * await thandi.dial();
   * thandi.at; // → { screen: 'start', question: 'ask "name"' }
   */
  readonly at: OpenQuestion | null;
  /**
   * What he said and was answered, as a `transcript.json`.
   *
   * @example
   * await thandi.dial();
   * JSON.parse(thandi.transcript).length; // → 1
   */
  readonly transcript: string;
  /**
   * Begins a session.
   *
   * @throws Rejects with what a check of the kit refuses, as all that a phone does.
   *
   * @example
   * (await thandi.dial('*120*8864#'))?.text; // → 'Your name?'
   */
  dial(code?: string): Promise<Shown | null>;
  /**
   * Writes a text; in an open session, answers.
   *
   * @throws Rejects on a network with sessions while none is open.
   *
   * @example
   * await thandi.dial();
   * (await thandi.text('Thandi'))?.text; // → 'Where do you live?\n1. In a city\n2. On a farm'
   */
  text(content: string): Promise<Shown | null>;
  /**
   * Answers one question after the other.
   *
   * @example
   * await thandi.dial();
   * (await thandi.type('Thandi', '2'))?.text; // → 'How old are you?'
   */
  type(...answers: readonly string[]): Promise<Shown | null>;
  /**
   * The last address of a page that it got; null: none.
   *
   * @example
   * thandi.link; // → null
   */
  readonly link: string | null;
  /**
   * Presses the button behind an address, as one does once: the last one that it got where none is given. Rejects where it does
   * not open.
   *
   * @example
   * await thandi.dial();
   * await thandi.text('photo');
   * (await thandi.open()).path; // → '/photo'
   */
  open(url?: string | null, options?: OpenOptions): Promise<OpenPage>;
  /**
   * Ends the session, as the user does.
   *
   * @throws Rejects where none is open.
   *
   * @example
   * await thandi.dial();
   * await thandi.hangUp();
   */
  hangUp(): Promise<void>;
  /**
   * Time goes on, for all.
   *
   * @example
   * await thandi.dial();
   * await thandi.wait('10 minutes');
   * world.now - Date.parse('2026-01-01T08:00:00Z') > 600_000; // → true
   */
  wait(duration: Duration): Promise<void>;
  /**
   * Dials what was dialled last.
   *
   * @example
   * await thandi.dial('*120*8864#');
   * await thandi.hangUp();
   * (await thandi.redial())?.text; // → 'Your name?'
   */
  redial(): Promise<Shown | null>;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface HttpReply {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: string;
  /** The call fails, with this text: `{ fails: 'no answer within 10 s' }`. */
  readonly fails?: string;
}

export interface FixtureOptions {
  /** How often it answers. Default: always. */
  readonly times?: number;
  /** Which of the calls to that address: `({ body }) => body.includes('7')`. */
  readonly when?: (request: HttpRequest) => boolean;
}

/** Answers the app's HTTP calls: none leaves. The fixture that was set last goes first. */
export interface HttpFixtures {
  /**
   * Says what answers the calls to an address.
   *
   * @example
   * world.http.on('GET', /example\.org/, ({ url }) => ({ json: { asked: url } }), { times: 1 });
   */
  on(
    method: string,
    url: string | RegExp,
    reply: HttpReply | ((request: HttpRequest) => HttpReply),
    options?: FixtureOptions,
  ): void;
  /**
   * What the app called.
   *
   * @example
   * await thandi.dial();
   * await thandi.type('Thandi', '2', '24');
   * world.http.calls.map(({ method, url }) => [method, url]); // → [['GET', 'https://api.example.org/clinics/42']]
   */
  readonly calls: readonly HttpRequest[];
}

/** Keys and values, as the app has them. */
export interface Values {
  /**
   * The value of a key; null where there is none.
   *
   * @example
   * await thandi.dial();
   * await thandi.type('Thandi', '2', '24');
   * await world.user(thandi).get('profile'); // → { name: 'Thandi', area: 'farm', age: 24 }
   */
  get<T = Json>(key: string): Promise<T | null>;
  /**
   * Sets a value, as if the app had.
   *
   * @example
   * await world.state.set('open', true);
   * await world.state.get('open'); // → true
   */
  set<T extends Jsonable<T>>(key: string, value: T): Promise<void>;
}

export interface Sent extends Shown {
  readonly id: string;
  readonly to: string;
  readonly endpoint: string;
  /** It answers a message. */
  readonly isReply: boolean;
  /** ISO 8601. */
  readonly at: string;
}

export interface OpenSchedule {
  readonly name: string;
  readonly user: string | null;
  /** ISO 8601. */
  readonly due: string;
  readonly data: unknown;
}

/** How a message, event or schedule fared. */
export interface RunShown {
  readonly kind: 'message' | 'event' | 'schedule' | 'optout' | 'optin';
  readonly outcome: string;
  readonly error: string | null;
  /** Microseconds of CPU. */
  readonly cpu: number;
  /** Calls to the platform by kind. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface LogLineShown {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface MetricsShown {
  /**
   * All values that were given, in order.
   *
   * @example
   * await thandi.dial();
   * await thandi.type('Thandi', '2', '24');
   * world.metrics.values('registrations'); // → [1]
   */
  values(name: string): number[];
  /**
   * All values that were given, added up.
   *
   * @example
   * world.metrics.sum('registrations'); // → 0
   */
  sum(name: string): number;
  /**
   * The value that was given last; null where there is none.
   *
   * @example
   * world.metrics.last('registrations'); // → null
   */
  last(name: string): number | null;
}

export interface ContactShown {
  readonly key: string;
  readonly msisdn: string | null;
  readonly name: string | null;
  readonly surname: string | null;
  readonly extra: Readonly<Record<string, string>>;
  readonly subscription: Readonly<Record<string, string>>;
}

export interface Events {
  /**
   * The network took a text and delivered it. Default: the last one.
   *
   * @example
   * await thandi.dial();
   * await world.events.deliver();
   */
  deliver(sent?: Sent): Promise<void>;
  /**
   * The network refused a text. Default: the last one.
   *
   * @example
   * await thandi.dial();
   * await world.events.fail(world.sends.at(-1), 'no such number');
   */
  fail(sent?: Sent, reason?: string): Promise<void>;
}

export interface Setting<V> {
  /**
   * From the next message on.
   *
   * @example
   * world.config.set('goodbye', 'See you.');
   * await thandi.dial();
   * (await thandi.type('Thandi', '2', '24'))?.text; // → 'Thank you, Thandi. See you.'
   */
  set(name: string, value: V): void;
}

export interface ExploreOptions {
  /** Phones that take turns: 1. */
  readonly phones?: number;
  /** Messages, times and hang-ups at most: 2,000. */
  readonly turns?: number;
  /** Of the walks after all places were seen: the same seed, the same walks. */
  readonly seed?: number;
  /** Of contacts, each explored by itself. Default: a user whose language nobody knows. */
  readonly languages?: readonly string[];
  /** What begins a conversation where there are no sessions. Default: `hi`. */
  readonly begin?: string;
  /** Ways to an HTTP call that no fixture answers are not followed, in place of being refused. */
  readonly withoutHttp?: boolean;
}

/** The longest text of a place. */
export interface PlaceShown extends Shown {
  /** Null: the conversation was over. */
  readonly at: OpenQuestion | null;
  /** Null: not known. */
  readonly language: string | null;
}

/** A call that asks, in the author's file; or `onOptOut` and `onOptIn`, by that name. */
export interface QuestionSite {
  /** `workers/worker.js:42`. */
  readonly place: string;
  readonly verb: string;
  readonly id: string | null;
}

export interface Explored {
  readonly turns: number;
  /** All places that there are were seen; else there were not turns enough. */
  readonly isComplete: boolean;
  readonly places: readonly PlaceShown[];
  /** HTTP calls that were not followed: why. */
  readonly skipped: readonly string[];
  readonly questions: {
    readonly reached: readonly QuestionSite[];
    readonly missed: readonly QuestionSite[];
    /** Percent of them that were reached; 100 where there are none. */
    readonly coverage: number;
  };
}

/**
 * An app with a platform around it: its bundle is taken in, its code runs in runners, and what it does is committed, as in
 * production. State is in memory, and time is what the test says (spec authoring §6.3).
 */
export interface World extends AsyncDisposable {
  /**
   * Milliseconds since the epoch.
   *
   * @example
   * world.now; // → Date.parse('2026-01-01T08:00:00Z')
   */
  readonly now: number;
  /**
   * The phone of an address: the same one each time that it is asked for.
   *
   * @example
   * const sipho = world.phone('+27820001111', { transport: 'sms', language: 'zu' });
   * (await sipho.text('hi'))?.text; // → 'Your name?'
   */
  phone(address: string, options?: PhoneOptions): Phone;
  /**
   * Time goes on; what was scheduled happens in order.
   *
   * @example
   * await thandi.dial();
   * await thandi.type('Thandi', '2', '24');
   * await world.advance('1 day');
   * thandi.inbox.at(-1)?.text; // → 'Time for your check-up.'
   */
  advance(duration: Duration): Promise<void>;
  /**
   * What answers the app's calls.
   *
   * @example
   * world.http.on('GET', 'https://api.example.org/clinics/42', { fails: 'no answer within 10 s' });
   */
  readonly http: HttpFixtures;
  /**
   * What all users of the app share.
   *
   * @example
   * await world.state.get('nothing'); // → null
   */
  readonly state: Values;
  /**
   * What the app keeps of one user.
   *
   * @example
   * await world.user('+27761234567').get('profile'); // → null
   */
  user(of: Phone | string): Values;
  /**
   * Whom the account knows.
   *
   * @example
   * await thandi.dial();
   * await thandi.type('Thandi', '2', '24');
   * world.contacts.map(({ msisdn, extra }) => [msisdn, extra]); // → [['+27761234567', { area: 'farm' }]]
   */
  readonly contacts: readonly ContactShown[];
  /**
   * All that the app sent, in order.
   *
   * @example
   * await thandi.dial();
   * world.sends.map(({ text, isReply }) => [text, isReply]); // → [['Your name?', true]]
   */
  readonly sends: readonly Sent[];
  /**
   * What networks say of what the app sent.
   *
   * @example
   * await thandi.dial();
   * await world.events.deliver(world.sends[0]);
   */
  readonly events: Events;
  /**
   * What the app has scheduled, and has not happened.
   *
   * @example
   * await thandi.dial();
   * await thandi.type('Thandi', '2', '24');
   * world.schedules.map(({ name, user }) => [name, user]); // → [['checkup', '+27761234567']]
   */
  readonly schedules: readonly OpenSchedule[];
  /**
   * How each message, event and schedule fared, in order.
   *
   * @example
   * await thandi.dial();
   * world.runs.map(({ kind, outcome }) => [kind, outcome]); // → [['message', 'ok']]
   */
  readonly runs: readonly RunShown[];
  /**
   * What the app logged, in order.
   *
   * @example
   * await thandi.dial();
   * await thandi.type('Thandi', '2', '24');
   * world.log.map(({ text, fields }) => [text, fields]); // → [['registered', { area: 'farm' }]]
   */
  readonly log: readonly LogLineShown[];
  /**
   * What the account has configured.
   *
   * @example
   * world.config.set('goodbye', 'See you.');
   */
  readonly config: Setting<Json>;
  /**
   * What the account keeps secret for the app.
   *
   * @example
   * world.secrets.set('api_key', 'k-123');
   */
  readonly secrets: Setting<string>;
  /**
   * What the app measured.
   *
   * @example
   * await thandi.dial();
   * await thandi.type('Thandi', '2', '24');
   * world.metrics.sum('registrations'); // → 1
   */
  readonly metrics: MetricsShown;
  /**
   * The process that runs the app dies in the middle of the next message.
   *
   * @example
   * await thandi.dial();
   * await thandi.type('Thandi', '2');
   * world.kill();
   * (await thandi.text('24'))?.text; // → 'Thank you, Thandi. '
   * world.metrics.sum('registrations'); // → 1
   */
  kill(): void;
  /**
   * Another version: sessions that are open stay on theirs until they end.
   *
   * @example
   * await thandi.dial();
   * await world.deploy('.');
   * (await thandi.text('Thandi'))?.text; // → 'Where do you live?\n1. In a city\n2. On a farm'
   */
  deploy(dir: string): Promise<void>;
  /**
   * Goes to all places of the app, breadth first, from how the world is now: options, answers that parsers take and refuse,
   * `examples`, keys, help, STOP, hanging up and dialling again. Rejects with the shortest script that does what is
   * refused, or that leads to where no answer ends the conversation, as a test to be pasted.
   *
   * @throws Rejects with what is wrong, as a test to be pasted.
   *
   * @example
   * const { questions } = await world.explore({ turns: 300 });
   * questions.coverage; // → 100
   */
  explore(options?: ExploreOptions): Promise<Explored>;
  /**
   * The last message comes once more, as after a crash: it must have no second effect.
   *
   * @example
   * await thandi.dial();
   * await thandi.type('Thandi', '2', '24');
   * await world.twice();
   * world.metrics.sum('registrations'); // → 1
   */
  twice(): Promise<void>;
  /**
   * Ends the runners of the world. `await using world = await openWorld('.')` does it by itself at the end of the test, also of one
   * that fails.
   *
   * @example
   * await world.close();
   */
  close(): Promise<void>;
}

/** How `openWorld` is called. */
export type OpenWorld = (dir: string, options?: WorldOptions) => Promise<World>;
