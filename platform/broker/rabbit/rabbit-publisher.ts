import { randomUUID } from 'node:crypto';
import type { ChannelModel, ConfirmChannel, Message, Options } from 'amqplib';
import { checkKey, Fifo, errorText, VumiError, type Exchange, type Logger } from '@vumi/core';
import { KeptChannel } from './kept-channel.ts';
import type { RabbitLink } from './rabbit-link.ts';
import type { RabbitTopology } from './rabbit-topology.ts';

/** Bytes that amqplib holds for us before it says "wait for drain". */
const WRITE_BUFFER = 256 * 1024;
/** How often a message may come back because its queue was deleted. */
const MOST_RETURNS = 3;

/** A key of an exchange. */
interface Route {
  readonly exchange: Exchange;
  /** The exchange's name in RabbitMQ. */
  readonly exchangeName: string;
  readonly key: string;
  /** The exchange is there, and the queue where the catalogue wants one. */
  declared: boolean;
  /** What waits for the declaration; null while nobody declares. */
  waiting: Entry[] | null;
}

type Headers = Readonly<Record<string, string>> | undefined;

interface Entry {
  readonly id: string;
  readonly route: Route;
  readonly body: Buffer;
  readonly headers: Headers;
  readonly resolve: () => void;
  readonly reject: (error: VumiError) => void;
  /** RabbitMQ found no queue for it, and says so before it confirms. */
  returned: boolean;
  returns: number;
}

export interface RabbitPublisherOptions {
  readonly topology: RabbitTopology;
  /** Publishes that may wait for a connection; beyond, they are refused. */
  readonly maxWaiting: number;
  readonly logger: Logger;
}

/**
 * Publishes with confirms, many in flight. What was not confirmed when the channel broke is sent again, in the order
 * of publishing, under the same message id.
 */
export class RabbitPublisher implements AsyncDisposable {
  readonly #topology: RabbitTopology;
  readonly #maxWaiting: number;
  readonly #channel: KeptChannel<ConfirmChannel>;
  readonly #link: RabbitLink;
  /** All that is not confirmed, in the order of publishing. */
  readonly #entries = new Map<string, Entry>();
  readonly #routes = new Map<Exchange, Map<string, Route>>();
  readonly #idPrefix = `${randomUUID().replaceAll('-', '')}.`;
  #unsent = new Fifo<Entry>();
  #full = false;
  #lastId = 0;
  #stopping = false;
  #closed = false;
  #idle: (() => void) | null = null;

  constructor(link: RabbitLink, { topology, maxWaiting, logger }: RabbitPublisherOptions) {
    this.#link = link;
    this.#topology = topology;
    this.#maxWaiting = maxWaiting;
    const role = {
      open: (model: ChannelModel) => model.createConfirmChannel({ highWaterMark: WRITE_BUFFER }),
      prepare: (channel: ConfirmChannel) => this.#prepare(channel),
      ready: () => this.#sendAll(),
      lost: () => this.#forgetChannel(),
    };
    this.#channel = new KeptChannel(link, role, logger);
  }

  start(): Promise<void> {
    return this.#channel.start();
  }

  publish(
    key: string,
    body: string,
    { exchange, headers }: { readonly exchange: Exchange; readonly headers?: Headers },
  ): Promise<void> {
    const refusal = this.#refusal();
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const route = this.#routeOf(exchange, key);
      this.#lastId += 1;
      const id = this.#idPrefix + this.#lastId.toString(36);
      const entry = {
        id,
        route,
        body: Buffer.from(body),
        headers,
        resolve,
        reject,
        returned: false,
        returns: 0,
      };
      this.#entries.set(id, entry);
      this.#dispatch(entry);
    });
  }

  /** From here on nothing waits for a connection any more, so that handlers in progress come to an end. */
  stopWaiting(): void {
    this.#stopping = true;
    if (this.#channel.current === null) this.#rejectAll();
  }

  /** Waits for the confirms that are under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.stopWaiting();
    if (this.#entries.size > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    await this.#channel.stop();
  }

  #refusal(): VumiError | null {
    const away = this.#channel.current === null;
    if (this.#closed || (this.#stopping && away)) return closedError();
    if (!away || this.#entries.size < this.#maxWaiting) return null;
    return new VumiError(
      'broker.unavailable',
      `RabbitMQ is away and ${this.#entries.size} messages wait for it; try again later`,
    );
  }

  #rejectAll(): void {
    for (const entry of this.#entries.values()) this.#finish(entry, closedError());
  }

  #prepare(channel: ConfirmChannel): Promise<void> {
    channel.on('return', (message: Message) => {
      const entry = this.#entries.get(String(message.properties.messageId));
      if (entry !== undefined) entry.returned = true;
    });
    channel.on('drain', () => this.#sendUnsent());
    return Promise.resolve();
  }

  #sendAll(): Promise<void> {
    for (const entry of this.#entries.values()) this.#dispatch(entry);
    return Promise.resolve();
  }

  #forgetChannel(): void {
    this.#unsent = new Fifo();
    for (const routes of this.#routes.values()) {
      for (const route of routes.values()) {
        route.declared = false;
        route.waiting = null;
      }
    }
    this.#full = false;
    if (this.#stopping) this.#rejectAll();
  }

  #routeOf(exchange: Exchange, key: string): Route {
    let routes = this.#routes.get(exchange);
    if (routes === undefined) {
      routes = new Map();
      this.#routes.set(exchange, routes);
    }
    let route = routes.get(key);
    if (route === undefined) {
      checkKey(exchange, key);
      const exchangeName = this.#topology.exchangeName(exchange);
      route = { exchange, exchangeName, key, declared: false, waiting: null };
      routes.set(key, route);
    }
    return route;
  }

  #dispatch(entry: Entry): void {
    const channel = this.#channel.current;
    if (channel === null) return;
    if (!entry.route.declared) this.#awaitQueue(entry);
    else if (this.#full) this.#unsent.push(entry);
    else this.#send(channel, entry);
  }

  #awaitQueue(entry: Entry): void {
    const { route } = entry;
    if (route.waiting !== null) {
      route.waiting.push(entry);
      return;
    }
    const list = [entry];
    route.waiting = list;
    void this.#declare(route, list);
  }

  async #declare(route: Route, list: readonly Entry[]): Promise<void> {
    const { exchange, key } = route;
    try {
      const { model } = this.#link;
      if (model === null) return;
      if (exchange.queue === 'declared') await this.#topology.declare(model, key, { exchange, key });
      else await this.#topology.declareExchange(model, exchange);
      if (route.waiting !== list) return;
      route.waiting = null;
      route.declared = true;
      for (const entry of list) this.#dispatch(entry);
    } catch (error) {
      this.#refuse(route, list, error);
    }
  }

  /** A channel lost meanwhile has dropped the list: its entries go out again over the next one. */
  #refuse(route: Route, list: readonly Entry[], error: unknown): void {
    if (route.waiting !== list) return;
    route.waiting = null;
    const reason =
      error instanceof VumiError
        ? error
        : new VumiError('broker.unavailable', `cannot declare "${route.key}": ${errorText(error)}`, {
            cause: error,
          });
    for (const entry of list) this.#finish(entry, reason);
  }

  #send(channel: ConfirmChannel, entry: Entry): void {
    const { exchange, exchangeName, key } = entry.route;
    const properties: Options.Publish = {
      persistent: true,
      mandatory: exchange.queue === 'declared',
      messageId: entry.id,
    };
    if (entry.headers !== undefined) properties.headers = entry.headers;
    const written = channel.publish(exchangeName, key, entry.body, properties, (error: unknown) =>
      this.#onConfirm(channel, entry, error),
    );
    this.#full = !written;
  }

  #sendUnsent(): void {
    const channel = this.#channel.current;
    if (channel === null) return;
    let entry: Entry | undefined;
    do {
      this.#full = false;
      entry = this.#unsent.shift();
      if (entry !== undefined) this.#send(channel, entry);
    } while (entry !== undefined && !this.#full);
  }

  #onConfirm(channel: ConfirmChannel, entry: Entry, error: unknown): void {
    if (error !== null && error !== undefined) {
      // A closing channel answers like a refusal, and is not yet known to be gone.
      setImmediate(() => {
        if (this.#channel.current === channel) this.#finish(entry, refusedError(entry.route.key));
      });
    } else if (entry.returned) {
      this.#sendAgain(entry);
    } else {
      this.#finish(entry, null);
    }
  }

  #sendAgain(entry: Entry): void {
    entry.returned = false;
    entry.returns += 1;
    if (entry.returns > MOST_RETURNS) {
      this.#finish(entry, refusedError(entry.route.key));
      return;
    }
    entry.route.declared = false;
    this.#dispatch(entry);
  }

  #finish(entry: Entry, error: VumiError | null): void {
    this.#entries.delete(entry.id);
    if (error === null) entry.resolve();
    else entry.reject(error);
    if (this.#entries.size === 0) this.#idle?.();
  }
}

function refusedError(key: string): VumiError {
  return new VumiError('broker.unavailable', `RabbitMQ did not take a message for "${key}"; look at its log`);
}

function closedError(): VumiError {
  return new VumiError('broker.closed', 'the broker is closed; this process is stopping');
}
