import { connect, type ChannelModel } from 'amqplib';
import { backoffMs, errorText, settledWithin, sleep, VumiError, type Logger } from '@vumi/core';
import { gatherWrites } from './gathered-writes.ts';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** Of the clock on the wall: long enough for a machine that has too much to do. */
const HANDSHAKE_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** RabbitMQ's own default of 60 s lets a dead peer keep its messages for two minutes. */
const HEARTBEAT_SECONDS = 15;
/** Replies that no waiting mends: wrong password, unknown virtual host. */
/** What amqplib says of a virtual host that RabbitMQ does not open: it does not read why. */
const NO_VHOST = /NOT[_-]ALLOWED|\b530\b|vhost|expected ConnectionOpenOk/i;
const NO_LOGIN = /ACCESS[_-]REFUSED|\b403\b/i;

export interface LinkOptions {
  readonly url: string;
  /** How long the first connection is tried. */
  readonly connectTimeoutMs: number;
  /** Shown in RabbitMQ's list of connections. */
  readonly purpose: string;
  readonly logger: Logger;
}

/** Is told about each connection while it lives. */
export interface LinkUser {
  connected(model: ChannelModel): void;
}

/** One connection to RabbitMQ that is made again whenever it breaks. */
export class RabbitLink implements AsyncDisposable {
  readonly #options: LinkOptions;
  readonly #users = new Set<LinkUser>();
  readonly #stop = new AbortController();
  #model: ChannelModel | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** The connection, or null while there is none. */
  get model(): ChannelModel | null {
    return this.#model;
  }

  /** Resolves with the first connection; keeps it up from then on. */
  async start(): Promise<void> {
    const first = await this.#connectFirst();
    this.#running = this.#keep(first);
  }

  add(user: LinkUser): void {
    this.#users.add(user);
  }

  remove(user: LinkUser): void {
    this.#users.delete(user);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    if (this.#model !== null) await settledWithin(this.#model.close(), CLOSE_TIMEOUT_MS);
    await this.#running;
  }

  async #connectFirst(): Promise<ChannelModel> {
    const deadline = Date.now() + this.#options.connectTimeoutMs;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#connect();
      } catch (error) {
        const wait = backoffMs(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS);
        if (isHopeless(errorText(error)) || Date.now() + wait > deadline) throw this.#unreachable(error);
        if (attempt === 0) {
          this.#options.logger.warn(
            { reason: errorText(error) },
            'RabbitMQ does not answer yet, waiting for it',
          );
        }
        await sleep(wait);
      }
    }
  }

  async #keep(first: ChannelModel): Promise<void> {
    let model: ChannelModel | null = first;
    while (model !== null) {
      await this.#use(model);
      model = await this.#reconnect();
    }
  }

  /** Until the connection is closed by either side. */
  async #use(model: ChannelModel): Promise<void> {
    const closed = new Promise<void>((resolve) => model.once('close', () => resolve()));
    this.#model = model;
    for (const user of this.#users) user.connected(model);
    await closed;
    this.#model = null;
  }

  async #reconnect(): Promise<ChannelModel | null> {
    const { logger, purpose } = this.#options;
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      try {
        await sleep(backoffMs(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS), this.#stop.signal);
        const model = await this.#connect();
        logger.info({ purpose }, 'RabbitMQ connected again');
        return model;
      } catch (error) {
        if (!this.#stop.signal.aborted)
          logger.warn({ purpose, reason: errorText(error) }, 'RabbitMQ unreachable');
      }
    }
    return null;
  }

  async #connect(): Promise<ChannelModel> {
    const { url, purpose, logger } = this.#options;
    const target = new URL(url);
    if (!target.searchParams.has('heartbeat'))
      target.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
    const model = await connect(target.href, {
      noDelay: true,
      timeout: HANDSHAKE_TIMEOUT_MS,
      clientProperties: { connection_name: `vumi ${purpose}` },
    });
    gatherWrites(model);
    model.on('error', (error) => logger.warn({ purpose, reason: error.message }, 'RabbitMQ connection lost'));
    model.on('blocked', (reason) =>
      logger.warn({ purpose, reason }, 'RabbitMQ takes no messages at the moment'),
    );
    if (this.#stop.signal.aborted) {
      await model.close();
      throw new VumiError('broker.closed', 'the broker is closed; this process is stopping');
    }
    return model;
  }

  #unreachable(cause: unknown): VumiError {
    const { host, pathname } = new URL(this.#options.url);
    return new VumiError(
      'broker.unavailable',
      `no RabbitMQ for us at ${host}: ${errorText(cause)}; ${adviceFor(errorText(cause), pathname)}`,
      { cause },
    );
  }
}

function isHopeless(refusal: string): boolean {
  return NO_LOGIN.test(refusal) || NO_VHOST.test(refusal);
}

/** What to do about a refusal: RabbitMQ says in numbers of AMQP what it has against a connection. */
export function adviceFor(refusal: string, path: string): string {
  const host = decodeURIComponent(path.slice(1)) || '/';
  if (NO_LOGIN.test(refusal)) {
    return 'user or password of VUMI_BROKER_URL are wrong: "rabbitmqctl add_user NAME PASSWORD" makes a user';
  }
  if (NO_VHOST.test(refusal)) {
    return `there is no virtual host "${host}" for that user: "rabbitmqctl add_vhost ${host}" makes it, "rabbitmqctl set_permissions -p ${host} NAME '.*' '.*' '.*'" opens it; what follows the port in VUMI_BROKER_URL is its name, %2F for "/"`;
  }
  return "start it, or correct the broker's URL";
}

/** Opens a connection; rejects with `broker.unavailable` when there is none in time. */
export async function openRabbitLink(options: LinkOptions): Promise<RabbitLink> {
  const link = new RabbitLink(options);
  await link.start();
  return link;
}
