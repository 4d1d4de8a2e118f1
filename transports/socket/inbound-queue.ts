import {
  backoffMs,
  createUserMessage,
  errorText,
  Lanes,
  settledWithin,
  sleep,
  type UserMessage,
} from '@vumi/core';
import type { ComponentHealth } from '../sending/component-health.ts';
import type { TransportPorts } from '../transport-type.ts';

/** What somebody wrote, without what the transport puts on each message. */
export type InboundFields = Partial<UserMessage> & Pick<UserMessage, 'to_addr' | 'from_addr'>;

export interface InboundQueueOptions extends Pick<TransportPorts, 'end' | 'ledger' | 'random'> {
  readonly transportType: string;
  readonly provider: string | null;
  readonly health: ComponentHealth;
  /** Completes a message before it is published, by a later life too; null: it is not to be. Rejects: again later. */
  readonly complete?: ((message: UserMessage) => Promise<UserMessage | null>) | undefined;
  /** It is published. Rejects: it is published again later. */
  readonly onPublished?: ((message: UserMessage) => Promise<void>) | undefined;
  /** True: read nothing more from the network until it is false again. */
  readonly onFull: (isFull: boolean) => void;
}

const MOST_WAITING = 1000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const LAST_PUBLISHED_MS = 5000;

/**
 * What users write over networks that ask for no acknowledgement, and so would not send it again: it is on the disk until
 * it is published, in each user's order, and is published by the transport's next life if not by this one.
 */
export class InboundQueue {
  readonly #options: InboundQueueOptions;
  readonly #prefix: string;
  readonly #users = new Lanes();
  readonly #closing = new AbortController();
  readonly #publishing = new Set<Promise<void>>();
  #isFull = false;

  constructor(options: InboundQueueOptions) {
    this.#options = options;
    this.#prefix = `in/${options.end.name}/`;
    for (const [, text] of options.ledger.entries(this.#prefix)) this.#add(JSON.parse(text) as UserMessage);
  }

  /** Messages that are not published yet. */
  get waiting(): number {
    return this.#publishing.size;
  }

  /** Takes over what somebody wrote. */
  take(fields: InboundFields): UserMessage {
    const { end, transportType, provider, ledger } = this.#options;
    const message = createUserMessage({
      transport_type: transportType,
      provider,
      ...fields,
      transport_name: end.name,
    });
    ledger.putText(this.#prefix + message.message_id, JSON.stringify(message));
    this.#add(message);
    return message;
  }

  /** Waits a while for what is not published; the rest is the next life's. */
  async close(): Promise<void> {
    await settledWithin(Promise.all(this.#publishing), LAST_PUBLISHED_MS);
    this.#closing.abort();
    await Promise.all(this.#publishing);
  }

  #add(message: UserMessage): void {
    const publishing = this.#users
      .run(message.from_addr ?? '', 1, () => this.#publish(message))
      .finally(() => {
        this.#publishing.delete(publishing);
        this.#noteLoad();
      });
    this.#publishing.add(publishing);
    this.#noteLoad();
  }

  async #publish(message: UserMessage): Promise<void> {
    const { end, ledger, health, random, complete, onPublished } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const whole = complete === undefined ? message : await complete(message);
        if (whole !== null) await end.publishInbound(whole);
        if (whole !== null) await onPublished?.(whole);
        ledger.delete(this.#prefix + message.message_id);
        health.report(PUBLISHING);
        return;
      } catch (error) {
        const text = `messages cannot be published: ${errorText(error)}`;
        health.report({ component: 'request', status: 'down', type: 'not_published', message: text });
        await sleep(backoffMs(failures, FIRST_RETRY_MS, LONGEST_RETRY_MS, random), signal).catch(() => {});
      }
    }
  }

  #noteLoad(): void {
    const isFull = this.waiting >= (this.#isFull ? MOST_WAITING / 2 : MOST_WAITING);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#options.onFull(isFull);
  }
}

const PUBLISHING = {
  component: 'request',
  status: 'ok',
  type: 'listening',
  message: 'takes messages',
} as const;
