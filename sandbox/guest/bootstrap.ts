/**
 * The trusted half inside the guest, evaluated before tenant code, once for each isolate. It takes `post` off the
 * global and returns the entries, which only the runner holds. No guest promise is ever settled from outside a timed
 * entry and no guest value or error crosses: texts are posted (spec sandbox-security §2.6).
 */
import { SET_MOMENT, type SetMoment } from '@vumi/core/talks';
import type { AppDefinition, DeliveryEvent, Json, Log, PlainApp, Timer } from '@vumi/sdk';
import { createApp, createEventApp, createMessage, createUserApp } from './app-object.ts';
import { errorText } from './error-text.ts';
import type { Answer, Entries, GuestLimits, LoadSettings, Post, PostKind, TurnStart } from './host.ts';
import {
  apply,
  deleteIn,
  evaluate,
  getIn,
  isFinite,
  parse,
  push,
  setIn,
  stringify,
  andThen,
  TrustedError,
  TrustedMap,
  TrustedPromise,
} from './primordials.ts';
import { closeRealm, freezeDeep, freezeTime, setPresent, type Present } from './realm.ts';
import { Turn } from './turn.ts';

interface Loaded {
  readonly definition: AppDefinition;
  readonly config: Readonly<Record<string, Json>>;
  readonly limits: GuestLimits;
}

const HANDLERS = ['onMessage', 'onEvent', 'onSchedule', 'onOptOut', 'onOptIn'] as const;
/** Of ids of messages. */
const ID_LENGTH = 32;
const NO_HANDLER =
  'the app exports no handler: write "export default defineApp({ async onMessage(message, app) { … } })"';

interface Running {
  readonly turn: Turn;
  readonly present: Present;
}

const turns = new TrustedMap<number, Running>();
let loaded: Loaded | null = null;

function takePost(): Post {
  const post = Reflect.get(globalThis, '__post') as Post;
  Reflect.deleteProperty(globalThis, '__post');
  return post;
}

const postNow = takePost();
/** What is posted while the runner's own thread is in here; null when it is another. */
let held: string | null = null;

function post(kind: PostKind, turn: number, text: string): void {
  if (held === null) postNow(kind, turn, text);
  else held += `${kind} ${turn} ${text.length}\n${text}`;
}

/** The worker is a script whose value is what it exports (bundle/compile-app.ts). */
function exportsOf(worker: string | (() => unknown)): AppDefinition {
  const exported = (typeof worker === 'function' ? worker() : evaluate(worker)) as
    | { default?: unknown }
    | undefined;
  const definition = exported?.default ?? exported;
  if (typeof definition !== 'object' || definition === null) throw new TrustedError(NO_HANDLER);
  return definition;
}

function load(worker: string | (() => unknown), settings: string): void {
  try {
    const { config, limits } = parse(settings) as LoadSettings;
    const definition = exportsOf(worker);
    const names: string[] = [];
    for (let index = 0; index < HANDLERS.length; index++) {
      const name = HANDLERS[index];
      if (name !== undefined && typeof definition[name] === 'function') push(names, name);
    }
    if (names.length === 0) throw new TrustedError(NO_HANDLER);
    loaded = { definition, config: freezeDeep(config) as Readonly<Record<string, Json>>, limits };
    post('loaded', 0, stringify(names));
  } catch (error) {
    post('unloadable', 0, errorText(error));
  }
}

function begin(turn: Turn, start: TurnStart, { log }: { readonly log: Log }): Present {
  const present: Present = { now: turn.now, log, seedText: start.ids[0] ?? '', seed: null };
  setIn(turns, turn.number, { turn, present });
  setPresent(present);
  return present;
}

/** Lets a conversation go through the times of its messages before, in its own turn alone. */
function withMoments(app: PlainApp, present: Present): PlainApp {
  const setMoment: SetMoment = (now, chance, isSilent) => {
    present.now = isFinite(now) ? now : 0;
    present.seed = chance | 0;
    present.log = isSilent ? null : app.log;
  };
  return { ...app, [SET_MOMENT]: setMoment } as PlainApp;
}

function callHandler(app: Loaded, turn: Turn, start: TurnStart): unknown {
  const { definition, config } = app;
  if (start.kind === 'event') {
    const surroundings = createEventApp(turn, config);
    begin(turn, start, surroundings);
    const { onEvent } = definition;
    if (typeof onEvent !== 'function') return undefined;
    return apply(onEvent, definition, [start.body as unknown as DeliveryEvent, surroundings]);
  }
  if (start.kind === 'optout' || start.kind === 'optin') return callOnOptout(app, turn, start);
  const plain = createApp(turn, config);
  const surroundings = withMoments(plain, begin(turn, start, plain));
  if (start.kind === 'schedule') return callOnSchedule(definition, start, surroundings);
  const { onMessage } = definition;
  if (typeof onMessage !== 'function') return undefined;
  return apply(onMessage, definition, [createMessage(turn, start.body), surroundings]);
}

/** A version without the handler, such as one of a rollout, has nothing to do. */
function callOnOptout({ definition, config }: Loaded, turn: Turn, start: TurnStart): unknown {
  const { user, due, data } = start.body as {
    user: string;
    due: number;
    data: { type: string; message_id: string | null };
  };
  const surroundings = createUserApp(turn, config);
  begin(turn, start, surroundings);
  const handler = start.kind === 'optout' ? definition.onOptOut : definition.onOptIn;
  if (typeof handler !== 'function') return undefined;
  if (start.kind === 'optout') turn.silence(user);
  const change = { address: user, type: data.type, at: due, message_id: data.message_id };
  return apply(handler, definition, [surroundings, change]);
}

function callOnSchedule(definition: AppDefinition, start: TurnStart, surroundings: PlainApp): unknown {
  const timer = start.body as unknown as Timer;
  const { onSchedule } = definition;
  if (typeof onSchedule === 'function') return apply(onSchedule, definition, [timer, surroundings]);
  surroundings.log.warn('a schedule came due, but the app exports no onSchedule', { name: timer.name });
  return undefined;
}

function finish(turn: Turn): void {
  deleteIn(turns, turn.number);
  try {
    turn.finish();
  } catch (error) {
    turn.fail(errorText(error));
  }
}

function fail(turn: Turn, error: unknown): void {
  deleteIn(turns, turn.number);
  turn.fail(errorText(error));
}

/** Nobody gets a text that a handler returns; `return message.reply(…)` returns the id of a message. */
function warnOfText(turn: Turn, value: unknown): void {
  if (typeof value !== 'string' || value.length === ID_LENGTH) return;
  turn.log({
    level: 'warn',
    text: 'the handler returned a text, which nobody gets: write "await message.reply(text)", or ask by onConversation',
  });
}

/** Follows a promise, of whatever making, to its end. */
function follow(turn: Turn, result: unknown): void {
  if (typeof result !== 'object' || result === null) return finish(turn);
  const whenDone = (value: unknown): void => {
    warnOfText(turn, value);
    finish(turn);
  };
  const whenFailed = (reason: unknown): void => fail(turn, reason);
  if (result instanceof TrustedPromise) {
    void andThen(result, whenDone, whenFailed);
    return;
  }
  const foreignThen = (result as { then?: unknown }).then;
  if (typeof foreignThen !== 'function') return finish(turn);
  apply(foreignThen, result, [whenDone, whenFailed]);
}

function dispatch(number: number, text: string, holds: boolean = false): void {
  held = holds ? '' : null;
  const start = parse(text) as TurnStart;
  if (loaded === null) return post('threw', number, 'the app is not loaded');
  const turn = new Turn(number, start, { post, limits: loaded.limits });
  try {
    follow(turn, callHandler(loaded, turn, start));
  } catch (error) {
    fail(turn, error);
  }
}

function settle(number: number, text: string, holds: boolean = false): void {
  held = holds ? '' : null;
  const running = getIn(turns, number);
  if (running === undefined) return;
  setPresent(running.present);
  const answers = parse(text) as Answer[];
  for (let index = 0; index < answers.length; index++) {
    const answer = answers[index];
    if (answer !== undefined) running.turn.settle(answer);
  }
}

/** All microtasks of the entry have run when this is called. */
function take(): string {
  const posts = held ?? '';
  held = null;
  return posts;
}

function drop(number: number): void {
  getIn(turns, number)?.turn.drop();
  deleteIn(turns, number);
}

freezeTime();
closeRealm();

/** Read by the runner as the value of the script. */
export const entries: Entries = { load, dispatch, settle, drop, take };
