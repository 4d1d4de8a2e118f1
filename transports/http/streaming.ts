import { errorText, type Clock, type KeyedState, type Logger } from '@vumi/core';
import type { HttpPort, OutboundStream, StreamEnd } from '@vumi/http';
import { keepTrying, type TryOutcome } from '../dialing/keep-trying.ts';
import type { ComponentHealth } from '../sending/component-health.ts';
import type { Answered, ChannelRequestOut, ChannelToken } from './channel-sending.ts';
import type { Reading } from './channel.ts';
import { fetchMissed } from './missed-messages.ts';
import { OffsetBook } from './offset-book.ts';
import { TokenKeeper } from './token-keeper.ts';
import { verdictOf } from './verdict.ts';

/** What a dialect is told of a stream beside the configuration. */
interface StreamAbout {
  /** Of the network's token endpoint; "" where the channel has none. */
  readonly token: string;
}

/** What one text of a stream says. */
export interface Heard {
  readonly readings: readonly Reading[];
  /** Where the stream, or a list by its name, is to go on after it. */
  readonly offsets: Readonly<Record<string, string>>;
}

/** What a network gives back of what a stream has missed: a list in which each item has an id, and later ones greater ones. */
export interface MissedList<C> {
  /** Names its offset. */
  readonly name: string;
  /** `after`: the id of the last that is known; null: only the newest one is asked for, to know where to begin. `now`: milliseconds since the epoch. */
  request(config: C, after: string | null, now: number): ChannelRequestOut;
  /** The oldest first. Null: it is no answer that gives any. */
  read(answer: Answered, config: C): readonly MissedItem[] | null;
}

export interface MissedItem {
  readonly id: string;
  readonly readings: readonly Reading[];
}

/** A connection that we open and the network writes to. */
export interface ChannelStream<C> {
  /** Names its offset. */
  readonly name: string;
  /** `offset`: where it is to go on; null: with what comes from now on. */
  open(
    config: C,
    about: StreamAbout & { readonly offset: string | null },
  ): Omit<OutboundStream, 'signal' | 'allowPrivate'>;
  /** Null: it says nothing that anybody wants. */
  read(text: string, config: C, about: StreamAbout): Heard | null;
  /** Read when the stream stands and before its first text, so that nothing falls between them. */
  readonly missed?: readonly MissedList<C>[];
}

/** How a channel hears what its network says. */
export interface ChannelStreaming<C> {
  /** Each is a connection of its own. */
  streams(config: C): readonly ChannelStream<C>[];
  readonly token?: ChannelToken<C>;
}

export interface StreamingPorts {
  readonly http: Pick<HttpPort, 'send' | 'open'>;
  readonly state: Pick<KeyedState, 'get' | 'set'>;
  readonly health: ComponentHealth;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly transport: string;
  readonly allowPrivate: boolean;
  /** Resolves when all is published. */
  readonly take: (readings: readonly Reading[]) => Promise<void>;
  /** Aborted when the transport closes. */
  readonly signal: AbortSignal;
}

const COMPONENT = 'stream';
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;
/** Who refuses us is asked again as seldom as after so many losses. */
const REFUSED_STEPS = 6;
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 429]);
/** Of texts that nobody wants, the offset is kept as often; of others at once. */
const OFFSET_KEPT_MS = 5000;

/**
 * Hears the streams of a channel until the transport closes. What a text says is published, then it is noted as known and the
 * offset goes on, in the state, so that the next life goes on there, on whatever machine: what is heard twice is published
 * once, and a kill in between publishes it again under the same id.
 */
export async function hearStreams<C>(
  streaming: ChannelStreaming<C>,
  config: C,
  ports: StreamingPorts,
): Promise<void> {
  const { http, clock, random, signal, allowPrivate } = ports;
  const send = (request: ChannelRequestOut) => http.send({ ...request, allowPrivate, signal });
  const { token } = streaming;
  const tokens = token === undefined ? null : new TokenKeeper(token, config, { clock, send });
  const hearing = streaming.streams(config).map((stream) => {
    const one = new HeardStream({ stream, config, tokens, ports });
    return keepTrying({
      attempt: () => one.hear(),
      firstMs: FIRST_REST_MS,
      mostMs: LONGEST_REST_MS,
      refusedSteps: REFUSED_STEPS,
      clock,
      random,
      signal,
    });
  });
  await Promise.all(hearing);
}

interface Parts<C> {
  readonly stream: ChannelStream<C>;
  readonly config: C;
  readonly tokens: TokenKeeper<C> | null;
  readonly ports: StreamingPorts;
}

/** One of the streams of a channel, over all its connections. */
class HeardStream<C> {
  readonly #parts: Parts<C>;
  readonly #offsets: OffsetBook;
  /** The network did not let us hear it, and has not since. */
  #isUnknown = false;

  constructor(parts: Parts<C>) {
    const { ports, stream } = parts;
    this.#parts = parts;
    this.#offsets = new OffsetBook({ ...ports, own: stream.name, keptMs: OFFSET_KEPT_MS });
  }

  /** One connection, from its beginning to its end. */
  async hear(): Promise<TryOutcome> {
    const { tokens, ports } = this.#parts;
    try {
      const given = await tokens?.get();
      if (given !== undefined && given.kind !== 'token') return this.#judge(toEnd(given));
      const token = given?.token ?? '';
      const end = await this.#listen({ token });
      if (end.kind === 'answered' && end.status === 401) tokens?.drop(token);
      return this.#judge(end);
    } catch (error) {
      return this.#judge({ kind: 'ended', reason: errorText(error) });
    } finally {
      await this.#offsets
        .close()
        .catch((error: unknown) =>
          ports.logger.warn({ reason: errorText(error) }, 'where a stream goes on could not be kept'),
        );
    }
  }

  async #listen(about: StreamAbout): Promise<StreamEnd> {
    const { stream, config, ports } = this.#parts;
    const offset = await this.#offsets.get(stream.name);
    const failing = new AbortController();
    const signal = AbortSignal.any([ports.signal, failing.signal]);
    let caughtUp = Promise.resolve();
    const end = await ports.http.open(
      { ...stream.open(config, { ...about, offset }), allowPrivate: ports.allowPrivate, signal },
      {
        onOpen: () => {
          caughtUp = this.#catchUp(signal);
          caughtUp.catch((error: unknown) => failing.abort(error));
        },
        take: async (text) => {
          await caughtUp;
          await this.#take(text, about);
        },
      },
    );
    if (failing.signal.aborted && !ports.signal.aborted) throw failing.signal.reason;
    return end;
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    const { stream, config, ports } = this.#parts;
    for (const list of stream.missed ?? [])
      await fetchMissed(list, config, { ...ports, signal, offsets: this.#offsets });
    const auth = 'the network knows us';
    // What a send was refused for is not made good by a stream that is heard.
    if (this.#isUnknown || !ports.health.knows('auth'))
      ports.health.report({ component: 'auth', status: 'ok', type: 'authorized', message: auth });
    this.#isUnknown = false;
    const message = 'hears what the network says';
    ports.health.report({ component: COMPONENT, status: 'ok', type: 'streaming', message });
  }

  async #take(text: string, about: StreamAbout): Promise<void> {
    const { stream, config } = this.#parts;
    const heard = stream.read(text, config, about);
    if (heard !== null) await this.#offsets.publish(heard.readings, heard.offsets);
  }

  #judge(end: StreamEnd): TryOutcome {
    const { health, signal, clock } = this.#parts.ports;
    if (signal.aborted) return 'ended';
    const isUnknown = end.kind === 'answered' && (end.status === 401 || end.status === 403);
    const status = 'down';
    if (isUnknown) {
      this.#isUnknown = true;
      const message = `the network does not let us hear it (${end.status}): see the credentials of the transport`;
      health.report({ component: 'auth', status, type: 'unauthorized', message });
    } else {
      const message = `the stream of the network is not heard: ${reasonOf(end, clock())}`;
      const type = end.kind === 'refused' ? 'address_refused' : 'not_streaming';
      health.report({ component: COMPONENT, status, type, message });
    }
    return isRefusal(end) ? 'refused' : 'ended';
  }
}

/** What keeps a token from us keeps the stream from us. */
function toEnd(
  outcome: Exclude<Awaited<ReturnType<TokenKeeper<unknown>['get']>>, { kind: 'token' }>,
): StreamEnd {
  return outcome.kind === 'uncertain' ? { kind: 'ended', reason: outcome.reason } : outcome;
}

function reasonOf(end: StreamEnd, now: number): string {
  if (end.kind !== 'answered') return end.reason;
  const verdict = verdictOf(end, now);
  return 'reason' in verdict ? verdict.reason : `it answered ${end.status}`;
}

function isRefusal(end: StreamEnd): boolean {
  return end.kind === 'refused' || (end.kind === 'answered' && REFUSALS.has(end.status));
}
