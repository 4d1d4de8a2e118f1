import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import { errorText, type UserMessage } from '@vumi/core';
import type { HttpAnswer, HttpPlace, HttpRequest } from '@vumi/http';
import { Consumer } from '../sending/consumer.ts';
import { PartLedger } from '../sending/part-ledger.ts';
import type { PartResult } from '../sending/part-result.ts';
import { ChannelNumbers } from '../numbers/channel-numbers.ts';
import { warnOfIgnored } from '../ignored-options.ts';
import type { Transport, TransportPorts } from '../transport-type.ts';
import { json, plain } from './answers.ts';
import { NOTHING_GIVEN } from './channel-offering.ts';
import type { ChannelConfig, ChannelRequest, ChannelRoute, HttpChannel, Reading } from './channel.ts';
import { ComponentHealth } from '../sending/component-health.ts';
import { createGate } from './gate.ts';
import { receivedExchange } from './http-exchange.ts';
import { HeldReplies, type Asked } from './held-replies.ts';
import { Inbound, type MessageReading } from './inbound.ts';
import { Offering } from './offering.ts';
import { IGNORED_REASONS } from './options.ts';
import { healthPath, openPlace, publicUrlOf, routePath } from './place.ts';
import { Pushing } from './pushing.ts';
import { reachOut } from './reach-out.ts';
import { ReceiptUrls } from './receipt-urls.ts';
import { readFields } from './request-fields.ts';
import { responseReporter } from './response-times.ts';
import type { Marks } from '../sending/results.ts';
import { UssdSteps } from './ussd/steps.ts';

const DRAIN_MS = 5000;
const SWEEP_MS = 1000;
const PREFETCH = 100;
/** What waits to be sent must not be in the way of replies; and a network that asks seldom takes much at once. */
const LARGE_PREFETCH = 1000;
const UNAVAILABLE: HttpAnswer = { ...plain(503, 'Try again later'), headers: { 'retry-after': '2' } };
const SEVERAL = Buffer.from('several messages');
const STOPPED: PartResult = {
  kind: 'uncertain',
  reason: 'the transport was stopped while it sent the message',
};

export async function startChannel<C extends ChannelConfig>(
  channel: HttpChannel<C>,
  config: C,
  ports: TransportPorts,
): Promise<Transport> {
  warnOfIgnored(IGNORED_REASONS, config, ports.logger);
  const running = new RunningChannel(channel, config, ports);
  try {
    await running.open();
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
  return running;
}

/** A transport of one dialect. */
class RunningChannel<C extends ChannelConfig> implements Transport {
  readonly #channel: HttpChannel<C>;
  readonly #config: C;
  readonly #ports: TransportPorts;
  readonly #numbers: ChannelNumbers;
  readonly #gate: ReturnType<typeof createGate>;
  readonly #health: ComponentHealth;
  readonly #parts: PartLedger;
  readonly #held: HeldReplies | null;
  readonly #steps: UssdSteps<C> | null;
  readonly #pushing: Pushing<C>;
  readonly #offering: Offering<C> | null;
  readonly #inbound: Inbound;
  readonly #consumer: Consumer;
  readonly #closing = new AbortController();
  readonly #mounted = new AsyncDisposableStack();
  readonly #counts = { requests: 0, refused: 0, ignored: 0, timeouts: 0 };
  readonly #sweeper: NodeJS.Timeout;
  #reaching: Promise<void> = Promise.resolve();

  constructor(channel: HttpChannel<C>, config: C, ports: TransportPorts) {
    this.#channel = channel;
    this.#config = config;
    this.#ports = ports;
    this.#numbers = new ChannelNumbers(config);
    this.#gate = createGate(config);
    this.#health = new ComponentHealth(ports);
    this.#consumer = new Consumer(ports.logger);
    this.#parts = new PartLedger(ports.ledger, ports.end.name, ports.clock);
    const isHeld = channel.ussd !== undefined || channel.reply?.waits(config) === true;
    this.#held = isHeld ? this.#createHeld() : null;
    this.#steps = this.#createSteps();
    this.#pushing = this.#createPushing();
    this.#offering = Offering.open(channel, {
      ...ports,
      config,
      closing: this.#closing.signal,
      parts: this.#parts,
      results: this.#pushing.results,
      health: this.#health,
      receive: (receipt) => this.#pushing.receive(receipt),
    });
    this.#inbound = new Inbound({
      ...ports,
      config,
      numbers: this.#numbers,
      health: this.#health,
      ...(channel.joinsParts === true ? { joining: this.#pushing.later } : {}),
    });
    this.#sweeper = setInterval(() => {
      this.#parts.sweep();
      this.#pushing.sweep();
      this.#offering?.offers.sweep();
    }, SWEEP_MS).unref();
  }

  async open(): Promise<void> {
    const { end, http, state } = this.#ports;
    if (this.#channel.routes.some(({ perMessage }) => perMessage === true))
      this.#pushing.useUrls(await ReceiptUrls.open(state, end.name));
    const place = this.#mounted.use(await openPlace(this.#config, http));
    const health = async () => json(200, { pending_requests: this.#held?.size ?? 0 });
    this.#mounted.use(await place.mount(healthPath(this.#config), health, { methods: ['GET', 'HEAD'] }));
    for (const route of this.#channel.routes) {
      if (route.isOpen?.(this.#config) !== false) this.#mounted.use(await this.#mount(place, route));
    }
    this.#consumer.run(true);
    const isMixed = this.#held !== null && this.#pushing.isOpen;
    const prefetch = isMixed || this.#offering !== null ? LARGE_PREFETCH : PREFETCH;
    this.#consumer.begin(await end.onOutbound((message) => this.#send(message), { prefetch }));
    this.#health.report({ component: 'request', status: 'ok', type: 'listening', message: 'takes requests' });
    const reaching = reachOut(this.#channel, this.#config, {
      ...this.#ports,
      health: this.#health,
      signal: this.#closing.signal,
      take: (readings) => this.#take(readings),
    });
    this.#reaching = reaching.catch((error: unknown) =>
      this.#ports.logger.error({ reason: errorText(error) }, 'the network is not asked any more'),
    );
  }

  status(): ReturnType<Transport['status']> {
    return this.#health.worst;
  }

  gauges(): Readonly<Record<string, number>> {
    const { requests, refused, ignored, timeouts } = this.#counts;
    const held = this.#held;
    return {
      requests_total: requests,
      refused_requests_total: refused,
      ignored_requests_total: ignored,
      ...(held === null ? {} : { pending_requests: held.size, reply_timeouts_total: timeouts }),
      ...this.#pushing.gauges(),
      ...this.#offering?.offers.gauges(),
    };
  }

  async cancel(messageId: string): Promise<boolean> {
    const isCancelled = await this.#pushing.results.cancel(messageId);
    this.#offering?.offers.sweep();
    return isCancelled;
  }

  /** Replies are still sent while requests wait for them; what is to be sent otherwise stays in its queue. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#pushing.close(DRAIN_MS);
    // What the network was asked to bring is still taken while it is asked to stop.
    const stopped = this.#channel.subscription === undefined ? Promise.resolve() : this.#reaching;
    const unmounted = stopped.then(() => this.#mounted.disposeAsync());
    await this.#held?.close(DRAIN_MS);
    await unmounted;
    this.#offering?.offers.close();
    await this.#reaching;
    await this.#consumer.end();
    clearInterval(this.#sweeper);
  }

  #mount(place: HttpPlace, route: ChannelRoute<C>): Promise<AsyncDisposable> {
    const path = routePath(this.#config, route.path);
    const { methods, perMessage = false, below = perMessage } = route;
    return place.mount(path, (request) => this.#answer(route, request), { methods, below });
  }

  async #answer(route: ChannelRoute<C>, request: HttpRequest): Promise<HttpAnswer> {
    this.#counts.requests += 1;
    const asked = this.#prove(route, request);
    if ('status' in asked) return this.#refuse(asked);
    const readings = route.read(asked, this.#config);
    const refused = readings.filter((reading) => reading.kind === 'refused');
    const [first] = refused;
    // One bad element of several must not lose the rest.
    if (first !== undefined) this.#refuse(first.answer);
    if (first !== undefined && refused.length === readings.length) return first.answer;
    const step = readings.find((reading) => reading.kind === 'step');
    if (step !== undefined) return this.#takeStep(step, asked, request);
    this.#noteIgnored(readings);
    const messages = readings.filter((reading) => reading.kind === 'message');
    const [message] = messages;
    const held = this.#held;
    if (held !== null && message !== undefined) return this.#hold(held, message, { asked, request });
    const made = messages.map((reading) => this.#inbound.messageOf(reading));
    const publishing = made.map((one, index) => this.#inbound.publishPart(one, messages[index]?.part));
    return this.#publishAll(Promise.allSettled(publishing), readings, {
      made,
      request,
      answer: async () =>
        this.#offering === null
          ? route.answer(made, asked, this.#config, NOTHING_GIVEN)
          : this.#offering.answer(route, { asked, readings, made, gone: request.gone }),
    });
  }

  /** The request as the dialect sees it, or the answer for a caller who may not call. */
  #prove(route: ChannelRoute<C>, request: HttpRequest): ChannelRequest | HttpAnswer {
    const refusal = this.#gate(request);
    if (refusal !== null) return refusal;
    const messageId = route.perMessage === true ? this.#pushing.messageOf(request.url) : undefined;
    if (messageId === null) return plain(403, 'Forbidden');
    const about = messageId === undefined ? {} : { messageId };
    const asked: ChannelRequest = { ...request, fields: readFields(request), ...about };
    return route.verify?.(asked, this.#config, this.#ports.clock()) ?? asked;
  }

  async #publishAll(
    publishing: Promise<readonly PromiseSettledResult<void>[]>,
    readings: readonly Reading[],
    {
      made,
      request,
      answer: taken,
    }: { made: readonly UserMessage[]; request: HttpRequest; answer: () => Promise<HttpAnswer> },
  ): Promise<HttpAnswer> {
    const startedAt = this.#ports.clock();
    const receipts = readings.filter((reading) => reading.kind === 'receipt');
    const reported = await Promise.allSettled(receipts.map((receipt) => this.#receive(receipt)));
    const failed = [...(await publishing), ...reported].find((result) => result.status === 'rejected');
    const answer = failed === undefined ? await taken() : this.#unavailable(failed.reason);
    const ids = [
      ...made.map(({ message_id }) => ({ id: message_id, failed: failed !== undefined })),
      ...reported.flatMap((result, index) =>
        result.status === 'fulfilled' && result.value !== null
          ? [{ id: result.value, failed: receipts[index]?.status === 'failed' }]
          : [],
      ),
    ];
    // What else a request brings, or an answer hands over, may be of other people, and of other accounts.
    const shownRequest = readings.length > 1 ? { ...request, body: SEVERAL } : request;
    const shown = this.#offering === null ? answer : { status: answer.status };
    for (const one of ids) this.#noteExchange(shownRequest, { ...one, startedAt, answer: shown });
    return answer;
  }

  #noteExchange(
    request: HttpRequest,
    about: { id: string; failed: boolean; startedAt: number; answer: HttpAnswer | null },
  ): void {
    const { exchanges, clock, end } = this.#ports;
    if (exchanges === undefined) return;
    const { id: messageId, startedAt, ...result } = about;
    const times = { messageId, transport: end.name, startedAt, endedAt: clock() };
    exchanges.note(receivedExchange(times, request, result));
  }

  #hold(
    held: HeldReplies,
    reading: MessageReading,
    { asked, request }: { asked: ChannelRequest; request: HttpRequest },
  ): Promise<HttpAnswer> | HttpAnswer {
    const { reply } = this.#channel;
    if (reply === undefined) return UNAVAILABLE;
    const waiting: Asked = {
      reply: (message) => reply.answer(message, asked, this.#config),
      none: (why) => (why === 'timeout' ? { status: 504 } : UNAVAILABLE),
      gone: request.gone,
    };
    const message = this.#inbound.messageOf(reading);
    const { message_id: id } = message;
    const repeated = reading.id === undefined ? null : held.repeat(id, waiting);
    if (repeated !== null) return repeated;
    if (held.isFull) return this.#refuse(UNAVAILABLE);
    this.#noteHeld(request, id);
    const answer = held.hold(id, waiting);
    this.#inbound.publish(message).catch((error: unknown) => {
      this.#inbound.noteFailure(error);
      held.drop(id, 'not published');
    });
    return answer;
  }

  #takeStep(
    step: Extract<Reading, { readonly kind: 'step' }>,
    asked: ChannelRequest,
    request: HttpRequest,
  ): Promise<HttpAnswer> | HttpAnswer {
    const taken = this.#steps?.take(step, {
      request: asked,
      gone: request.gone,
      onMessage: (id) => this.#noteHeld(request, id),
    });
    return taken ?? UNAVAILABLE;
  }

  #noteHeld(request: HttpRequest, id: string): void {
    this.#noteExchange(request, { id, failed: false, startedAt: this.#ports.clock(), answer: null });
  }

  #noteIgnored(readings: readonly Reading[]): void {
    for (const reading of readings) {
      if (reading.kind !== 'ignored') continue;
      this.#counts.ignored += 1;
      this.#ports.logger.debug({ why: reading.why }, 'a request was passed over');
    }
  }

  #refuse(answer: HttpAnswer): HttpAnswer {
    this.#counts.refused += 1;
    return answer;
  }

  #unavailable(error: unknown): HttpAnswer {
    this.#inbound.noteFailure(error);
    return UNAVAILABLE;
  }

  #receive(receipt: ReceiptReading): Promise<string | null> {
    return this.#offering?.offers.receive(receipt) ?? this.#pushing.receive(receipt);
  }

  #send(message: UserMessage): Promise<void> {
    if (this.#offering !== null) return this.#offering.offers.send(message, this.#numbers.written(message));
    const { in_reply_to: inReplyTo } = message;
    const isHeld = this.#held !== null && inReplyTo !== null && this.#held.has(inReplyTo);
    // A screen that comes too late is none that a network opens a session for.
    const isScreen = this.#steps !== null && inReplyTo !== null;
    if (!isHeld && !isScreen && this.#pushing.isOpen) return this.#pushing.send(message);
    return this.#pushing.results.settle(message, {
      parts: 1,
      run: (_part, marks) => this.#reply(message, marks),
      ifUncertain: STOPPED,
    });
  }

  async #reply(message: UserMessage, marks: Marks): Promise<PartResult> {
    const held = this.#held;
    const { in_reply_to: inReplyTo, content } = message;
    if (this.#channel.discardsReplies === true) return { kind: 'ok', remoteId: message.message_id };
    if (held === null) return { kind: 'failed', reason: 'replies are not expected' };
    if (this.#steps !== null && inReplyTo !== null) return this.#steps.reply(message, marks);
    const missing = [
      inReplyTo === null ? 'in_reply_to' : '',
      content === null || content === '' ? 'content' : '',
    ];
    const fields = missing.filter((field) => field !== '');
    if (fields.length > 0) return { kind: 'failed', reason: `Missing fields: ${fields.join(', ')}` };
    const outcome = await held.reply(message, () => marks.sending());
    return outcome === 'sent'
      ? { kind: 'ok', remoteId: message.message_id }
      : { kind: 'failed', reason: outcome };
  }

  #createHeld(): HeldReplies {
    const { request_timeout, max_pending } = this.#config;
    const report = responseReporter(this.#config, this.#health);
    return new HeldReplies({
      timeoutMs: request_timeout * 1000,
      maxPending: max_pending,
      onResponse: (ms) => {
        if (ms === null) this.#counts.timeouts += 1;
        report(ms);
      },
      clock: this.#ports.clock,
    });
  }

  #createSteps(): UssdSteps<C> | null {
    const { ussd: dialect } = this.#channel;
    if (dialect === undefined || this.#held === null) return null;
    const { end, state, clock, logger } = this.#ports;
    return new UssdSteps({
      transport: end.name,
      dialect,
      config: this.#config,
      held: this.#held,
      state,
      clock,
      logger,
      publish: (message) => this.#inbound.publish({ ...message, ...this.#numbers.known(message) }),
      onFailed: (error) => this.#inbound.noteFailure(error),
    });
  }

  #createPushing(): Pushing<C> {
    const { sending } = this.#channel;
    return new Pushing({
      ...this.#ports,
      sending,
      options: sending?.options(this.#config) ?? null,
      receiptLifetime: this.#channel.offering?.options(this.#config).receipt_lifetime,
      config: this.#config,
      health: this.#health,
      onResting: (resting) => {
        // Replies to requests that wait come over the same queue.
        if (this.#held === null) this.#consumer.run(!resting);
      },
      closing: this.#closing.signal,
      parts: this.#parts,
      written: (message) => this.#numbers.written(message),
      publicUrl: (path) => publicUrlOf(this.#config, this.#ports.http, path),
    });
  }

  /** Rejects where something of it could not be published. */
  async #take(readings: readonly Reading[]): Promise<void> {
    const publishing = readings.map(async (reading): Promise<void> => {
      if (reading.kind === 'message')
        await this.#inbound.publishPart(this.#inbound.messageOf(reading), reading.part);
      if (reading.kind === 'receipt') await this.#receive(reading);
    });
    const failed = (await Promise.allSettled(publishing)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}
