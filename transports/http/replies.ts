import type { UserMessage } from '@vumi/core';
import type { PartResult } from '../sending/part-result.ts';
import type { ComponentHealth } from '../sending/component-health.ts';
import type { PartLedger } from '../sending/part-ledger.ts';
import type { Marks } from '../sending/results.ts';
import { dueOf, unwantedResult } from '../sending/unwanted.ts';
import type { TransportPorts } from '../transport-type.ts';
import type { ChannelConfig, HttpChannel } from './channel.ts';
import { HeldReplies, NO_REQUEST } from './held-replies.ts';
import { responseReporter } from './response-times.ts';
import { UssdSteps, type UssdStepsPorts } from './ussd/steps.ts';

export interface RepliesPorts extends Pick<
  TransportPorts,
  'end' | 'state' | 'clock' | 'logger' | 'refusalOf'
> {
  readonly parts: PartLedger;
  readonly health: ComponentHealth;
  readonly publish: UssdStepsPorts<unknown>['publish'];
  readonly onFailed: UssdStepsPorts<unknown>['onFailed'];
}

/** Replies of apps that are the responses to requests (spec channels §1.4). */
export class Replies<C extends ChannelConfig> {
  /** Requests that wait; null: no request of this channel does. */
  readonly held: HeldReplies | null;
  /** Null: the channel has no sessions. */
  readonly steps: UssdSteps<C> | null;
  readonly #channel: HttpChannel<C>;
  readonly #parts: PartLedger;
  #timeouts = 0;

  constructor(channel: HttpChannel<C>, config: C, ports: RepliesPorts) {
    this.#channel = channel;
    this.#parts = ports.parts;
    const isHeld = channel.ussd !== undefined || channel.reply?.waits(config) === true;
    this.held = isHeld ? this.#createHeld(config, ports) : null;
    this.steps = this.#createSteps(config, ports);
  }

  /** Whether a message is to be a response, on a channel that has another way, too. */
  isResponse(message: UserMessage): boolean {
    const { in_reply_to: inReplyTo } = message;
    if (inReplyTo === null) return false;
    // A screen that comes too late is none that a network opens a session for.
    if (this.steps !== null) return true;
    if (this.held?.has(inReplyTo) !== true) return false;
    if (this.#channel.reply?.fits?.(message) !== false) return true;
    this.held.drop(inReplyTo, 'elsewhere');
    return false;
  }

  /**
   * Resolves when the response is in the hands of the network, or with the reason why it is not; with null when there is
   * another way for it and nobody waits here any more.
   */
  async reply(message: UserMessage, marks: Marks): Promise<PartResult | null> {
    // What is on its way to the network cannot be called back.
    const over = this.#parts.hand(message.message_id);
    try {
      return await this.#reply(message, marks);
    } finally {
      over();
    }
  }

  /** A reply was refused before it came here: who waits for it hears so at once. */
  refused({ in_reply_to: inReplyTo }: UserMessage): void {
    if (inReplyTo !== null) this.held?.drop(inReplyTo, 'unwanted');
  }

  gauges(): Readonly<Record<string, number>> {
    if (this.held === null) return {};
    return { pending_requests: this.held.size, reply_timeouts_total: this.#timeouts };
  }

  async #reply(message: UserMessage, marks: Marks): Promise<PartResult | null> {
    const { held } = this;
    const { in_reply_to: inReplyTo, content } = message;
    if (this.#channel.discardsReplies === true) return { kind: 'ok', remoteId: message.message_id };
    if (held === null) return { kind: 'failed', reason: 'replies are not expected' };
    if (this.steps !== null && inReplyTo !== null) return this.steps.reply(message, marks);
    const missing = [
      inReplyTo === null ? 'in_reply_to' : '',
      content === null || content === '' ? 'content' : '',
    ];
    const fields = missing.filter((field) => field !== '');
    if (fields.length > 0) return { kind: 'failed', reason: `Missing fields: ${fields.join(', ')}` };
    const result = await held.reply(message, () => marks.sending());
    return result ?? (this.#channel.reply?.elsewhere === undefined ? NO_REQUEST : null);
  }

  #createHeld(config: C, { health, clock, parts, refusalOf }: RepliesPorts): HeldReplies {
    const { request_timeout, max_pending } = config;
    const report = responseReporter(config, health);
    const timeoutMs = request_timeout * 1000;
    return new HeldReplies({
      timeoutMs,
      maxPending: max_pending,
      onResponse: (ms) => {
        if (ms === null) this.#timeouts += 1;
        // What comes by a request of its own is late and no more.
        report(ms ?? (this.#channel.reply?.elsewhere === undefined ? null : timeoutMs));
      },
      unwanted: (reply) => unwantedResult(dueOf(reply, refusalOf), { parts, clock }),
      clock,
    });
  }

  #createSteps(config: C, ports: RepliesPorts): UssdSteps<C> | null {
    const { ussd: dialect } = this.#channel;
    const { held } = this;
    if (dialect === undefined || held === null) return null;
    return new UssdSteps({ ...ports, transport: ports.end.name, dialect, config, held });
  }
}
