import type { Channel, ChannelModel } from 'amqplib';
import { backoffMs, errorText, sleep, VumiError, type Logger } from '@vumi/core';
import type { LinkUser, RabbitLink } from './rabbit-link.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** What a channel is for. */
export interface ChannelRole<C extends Channel> {
  open(model: ChannelModel): Promise<C>;
  /** Sets the channel up before it becomes `current`. A VumiError at the first time is the caller's. */
  prepare(channel: C, model: ChannelModel): Promise<void>;
  /** The channel is `current` now. */
  ready(channel: C): Promise<void>;
  /** The channel is gone, and with it all of its tags. */
  lost(): void;
}

/** A channel that is opened again after it, or its connection, was closed. */
export class KeptChannel<C extends Channel> implements LinkUser {
  readonly #link: RabbitLink;
  readonly #role: ChannelRole<C>;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  #current: C | null = null;
  #opening = false;
  #failures = 0;
  #started: PromiseWithResolvers<void> | null = null;

  constructor(link: RabbitLink, role: ChannelRole<C>, logger: Logger) {
    this.#link = link;
    this.#role = role;
    this.#logger = logger;
  }

  /** The open channel; a tag of any other channel means nothing any more. */
  get current(): C | null {
    return this.#current;
  }

  /** Resolves when the channel is ready for the first time; rejects when it can never be. */
  start(): Promise<void> {
    this.#started = Promise.withResolvers();
    this.#link.add(this);
    if (this.#link.model !== null) this.connected(this.#link.model);
    return this.#started.promise;
  }

  connected(model: ChannelModel): void {
    if (!this.#opening) void this.#open(model);
  }

  /** Closes the channel, so that RabbitMQ takes back what it had delivered, and opens it again. */
  async restart(): Promise<void> {
    if (this.#current !== null) await close(this.#current);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#link.remove(this);
    await this.restart();
  }

  async #open(model: ChannelModel): Promise<void> {
    this.#opening = true;
    try {
      await this.#setUp(await this.#role.open(model), model);
      this.#failures = 0;
      this.#started?.resolve();
    } catch (error) {
      this.#onRefused(error);
    } finally {
      this.#opening = false;
    }
    if (this.#current === null) void this.#reopenLater();
  }

  async #setUp(channel: C, model: ChannelModel): Promise<void> {
    channel.on('error', (error: Error) =>
      this.#logger.warn({ reason: error.message }, 'RabbitMQ closed a channel'),
    );
    let isOpen = true;
    channel.once('close', () => {
      isOpen = false;
      if (this.#current === channel) this.#lose();
    });
    try {
      await this.#role.prepare(channel, model);
      if (!isOpen || this.#stop.signal.aborted) throw new Error('the channel was closed while it was set up');
      this.#current = channel;
      await this.#role.ready(channel);
    } catch (error) {
      await close(channel);
      throw error;
    }
  }

  #onRefused(error: unknown): void {
    this.#failures += 1;
    if (error instanceof VumiError && !error.retry) {
      this.#started?.reject(error);
      this.#logger.error({ code: error.code, reason: error.message }, 'RabbitMQ channel not set up');
    } else {
      this.#logger.warn({ reason: errorText(error) }, 'RabbitMQ channel not set up');
    }
  }

  #lose(): void {
    this.#current = null;
    this.#role.lost();
    if (!this.#opening) void this.#reopenLater();
  }

  /** Without a connection there is nothing to do: the link calls `connected` with the next one. */
  async #reopenLater(): Promise<void> {
    const wait = this.#failures === 0 ? 0 : backoffMs(this.#failures - 1, FIRST_WAIT_MS, LONGEST_WAIT_MS);
    await sleep(wait, this.#stop.signal).catch(() => undefined);
    const { model } = this.#link;
    if (this.#stop.signal.aborted || model === null || this.#opening || this.#current !== null) return;
    await this.#open(model);
  }
}

async function close(channel: Channel): Promise<void> {
  try {
    await channel.close();
  } catch {
    // Closed by the other side in the same moment.
  }
}
