import { Lanes as AddressLanes, VumiError, type UserMessage } from '@vumi/core';
import type { ComponentHealth } from '../sending/component-health.ts';
import type { PartLedger } from '../sending/part-ledger.ts';
import type { PartResult } from '../sending/part-result.ts';
import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import type { Results } from '../sending/results.ts';
import { dueOf, unwantedResult } from '../sending/unwanted.ts';
import type { TransportPorts } from '../transport-type.ts';
import type { Asking, Given } from './channel-offering.ts';
import { OfferIds } from './offer-ids.ts';
import type { OfferConfig } from './offer-options.ts';
import { UntoldFates } from './untold-fates.ts';

export interface OffersPorts extends Pick<
  TransportPorts,
  'end' | 'state' | 'ledger' | 'clock' | 'refusalOf'
> {
  readonly options: OfferConfig;
  readonly ids: 'own' | 'numbers';
  readonly asksForFates: boolean;
  readonly phoneOf: (message: UserMessage) => string | null;
  readonly parts: PartLedger;
  readonly results: Results;
  readonly health: ComponentHealth;
  /** Resolves when the report is published; with null for a message that is not known. */
  readonly receive: (receipt: ReceiptReading) => Promise<string | null>;
}

interface Waiting {
  /** As the network wants it. */
  readonly message: UserMessage;
  readonly id: string;
  readonly phone: string;
  readonly settle: (result: PartResult) => void;
  readonly giveUp: (error: VumiError) => void;
  /** Milliseconds since the epoch; null: never yet. */
  offeredAt: number | null;
  offers: number;
  /** It is in an answer of which nobody knows yet whether it was written. */
  isInAnswer: boolean;
}

/** Messages for one answer. It is to be told when the answer goes to the socket, and what became of that. */
export interface Handout {
  readonly offered: Given['offered'];
  readonly onSending: () => void;
  readonly onSent: (flushed: boolean) => void;
}

const UNCONFIRMED: PartResult = {
  kind: 'uncertain',
  reason: 'it was handed out to the phone, which did not say that it has it: see ack_on',
};
const STOPPED: PartResult = {
  kind: 'uncertain',
  reason: 'the platform was stopped while it handed the message out',
};

/**
 * What a network is sent that asks for it (spec channels §F.2, "on poll"). A message waits in the hands of this transport, and
 * so in its queue, until the network says that it has it: until then it is handed out again, from then on never. To one
 * receiver nothing is handed out before what came earlier.
 */
export class Offers {
  readonly #ports: OffersPorts;
  readonly #ids: OfferIds;
  readonly #entering = new AddressLanes();
  /** In the order in which they came. As many as the consumer takes. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #untold: UntoldFates | null;
  #closed = false;
  #askedAt: number;
  #unknown = 0;
  #uncertain = 0;

  constructor(ports: OffersPorts) {
    const { options, end, ledger, clock } = ports;
    this.#ports = ports;
    this.#askedAt = clock();
    this.#ids = new OfferIds({
      ...ports,
      transport: end.name,
      lifetimeMs: options.receipt_lifetime * 1000,
    });
    this.#untold = ports.asksForFates ? new UntoldFates(ledger, end.name) : null;
  }

  /** Resolves when the outcome is known and published. */
  send(original: UserMessage, message: UserMessage): Promise<void> {
    const { results, options, phoneOf } = this.#ports;
    const phone = phoneOf(original);
    const isConfirmed = options.ack_on === 'confirmation';
    return results.settle(original, {
      parts: 1,
      run: () =>
        phone === null
          ? Promise.resolve({ kind: 'failed', reason: 'no phone is known for it: see account_numbers' })
          : this.#wait(message, phone),
      ifUncertain: isConfirmed || options.uncertain_policy === 'at-least-once' ? null : STOPPED,
      // A phone that has it says so to the next life.
      keepsRecord: () => this.#isOut(original.message_id),
    });
  }

  /** The network asks: it is there. */
  noteAsked(): void {
    const { clock, health } = this.#ports;
    this.#askedAt = clock();
    health.report({
      component: 'provider',
      status: 'ok',
      type: 'polled',
      message: 'the phone asks for messages',
    });
  }

  /** What is to go with one answer; in the tick in which the answer is given. */
  handOut({ phone, messages }: Asking): Handout {
    const chosen = messages ? this.#choose(phone) : [];
    const over = chosen.map((one) => {
      one.isInAnswer = true;
      return this.#ports.parts.hand(one.message.message_id);
    });
    const before = chosen.map(({ offeredAt }) => offeredAt);
    return {
      offered: chosen.map(({ id, message }) => ({ id, message })),
      onSending: () => this.#noteSending(chosen),
      onSent: (flushed) => {
        for (const end of over) end();
        for (const [index, one] of chosen.entries()) this.#noteSent(one, flushed, before[index] ?? null);
      },
    };
  }

  /** The ids among these that are of messages which the network has had from us. Their outcome is published then. */
  async confirm(ids: readonly string[]): Promise<readonly string[]> {
    const confirmed = await Promise.all(ids.map((id) => this.#conclude(id, { kind: 'ok', remoteId: id })));
    return ids.filter((_, index) => confirmed[index] !== null);
  }

  /** Says what became of a message. One that the network has not confirmed is so by that, or it failed. */
  async receive(receipt: ReceiptReading): Promise<string | null> {
    const id = 'remoteId' in receipt ? receipt.remoteId : receipt.messageId;
    const { status, reason = 'the phone could not send it' } = receipt;
    const wasOut = await this.#outstanding(id);
    const result: PartResult =
      status === 'failed' ? { kind: 'failed', reason } : { kind: 'ok', remoteId: id };
    const messageId = await this.#conclude(id, result);
    if (status !== 'pending') this.#untold?.delete(id);
    if (messageId === null || (wasOut && status === 'failed')) return messageId;
    const { remoteId: _, ...about } = { remoteId: id, ...receipt };
    return this.#ports.receive({ ...about, messageId });
  }

  /** Ids of messages whose fate the network is to tell. */
  untold(): readonly string[] {
    return this.#untold?.next() ?? [];
  }

  gauges(): Readonly<Record<string, number>> {
    const out = [...this.#waiting.values()].filter(({ offeredAt }) => offeredAt !== null).length;
    return {
      waiting: this.#waiting.size - out,
      in_flight: out,
      uncertain_total: this.#uncertain,
      unknown_receipts_total: this.#unknown,
      ...(this.#untold === null ? {} : { untold: this.#untold.size }),
    };
  }

  /** To be called about once a second: ends what is not wanted any more, and says when the network is away. */
  sweep(): void {
    const { clock, options, health } = this.#ports;
    for (const one of this.#waiting.values()) if (!one.isInAnswer) this.#endIfOver(one);
    this.#untold?.sweep(clock() - options.receipt_lifetime * 1000);
    if (clock() - this.#askedAt <= options.poll_timeout * 1000) return;
    const message = `the phone has asked for nothing for ${options.poll_timeout} s`;
    health.report({ component: 'provider', status: 'down', type: 'not_polled', message });
  }

  /** What waits goes back to its queue. */
  close(): void {
    this.#closed = true;
    for (const { giveUp } of this.#waiting.values()) giveUp(closing());
  }

  /** Enters in the order in which messages to one receiver came, and resolves with the outcome. */
  async #wait(message: UserMessage, phone: string): Promise<PartResult> {
    const { message_id: messageId, to_addr } = message;
    const { promise, resolve, reject } = Promise.withResolvers<PartResult>();
    await this.#entering.run(to_addr ?? '', 1, async () => {
      const id = await this.#ids.idOf(messageId);
      if (this.#closed) return reject(closing());
      const past = this.#ports.parts.read(messageId, 0);
      // The phone may have told of it meanwhile.
      if (past !== null && past.record.kind !== 'submitting') return resolve(past.record);
      const offeredAt = past?.at ?? null;
      const offers = offeredAt === null ? 0 : 1;
      const more = { settle: resolve, giveUp: reject, offeredAt, offers, isInAnswer: false };
      this.#waiting.set(messageId, { message, id, phone, ...more });
    });
    try {
      return await promise;
    } finally {
      this.#waiting.delete(messageId);
    }
  }

  #choose(phone: string): Waiting[] {
    const { options, clock } = this.#ports;
    const chosen: Waiting[] = [];
    /** Receivers of messages that have to come first. */
    const blocked = new Set<string | null>();
    for (const one of this.#waiting.values()) {
      if (chosen.length >= options.offers_per_answer) break;
      const { to_addr: to } = one.message;
      if (one.phone !== phone || blocked.has(to)) continue;
      if (!one.isInAnswer && this.#endIfOver(one)) continue;
      const isResting = one.offeredAt !== null && clock() - one.offeredAt < options.offer_again * 1000;
      if (one.isInAnswer || isResting) blocked.add(to);
      else chosen.push(one);
    }
    return chosen;
  }

  /** True: it is not handed out any more, and its outcome is known. */
  #endIfOver(one: Waiting): boolean {
    const { parts, clock, refusalOf, options } = this.#ports;
    const { message } = one;
    const unwanted = unwantedResult(dueOf(message, refusalOf), { parts, clock });
    const isOut = one.offeredAt !== null;
    const isRested = isOut && clock() - (one.offeredAt ?? 0) >= options.offer_again * 1000;
    // What the phone may have cannot be said not to have been sent; it has its time to say that it has it.
    const isDoubtful = isRested && (unwanted !== null || one.offers >= options.max_offers);
    if (isOut ? !isDoubtful : unwanted === null) return false;
    if (isDoubtful) this.#uncertain += 1;
    one.settle(isDoubtful || unwanted === null ? UNCONFIRMED : unwanted);
    this.#waiting.delete(message.message_id);
    return true;
  }

  #noteSending(chosen: readonly Waiting[]): void {
    const { parts, clock } = this.#ports;
    if (chosen.length === 0) return;
    for (const one of chosen) {
      one.offeredAt = clock();
      parts.write({ messageId: one.message.message_id, part: 0, reference: 0 }, { kind: 'submitting' });
    }
    parts.flush();
  }

  #noteSent(one: Waiting, flushed: boolean, before: number | null): void {
    const { options, parts } = this.#ports;
    one.isInAnswer = false;
    if (!flushed) {
      // A part of an answer is no message.
      one.offeredAt = before;
      if (before === null) parts.forget(one.message.message_id, 0);
      return;
    }
    one.offers += 1;
    if (options.ack_on === 'poll') one.settle({ kind: 'ok', remoteId: one.id });
  }

  #isOut(messageId: string): boolean {
    return this.#ports.parts.read(messageId, 0)?.record.kind === 'submitting';
  }

  /** Whether it was handed out, and nothing is known of it. */
  async #outstanding(id: string): Promise<boolean> {
    const messageId = await this.#ids.messageOf(id);
    return messageId !== null && this.#isOut(messageId);
  }

  /** Gives a message that was handed out its outcome, if it has none. Null: no such message was handed out. */
  async #conclude(id: string, result: PartResult): Promise<string | null> {
    const { results, clock, parts } = this.#ports;
    const messageId = await this.#ids.messageOf(id);
    if (messageId === null) return this.#noteUnknown();
    if (this.#isOut(messageId)) {
      if (result.kind === 'ok') this.#untold?.add(id, clock());
      const waiting = this.#waiting.get(messageId);
      // In the state too before the network is told so.
      if (waiting === undefined) await results.conclude(messageId, result);
      else waiting.settle(result);
      await results.settled(messageId);
    }
    const isKnown = parts.read(messageId, 0) !== null || (await results.isKnown(messageId));
    return isKnown ? messageId : this.#noteUnknown();
  }

  #noteUnknown(): null {
    this.#unknown += 1;
    return null;
  }
}

function closing(): VumiError {
  return new VumiError('transport.not_connected', 'the transport is closing; the message stays in its queue');
}
