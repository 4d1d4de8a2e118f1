import {
  backoffMs,
  Lanes as AddressLanes,
  sleep,
  VumiError,
  type StatusFields,
  type UserMessage,
} from '@vumi/core';
import { transportMeasures } from '@vumi/measures';
import type { RequestOutcome } from '@vumi/http';
import { Lanes } from '../sending/lanes.ts';
import type { PaceSign } from '../sending/pace.ts';
import type { PartLedger } from '../sending/part-ledger.ts';
import { isUnsent, type PartResult } from '../sending/part-result.ts';
import { dueOf, unwantedResult } from '../sending/unwanted.ts';
import type { TransportPorts } from '../transport-type.ts';
import type { Answered, ChannelRequestOut, ChannelSending, SendContext, Verdict } from './channel-sending.ts';
import type { ComponentHealth } from '../sending/component-health.ts';
import { sentExchange } from './http-exchange.ts';
import type { Marks } from '../sending/results.ts';
import type { SendConfig } from './send-options.ts';
import { TokenKeeper } from './token-keeper.ts';
import { verdictOf } from './verdict.ts';

export interface SenderPorts<C> extends Pick<
  TransportPorts,
  'end' | 'http' | 'clock' | 'exchanges' | 'random' | 'refusalOf'
> {
  readonly sending: ChannelSending<C>;
  readonly options: SendConfig;
  readonly config: C;
  readonly health: ComponentHealth;
  /** Nothing can be sent for a while; or something can again. */
  readonly onResting: (resting: boolean) => void;
  /** Aborted when the transport closes. */
  readonly closing: AbortSignal;
  readonly parts: Pick<PartLedger, 'hand' | 'isWithdrawn'>;
}

/** One request that a message takes. */
export interface Piece {
  readonly message: UserMessage;
  readonly part: number;
  readonly context: Pick<SendContext, 'receiptUrl' | 'publicUrl' | 'before'>;
}

/** It was not sent, and nothing will be for a while: the network is away, full, or does not know us. */
interface Rest {
  readonly kind: 'rest';
  readonly ms: number;
  readonly sign: PaceSign;
  readonly status: Omit<StatusFields, 'details'>;
}

/** It was not sent; only its receiver is not to be sent anything for a while. */
interface Wait {
  readonly kind: 'wait';
  readonly ms: number;
}

/** It was not sent, and another is to be, which is the same to its receiver. */
type Instead = Extract<Verdict, { readonly kind: 'instead' }>;

type Judged = PartResult | Rest | Wait | Instead;
/** Nothing was sent, or not this. */
const UNSENT: ReadonlySet<Judged['kind']> = new Set(['rest', 'wait', 'instead']);

/** No connection came about. */
interface Unsent {
  readonly kind: 'unsent';
  readonly type: string;
  readonly message: string;
}

const LANE = 'http';
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;
const THROTTLE_MS = 1000;
const MOST_DOUBTS = 5;
const UNAUTHORIZED = 'the network does not know us: see the credentials of the transport';
const REDIRECTED =
  'the network says that it is elsewhere, which is not followed: see outbound_url or base_url';

/** Sends messages one by one to each address, a few at once to all, as fast as the network takes them (spec channels §1.2). */
export class Sender<C> {
  readonly #ports: SenderPorts<C>;
  readonly #byAddress = new AddressLanes();
  readonly #lanes: Lanes<{ readonly hasRoom: boolean }>;
  readonly #session = { hasRoom: true };
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  readonly #abandoned = new AbortController();
  /** Null: the network gives none. */
  readonly tokens: TokenKeeper<C> | null;
  readonly counts = { throttled: 0, uncertain: 0 };

  constructor(ports: SenderPorts<C>) {
    const { options } = ports;
    this.#ports = ports;
    const { token } = ports.sending;
    const asking = { clock: ports.clock, send: (request: ChannelRequestOut) => this.#ask(request) };
    this.tokens = token === undefined ? null : new TokenKeeper(token, ports.config, asking);
    this.#lanes = new Lanes({
      window: options.max_in_flight,
      maxRate: options.mt_tps === 0 ? Number.POSITIVE_INFINITY : options.mt_tps,
      delayMs: THROTTLE_MS,
      clock: () => performance.now(),
      onThrottled: () => {},
      onAnswered: (ms) => transportMeasures.submitSeconds.observe(ms / 1000, ports.end.name),
    });
    this.#lanes.join(LANE, this.#session);
  }

  get inFlight(): number {
    return this.#lanes.inFlight;
  }

  get waiting(): number {
    return this.#lanes.waiting;
  }

  /** One message after the other to each address. */
  inTurn<T>({ to_addr }: UserMessage, work: () => Promise<T>): Promise<T> {
    return this.#byAddress.run(to_addr ?? '', 1, work);
  }

  /** Begins nothing more, and gives up what is not answered soon. */
  close(withinMs: number): void {
    clearTimeout(this.#timer);
    this.#lanes.close();
    setTimeout(() => this.#abandoned.abort(), withinMs).unref();
  }

  /** Rejects with `transport.not_connected` when the transport closes before the piece was sent. */
  async run(given: Piece, marks: Marks): Promise<PartResult> {
    let doubtful: PartResult | null = null;
    let piece = given;
    for (let doubts = 0, attempt = 0; ; attempt += 1) {
      const judged = await this.#attempt(piece, marks, attempt);
      if (judged.kind === 'instead') {
        if (piece !== given) return { kind: 'failed', reason: judged.reason };
        piece = { ...given, message: judged.message };
        continue;
      }
      if (judged.kind === 'rest' || judged.kind === 'wait') {
        if (judged.kind === 'rest') this.#rest(judged);
        else await this.#pause(judged.ms);
        continue;
      }
      // The network may have it of an attempt before: then nobody can say that it was not sent.
      if (isUnsent(judged)) return doubtful ?? judged;
      if (judged.kind !== 'uncertain' || !this.sendsAgain || ++doubts >= MOST_DOUBTS) return judged;
      doubtful = judged;
      await this.#pause(backoffMs(doubts, FIRST_REST_MS, LONGEST_REST_MS, this.#ports.random));
    }
  }

  /** Whether a message of which nobody knows whether the network has it is sent again. */
  get sendsAgain(): boolean {
    const { sending, options } = this.#ports;
    return sending.idempotent === true || options.uncertain_policy === 'at-least-once';
  }

  async #attempt(piece: Piece, marks: Marks, attempt: number): Promise<Judged> {
    const { message } = piece;
    const turn = await this.#lanes.enter(attempt > 0);
    const over = this.#ports.parts.hand(message.message_id);
    let sign: PaceSign = 'neutral';
    try {
      const judged = await this.#send(piece, marks, attempt);
      if (UNSENT.has(judged.kind)) marks.unsent();
      sign = judged.kind === 'rest' ? judged.sign : 'passed';
      return judged;
    } finally {
      over();
      turn.done(sign);
    }
  }

  /** With a token that the network refuses it is sent once more, with a new one. */
  async #send(piece: Piece, marks: Marks, attempt: number): Promise<Judged> {
    for (let again = false; ; again = true) {
      const given = await this.tokens?.get();
      if (given !== undefined && given.kind !== 'token') return this.#judgeTokenless(given);
      const { message } = piece;
      const unwanted = unwantedResult(dueOf(message, this.#ports.refusalOf), this.#ports);
      if (unwanted !== null) return unwanted;
      const token = given?.token ?? '';
      const { sending, config, clock } = this.#ports;
      const startedAt = clock();
      const context = { ...piece.context, part: piece.part, token, attempt, now: startedAt };
      const request = sending.request(message, config, context);
      marks.sending();
      const outcome = await this.#ask(request);
      const verdict = this.#verdictOf(
        outcome,
        (answer) => sending.verdict?.(answer, config, message) ?? null,
      );
      if (token !== '' && verdict.kind === 'unauthorized') {
        this.tokens?.drop(token);
        if (!again) continue;
      }
      const judged = this.#judgeVerdict(verdict, message.message_id);
      this.#noteExchange({ message, startedAt, failed: judged.kind !== 'ok' }, request, outcome);
      return judged;
    }
  }

  #ask(request: ChannelRequestOut): Promise<RequestOutcome> {
    const { http, options } = this.#ports;
    return http.send({
      ...request,
      timeoutMs: options.outbound_timeout * 1000,
      allowPrivate: options.allow_private,
      signal: this.#abandoned.signal,
    });
  }

  #noteExchange(
    { message, startedAt, failed }: { message: UserMessage; startedAt: number; failed: boolean },
    request: ChannelRequestOut,
    outcome: RequestOutcome,
  ): void {
    const { exchanges, clock, end } = this.#ports;
    if (exchanges === undefined) return;
    const about = { messageId: message.message_id, transport: end.name, startedAt, endedAt: clock() };
    exchanges.note(sentExchange(about, request, { outcome, failed }));
  }

  /** Who gives no token has got no message. */
  #judgeTokenless(outcome: RequestOutcome): Judged {
    const verdict = this.#verdictOf(outcome, () => null);
    if (verdict.kind === 'unsent' || verdict.kind === 'throttled') return this.#judgeVerdict(verdict);
    if (verdict.kind === 'uncertain')
      return this.#restFor('not_connected', `the network gives no token: ${verdict.reason}`);
    return this.#restFor('unauthorized', UNAUTHORIZED);
  }

  #verdictOf(outcome: RequestOutcome, read: (answer: Answered) => Verdict | null): Verdict | Unsent {
    switch (outcome.kind) {
      case 'answered':
        return read(outcome) ?? verdictOf(outcome, this.#ports.clock());
      case 'uncertain':
        return outcome;
      case 'not_sent':
        return {
          kind: 'unsent',
          type: 'not_connected',
          message: `the network cannot be reached: ${outcome.reason}`,
        };
      default:
        return {
          kind: 'unsent',
          type: 'address_refused',
          message: `${outcome.reason}: see outbound_url or base_url, and allow_private`,
        };
    }
  }

  #judgeVerdict(verdict: Verdict | Unsent, messageId = ''): Judged {
    switch (verdict.kind) {
      case 'accepted':
        this.#works();
        return {
          kind: 'ok',
          remoteId: verdict.remoteId ?? messageId,
          ...(verdict.note === undefined ? {} : { note: verdict.note }),
        };
      case 'refused':
        this.#works(verdict.degraded);
        return {
          kind: 'failed',
          reason: verdict.reason,
          ...(verdict.optedOut === true ? { optedOut: true } : {}),
        };
      case 'uncertain':
        return this.#doubt(verdict.reason);
      case 'throttled':
        return this.#throttled(verdict);
      case 'instead':
        return verdict;
      case 'unauthorized':
        return this.#restFor('unauthorized', UNAUTHORIZED);
      case 'unsent':
        return this.#restFor(verdict.type, verdict.message);
      default:
        return this.#restFor('redirected', REDIRECTED);
    }
  }

  #doubt(reason: string): PartResult {
    this.counts.uncertain += 1;
    return { kind: 'uncertain', reason };
  }

  #throttled({ afterMs, receiverOnly }: Extract<Verdict, { readonly kind: 'throttled' }>): Rest | Wait {
    if (receiverOnly === true) return { kind: 'wait', ms: afterMs ?? THROTTLE_MS };
    this.counts.throttled += 1;
    const text = 'the network asks to send more slowly';
    const status = { component: 'provider', status: 'degraded', type: 'throttled', message: text } as const;
    return { kind: 'rest', ms: afterMs ?? this.#nextRestMs(), sign: 'throttled', status };
  }

  #restFor(type: string, message: string): Rest {
    const component = type === 'unauthorized' ? 'auth' : 'provider';
    const status = { component, status: 'down', type, message } as const;
    return { kind: 'rest', ms: this.#nextRestMs(), sign: 'neutral', status };
  }

  #nextRestMs(): number {
    return Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** this.#failures);
  }

  /** `degraded`: what is wrong with our account nevertheless. */
  #works(degraded?: string): void {
    this.#failures = 0;
    const { health } = this.#ports;
    health.report({ component: 'auth', status: 'ok', type: 'authorized', message: 'the network knows us' });
    health.report(
      degraded === undefined
        ? { component: 'provider', status: 'ok', type: 'sending', message: 'the network takes messages' }
        : { component: 'provider', status: 'degraded', type: 'refusing', message: degraded },
    );
  }

  /** Nothing is sent and nothing is taken from the queue for so long; then what waits is tried. */
  #rest({ ms, status }: Rest): void {
    const { health, onResting, closing } = this.#ports;
    health.report(status);
    if (this.#timer !== undefined || closing.aborted) return;
    this.#failures += 1;
    this.#lanes.leave(LANE, this.#session);
    onResting(true);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#lanes.join(LANE, this.#session);
      onResting(false);
    }, ms);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, this.#ports.closing).catch(() => {
      throw new VumiError(
        'transport.not_connected',
        'the transport is closing; the message stays in its queue',
      );
    });
  }
}
