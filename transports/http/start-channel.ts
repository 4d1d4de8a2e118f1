import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import { errorText, type UserMessage } from '@vumi/core';
import type { NetworkCharacters } from '@vumi/core/text';
import type { HttpPlace } from '@vumi/http';
import { Consumer } from '../sending/consumer.ts';
import { PartLedger } from '../sending/part-ledger.ts';
import { spellContent } from '../sending/spelling.ts';
import type { PartResult } from '../sending/part-result.ts';
import { ChannelNumbers } from '../numbers/channel-numbers.ts';
import type { Transport, TransportPorts } from '../transport-type.ts';
import { json } from './answers.ts';
import { networkCharacters } from './character-options.ts';
import type { ChannelConfig, ChannelRoute, HttpChannel, Reading } from './channel.ts';
import { ComponentHealth } from '../sending/component-health.ts';
import { Inbound } from './inbound.ts';
import { Offering } from './offering.ts';
import { healthPath, openPlace, publicUrlOf, routePath } from './place.ts';
import { Pushing } from './pushing.ts';
import { reachOut } from './reach-out.ts';
import { ReceiptUrls } from './receipt-urls.ts';
import { Replies } from './replies.ts';
import { Requests } from './requests.ts';

const DRAIN_MS = 5000;
const SWEEP_MS = 1000;
const PREFETCH = 100;
/** What waits to be sent must not be in the way of replies; and a network that asks seldom takes much at once. */
const LARGE_PREFETCH = 1000;
const STOPPED: PartResult = {
  kind: 'uncertain',
  reason: 'the transport was stopped while it sent the message',
};

export async function startChannel<C extends ChannelConfig>(
  channel: HttpChannel<C>,
  config: C,
  ports: TransportPorts,
): Promise<Transport> {
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
  readonly #characters: NetworkCharacters | undefined;
  readonly #health: ComponentHealth;
  readonly #parts: PartLedger;
  readonly #replies: Replies<C>;
  readonly #pushing: Pushing<C>;
  readonly #offering: Offering<C> | null;
  readonly #inbound: Inbound;
  readonly #requests: Requests<C>;
  readonly #consumer: Consumer;
  readonly #closing = new AbortController();
  readonly #mounted = new AsyncDisposableStack();
  readonly #sweeper: NodeJS.Timeout;
  #reaching: Promise<void> = Promise.resolve();

  constructor(channel: HttpChannel<C>, config: C, ports: TransportPorts) {
    this.#channel = channel;
    this.#config = config;
    this.#ports = ports;
    this.#numbers = new ChannelNumbers(config);
    this.#characters = networkCharacters(config, channel.has);
    this.#health = new ComponentHealth(ports);
    this.#consumer = new Consumer(ports.logger);
    this.#parts = new PartLedger(ports.ledger, ports.end.name, ports.clock);
    this.#replies = new Replies(channel, config, {
      ...ports,
      parts: this.#parts,
      health: this.#health,
      publish: (message) => this.#inbound.publish({ ...message, ...this.#numbers.known(message) }),
      onFailed: (error) => this.#inbound.noteFailure(error),
    });
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
    this.#requests = new Requests({
      ...ports,
      channel,
      config,
      inbound: this.#inbound,
      replies: this.#replies,
      offering: this.#offering,
      messageOf: (url) => this.#pushing.messageOf(url),
      receive: (receipt) => this.#receive(receipt),
    });
    this.#sweeper = setInterval(() => {
      this.#parts.sweep();
      this.#pushing.sweep();
      this.#offering?.offers.sweep();
    }, SWEEP_MS).unref();
  }

  async open(): Promise<void> {
    const { end, http, state } = this.#ports;
    const { held } = this.#replies;
    if (this.#channel.routes.some(({ perMessage }) => perMessage === true))
      this.#pushing.useUrls(await ReceiptUrls.open(state, end.name));
    const place = this.#mounted.use(await openPlace(this.#config, http));
    const health = async () => json(200, { pending_requests: held?.size ?? 0 });
    this.#mounted.use(await place.mount(healthPath(this.#config), health, { methods: ['GET', 'HEAD'] }));
    for (const route of this.#channel.routes) {
      if (route.isOpen?.(this.#config) !== false) this.#mounted.use(await this.#mount(place, route));
    }
    this.#consumer.run(true);
    const isMixed = held !== null && this.#pushing.isOpen;
    const prefetch = isMixed || this.#offering !== null ? LARGE_PREFETCH : PREFETCH;
    this.#ports.onRefused?.((message) => this.#replies.refused(message));
    this.#consumer.begin(await end.onOutbound((message) => this.#send(message), { prefetch }));
    this.#health.report({ component: 'request', status: 'ok', type: 'listening', message: 'takes requests' });
    const reaching = reachOut(this.#channel, this.#config, {
      ...this.#ports,
      health: this.#health,
      signal: this.#closing.signal,
      tokens: this.#pushing.tokens,
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
    return {
      ...this.#requests.gauges(),
      ...this.#replies.gauges(),
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
    await this.#replies.held?.close(DRAIN_MS);
    await unmounted;
    this.#offering?.offers.close();
    await this.#reaching;
    await this.#consumer.end();
    clearInterval(this.#sweeper);
  }

  #mount(place: HttpPlace, route: ChannelRoute<C>): Promise<AsyncDisposable> {
    const path = routePath(this.#config, route.path);
    const { methods, perMessage = false, below = perMessage } = route;
    return place.mount(path, (request) => this.#requests.answer(route, request), { methods, below });
  }

  #receive(receipt: ReceiptReading): Promise<string | null> {
    return this.#offering?.offers.receive(receipt) ?? this.#pushing.receive(receipt);
  }

  #send(given: UserMessage): Promise<void> {
    const spelled = spellContent(given.content, this.#characters);
    if ('refused' in spelled) return this.#pushing.refuse(given, spelled.refused);
    const message = { ...given, ...spelled };
    if (this.#offering !== null) return this.#offering.offers.send(message, this.#numbers.written(message));
    if (this.#pushing.isOpen && !this.#replies.isResponse(message)) return this.#pushing.send(message);
    return this.#pushing.results.settle(message, {
      parts: 1,
      run: async (_part, marks) =>
        (await this.#replies.reply(message, marks)) ?? this.#pushing.sendInstead(message, marks),
      ifUncertain: STOPPED,
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
        if (this.#replies.held === null) this.#consumer.run(!resting);
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
