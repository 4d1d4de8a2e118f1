import {
  addressKey,
  bodyOf,
  interfaceConnector,
  Lanes,
  parseUserMessage,
  stampOf,
  type Handler,
  type KeyedState,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { HttpPort } from '@vumi/http';
import type { EndPorts, WorkerHealth, WorkerPorts } from '@vumi/runtime';
import type { Components, ServedInterface } from '@vumi/store';
import { stateKey, type Turn } from '../base/turn.ts';
import { Turns } from '../base/turns.ts';
import { Receiver } from '../receiver/receiver.ts';
import { judge, type Verdict } from '../receiver/verdict.ts';
import type { Callback, Dialect, Note } from './dialect.ts';
import { keepingOf } from './keeping.ts';
import { Outlet } from './outlet.ts';
import { StatusTelling } from './status-telling.ts';

/** Messages that are worked on at once; those of one user one after another. */
const PREFETCH = 2000;
/** So many failures while others were taken, and a message does harm. */
const GIVE_UP_ATTEMPTS = 20;
const HOUR_MS = 3_600_000;

export interface CallbackPorts extends Pick<WorkerPorts, 'clock' | 'random' | 'logger'> {
  readonly ends: Pick<EndPorts, 'application'>;
  readonly state: KeyedState;
  readonly http: Pick<HttpPort, 'send'>;
  readonly changesOf: Components['changesOf'];
  /** Transports whose messages an interface has. */
  readonly transportsOf: (door: ServedInterface) => readonly string[];
}

/** Tells the programs behind an interface what its users write and what becomes of what they sent, until it is taken. */
export interface Callbacks extends AsyncDisposable {
  readonly streams: Streams;
  status(): WorkerHealth;
  /** The transports may be otherwise than before. */
  statusesChanged(): void;
}

/** Where those read who are not asked themselves. */
interface Streams {
  readonly messages: Outlet;
  readonly events: Outlet;
}

/** What waits in the interface's queues is told to its URLs, in the order of each user's. */
export async function startCallbacks(
  door: ServedInterface,
  dialect: Dialect,
  ports: CallbackPorts,
): Promise<Callbacks> {
  const stopping = new AbortController();
  const receiver = createReceiver(door, dialect, { ...ports, signal: stopping.signal });
  const streams = { messages: new Outlet(ports.random), events: new Outlet(ports.random) };
  const telling = new Telling(door, dialect, { receiver, streams, state: ports.state });
  const connector = interfaceConnector(door.account, door.name);
  const end = ports.ends.application(connector);
  const turns = new Turns(end, { worker: connector, endpoints: null, sendTo: {}, state: ports.state });
  await using stack = new AsyncDisposableStack();
  const lanes = new Lanes();
  const onInbound: Handler<UserMessage> = (message) =>
    lanes.run(`user/${addressKey(message.from_addr ?? '')}`, 1, async () => {
      await turns.run(message.message_id, (turn) => telling.message(message, turn));
    });
  const onEvent: Handler<TransportEvent> = (event) => {
    const note = noteOf(event);
    const whose = typeof note.to === 'string' ? addressKey(note.to) : event.user_message_id;
    return lanes.run(`event/${whose}`, 1, () => telling.event(event, note));
  };
  // The receiver itself knows how often it has tried.
  const options = { prefetch: PREFETCH, maxAttempts: 1 };
  stack.use(await end.onInbound(onInbound, options));
  stack.use(await end.onEvent(onEvent, options));
  const statuses = statusTellingOf(door, dialect, { ...ports, receiver, signal: stopping.signal });
  if (statuses !== null) stack.use(statuses);
  stack.defer(() => {
    streams.messages.close();
    streams.events.close();
    stopping.abort(new Error('the interface is closing'));
  });
  statuses?.wake();
  const running = stack.move();
  return {
    streams,
    status: () => receiver.status(),
    statusesChanged: () => statuses?.wake(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Null: nobody wants to hear of any. */
function statusTellingOf(
  door: ServedInterface,
  { tellStatus }: Dialect,
  {
    state,
    transportsOf,
    ...ports
  }: CallbackPorts & { readonly receiver: Receiver; readonly signal: AbortSignal },
): StatusTelling | null {
  if (tellStatus === undefined || door.status_url === null) return null;
  const transports = () => transportsOf(door);
  return new StatusTelling(door, tellStatus, { ...ports, transports, keeping: keepingOf(door, state) });
}

/** Where a message is kept while it may be answered by its id. */
function originalKey({ account, name }: ServedInterface, messageId: string): string {
  return stateKey(interfaceConnector(account, name), 'messages', messageId);
}

/** Null: it may not be answered any more, or there was none. */
export async function findOriginal(
  state: Pick<KeyedState, 'get'>,
  door: ServedInterface,
  messageId: string,
): Promise<UserMessage | null> {
  const text = await state.get(originalKey(door, messageId));
  return text === null ? null : parseUserMessage(text);
}

interface TellingPorts {
  readonly receiver: Receiver;
  readonly streams: Streams;
  readonly state: KeyedState;
}

class Telling {
  readonly #door: ServedInterface;
  readonly #dialect: Dialect;
  readonly #receiver: Receiver;
  readonly #streams: Streams;
  readonly #state: KeyedState;

  constructor(door: ServedInterface, dialect: Dialect, { receiver, streams, state }: TellingPorts) {
    this.#door = door;
    this.#dialect = dialect;
    this.#receiver = receiver;
    this.#streams = streams;
    this.#state = state;
  }

  async message(message: UserMessage, turn: Turn): Promise<void> {
    const { answeredWithinMs: ttlMs, replyOf, tellHooks, tellSeveral } = this.#dialect;
    if (tellHooks !== undefined) return this.#tellHooks(message.message_id, message, {});
    // It may be answered before its URL has taken it.
    if (ttlMs !== undefined)
      await this.#state.set(originalKey(this.#door, message.message_id), bodyOf(message), ttlMs);
    const several = tellSeveral?.(message, this.#door) ?? null;
    if (several !== null) return this.#tellEach(message.message_id, several);
    const callback = this.#dialect.tellMessage(message, this.#door);
    if (callback === null) return this.#stream(message, this.#streams.messages);
    const answer = await this.#tell(message.message_id, callback);
    const isAnswered = !this.#door.forwarder && message.session_event !== 'close';
    const content = isAnswered ? (replyOf?.(answer) ?? '') : '';
    if (content !== '') turn.reply(message, content);
  }

  async event(event: TransportEvent, note: Note): Promise<void> {
    if (this.#dialect.tellHooks !== undefined) return this.#tellHooks(event.event_id, event, note);
    const callback = this.#dialect.tellEvent(event, this.#door, note);
    if (callback === null) return this.#stream(event, this.#streams.events);
    await this.#tell(event.event_id, callback);
  }

  /** What no URL is told is read by whoever asks, where that is wanted. */
  async #stream(told: UserMessage | TransportEvent, outlet: Outlet): Promise<void> {
    const { lineOf } = this.#dialect;
    if (lineOf !== undefined && this.#door.stream) await outlet.give(lineOf(told, this.#door));
  }

  /** One after the other; each has an id of its own. */
  async #tellHooks(id: string, told: UserMessage | TransportEvent, note: Note): Promise<void> {
    const keeping = keepingOf(this.#door, this.#state);
    const callbacks = (await this.#dialect.tellHooks?.(told, this.#door, { note, keeping })) ?? [];
    for (const [index, callback] of callbacks.entries()) await this.#tell(`${id}/${index}`, callback);
  }

  /** One that is away keeps none of the others waiting. */
  async #tellEach(id: string, callbacks: readonly Callback[]): Promise<void> {
    const told = await Promise.allSettled(
      callbacks.map((callback, index) => this.#tell(`${id}/${index}`, callback)),
    );
    const failed = told.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  #tell(id: string, callback: Callback) {
    const headers = { 'idempotency-key': id, ...callback.headers };
    return this.#receiver.deliver({ ...callback, headers, id });
  }
}

function noteOf(event: TransportEvent): Note {
  const note = stampOf(event)?.sender?.note;
  return typeof note === 'object' && note !== null ? (note as Note) : {};
}

function createReceiver(
  door: ServedInterface,
  dialect: Dialect,
  { http, clock, random, logger, signal }: CallbackPorts & { readonly signal: AbortSignal },
): Receiver {
  const understand = dialect.judge ?? judge;
  return new Receiver({
    http,
    timeoutMs: door.timeout * 1000,
    allowPrivate: false,
    privateServices: door.private_services,
    secrets: [],
    maxInFlight: door.max_in_flight,
    giveUpAttempts: GIVE_UP_ATTEMPTS,
    giveUpAfterMs: door.retry_hours * HOUR_MS,
    // An address that the platform does not ask holds nobody up: what was for it is among the failures.
    judge: (outcome, now): Verdict =>
      outcome.kind === 'refused' ? { kind: 'refused', reason: outcome.reason } : understand(outcome, now),
    ...(dialect.pauses === undefined ? {} : { pauses: dialect.pauses }),
    clock,
    random,
    logger,
    signal,
  });
}
