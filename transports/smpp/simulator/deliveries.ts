import { errorText, VumiError, type Logger } from '@vumi/core';
import { startDeadline, type Deadline } from '@vumi/machine';
import { NO_TLVS, type DataBody, type MessageBody } from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import type { Outcome } from '../session/outcome.ts';
import { mayReceive } from '../session/rules.ts';
import type { Session } from '../session/session.ts';
import { Timers } from './timers.ts';

/** A bound ESME. */
export interface Receiver {
  readonly session: Session;
  readonly systemId: string;
  /** TLVs may be sent to it (section 3.4). */
  readonly takesTlvs: boolean;
}

/** Who may have a delivery. */
export interface Target {
  /** Only this client: receipts. Null for anybody. */
  readonly systemId: string | null;
  /** These sessions, where there is one. */
  readonly prefer?: (session: Session) => boolean;
  /** Bounds the wait for an ESME that could be asked at all. */
  readonly giveUpMs?: number;
}

interface Delivery {
  /** Order of asking. */
  readonly number: number;
  readonly body: MessageBody | DataBody;
  readonly target: Target;
  readonly resolve: () => void;
  readonly reject: (error: VumiError) => void;
  /** An ESME may have it: it stays until one answers. */
  sent: boolean;
  giveUp: Deadline | undefined;
}

export interface DeliveryOptions {
  readonly logger: Logger;
  readonly retryMs: () => number;
  /** Where ESMEs bind, for messages to people. */
  readonly where: () => string;
}

const MOST = 100_000;
/** What an ESME says when it wants the message later (section 5.1.3). */
const TEMPORARY: ReadonlySet<number> = new Set([
  STATUS.RX_T_APPN,
  STATUS.RTHROTTLED,
  STATUS.RMSGQFUL,
  STATUS.RSYSERR,
]);

/** deliver_sm on their way to ESMEs: each is sent until it is answered, on this connection or the next. */
export class Deliveries {
  readonly #options: DeliveryOptions;
  readonly #receivers: Receiver[] = [];
  readonly #timers = new Timers();
  #waiting: Delivery[] = [];
  #number = 0;
  #turn = 0;
  #open = 0;
  #scheduled = false;
  #closed = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  get receivers(): number {
    return this.#receivers.filter(({ session }) => mayReceive(session.state)).length;
  }

  /** Resolves when an ESME has taken it. */
  deliver(body: MessageBody | DataBody, target: Target): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed || this.#open >= MOST) return reject(this.#refusal());
      this.#number += 1;
      this.#open += 1;
      const delivery: Delivery = {
        number: this.#number,
        body,
        target,
        resolve,
        reject,
        sent: false,
        giveUp: undefined,
      };
      if (target.giveUpMs !== undefined && this.#receiverFor(delivery) === undefined) {
        delivery.giveUp = startDeadline({ limitMs: target.giveUpMs }, () => this.#abandon(delivery));
      }
      this.#waiting.push(delivery);
      this.#pump();
    });
  }

  add(receiver: Receiver): void {
    this.#receivers.push(receiver);
    this.#schedule();
  }

  remove(session: Session): void {
    const index = this.#receivers.findIndex((receiver) => receiver.session === session);
    if (index !== -1) this.#receivers.splice(index, 1);
  }

  close(): void {
    this.#closed = true;
    this.#timers.stop();
    for (const delivery of this.#waiting) delivery.reject(this.#refusal());
    this.#waiting = [];
  }

  /** After the turn of the event loop in which a session ended: all of its deliveries are back then, in any order. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#waiting.sort((a, b) => a.number - b.number);
      this.#pump();
    });
  }

  #pump(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const delivery of waiting) {
      const receiver = this.#receiverFor(delivery);
      if (receiver === undefined) this.#waiting.push(delivery);
      else void this.#send(delivery, receiver);
      this.#turn += 1;
    }
  }

  /** They take turns. */
  #receiverFor({ target }: Delivery): Receiver | undefined {
    const { systemId, prefer } = target;
    let possible: Receiver | undefined;
    for (let index = 0; index < this.#receivers.length; index += 1) {
      const receiver = this.#receivers[(this.#turn + index) % this.#receivers.length];
      if (receiver === undefined || !mayReceive(receiver.session.state)) continue;
      if (systemId !== null && receiver.systemId !== systemId) continue;
      if (prefer === undefined || prefer(receiver.session)) return receiver;
      possible ??= receiver;
    }
    return possible;
  }

  async #send(delivery: Delivery, { session, takesTlvs }: Receiver): Promise<void> {
    delivery.giveUp?.[Symbol.dispose]();
    delivery.sent = true;
    let outcome: Outcome;
    try {
      outcome = await session.request(takesTlvs ? delivery.body : withoutTlvs(delivery.body));
    } catch (error) {
      // It cannot be encoded, such as an address that is too long.
      this.#open -= 1;
      delivery.reject(new VumiError('request.invalid', errorText(error), { cause: error }));
      return;
    }
    if (outcome.outcome !== 'answered') return this.#again(delivery);
    if (outcome.status === STATUS.ROK) {
      this.#open -= 1;
      delivery.resolve();
    } else if (TEMPORARY.has(outcome.status)) {
      this.#timers.later(this.#options.retryMs(), () => this.#again(delivery));
    } else {
      const status = statusName(outcome.status);
      this.#options.logger.warn({ to: delivery.body.destinationAddr, status }, 'deliver_sm refused');
      this.#open -= 1;
      delivery.reject(
        new VumiError('transport.not_connected', `the ESME refused the message with ${status}`),
      );
    }
  }

  #again(delivery: Delivery): void {
    if (this.#closed) return delivery.reject(this.#refusal());
    this.#waiting.push(delivery);
    this.#schedule();
  }

  #abandon(delivery: Delivery): void {
    if (delivery.sent) return;
    this.#open -= 1;
    this.#waiting = this.#waiting.filter((other) => other !== delivery);
    delivery.reject(this.#refusal());
  }

  #refusal(): VumiError {
    const text = this.#closed
      ? 'the SMSC simulator is closing'
      : `no ESME takes messages from the SMSC simulator: start a transport that binds to ${this.#options.where()}`;
    return new VumiError('transport.not_connected', text);
  }
}

/** For peers of version 3.3, which know none (section 3.4). */
function withoutTlvs<T extends MessageBody | DataBody>(body: T): T {
  return body.tlvs.length === 0 ? body : { ...body, tlvs: NO_TLVS };
}
