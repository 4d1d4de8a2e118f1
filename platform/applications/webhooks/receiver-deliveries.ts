import { errorText, type Logger } from '@vumi/core';
import { webhookMeasures } from '@vumi/measures';
import type { DueDelivery, WebhookAttempt, WebhookQueue, WebhookReceiver } from '@vumi/store';
import { attemptDelivery, concludeAttempt, type AttemptPorts } from './attempt.ts';
import { ReceiverHealth } from './receiver-health.ts';
import type { Settlements } from './settlements.ts';

/** Users whose deliveries are fetched together. */
const FETCHED = 50;

export interface DeliveringPorts extends AttemptPorts {
  readonly queue: Pick<WebhookQueue, 'due' | 'dueApart' | 'noteReceiver' | 'retryNow'>;
  readonly settlements: Settlements;
  readonly probeCapMs: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Makes the deliveries of one webhook: so many at once, those of each user one after the other. */
export class ReceiverDeliveries {
  readonly #ports: DeliveringPorts;
  readonly #health: ReceiverHealth;
  #receiver: WebhookReceiver;
  #ended = false;
  /** Deliveries of users that were fetched, in their order. */
  readonly #fetched: DueDelivery[][] = [];
  /** Users whose deliveries are fetched or under way. */
  readonly #users = new Set<string>();
  /** The `seq` of those that go their own way. */
  readonly #apart = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  #filling = false;
  #last: WebhookAttempt | null = null;
  #delivered = 0;
  #failed = 0;

  constructor(receiver: WebhookReceiver, ports: DeliveringPorts) {
    this.#receiver = receiver;
    this.#ports = ports;
    const { retryBaseMs: baseMs, probeCapMs: capMs, random } = ports;
    this.#health = new ReceiverHealth(receiver, { baseMs, capMs, random });
  }

  get counts(): { readonly delivered: number; readonly failed: number; readonly isDown: boolean } {
    return { delivered: this.#delivered, failed: this.#failed, isDown: this.#health.isDown };
  }

  update(receiver: WebhookReceiver): void {
    const changed = JSON.stringify(receiver.settings) !== JSON.stringify(this.#receiver.settings);
    this.#receiver = receiver;
    if (changed) this.#health.mayTryNow();
  }

  /** What is under way is not waited for: see `settled`. */
  end(): void {
    this.#ended = true;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Starts what is due, as far as there is room. */
  async wake(): Promise<void> {
    if (this.#filling || this.#isOver()) return;
    this.#filling = true;
    try {
      await this.#fill();
    } finally {
      this.#filling = false;
    }
  }

  /** Writes how the receiver does, where that has changed. */
  async note(): Promise<void> {
    const last = this.#last;
    this.#last = null;
    if (last === null) return;
    await this.#ports.queue.noteReceiver(this.#receiver.id, { ...this.#health.known(), last });
  }

  #isOver(): boolean {
    return this.#ended || this.#ports.signal.aborted;
  }

  async #fill(): Promise<void> {
    const { id, settings } = this.#receiver;
    const { queue, clock } = this.#ports;
    if (this.#health.isDown) {
      for (const { user } of this.#fetched.splice(0).flat()) this.#users.delete(user);
      await this.#startApart(1, 'test');
      if (this.#underWay.size === 0 && !this.#health.waitsAt(clock())) await this.#probe();
      return;
    }
    const room = (): number => settings.max_in_flight - this.#underWay.size;
    if (this.#fetched.length < room()) {
      const due = await queue.due(id, { at: clock(), users: FETCHED, except: this.#users });
      this.#keep(due);
    }
    while (room() > 0) {
      const next = this.#fetched.shift();
      if (next === undefined) break;
      this.#start(next);
    }
    if (room() > 0) await this.#startApart(room());
  }

  /** One delivery, to see whether the receiver is back; the first that waits, whenever it is due. */
  async #probe(): Promise<void> {
    const due = await this.#ports.queue.due(this.#receiver.id, { at: null, users: 1, except: this.#users });
    this.#keep(due.slice(0, 1));
    const found = this.#fetched.shift();
    if (found === undefined) await this.#startApart(1);
    else this.#start(found);
  }

  #keep(due: readonly DueDelivery[]): void {
    for (const [user, deliveries] of Map.groupBy(due, (delivery) => delivery.user)) {
      this.#users.add(user);
      this.#fetched.push(deliveries);
    }
  }

  /** Those of one user one after the other, too, so that what is made again comes in order. */
  async #startApart(limit: number, only?: 'test'): Promise<void> {
    const { queue } = this.#ports;
    const due = await queue.dueApart(this.#receiver.id, {
      limit,
      except: this.#apart,
      ...(only === undefined ? {} : { only }),
    });
    for (const deliveries of Map.groupBy(due, ({ user }) => user).values()) {
      for (const { seq } of deliveries) this.#apart.add(seq);
      this.#start(deliveries);
    }
  }

  #start(deliveries: readonly DueDelivery[]): void {
    const running = this.#run(deliveries).catch((error: unknown) => {
      this.#ports.logger.error({ reason: errorText(error) }, 'a delivery to a webhook could not be made');
    });
    this.#underWay.add(running);
    void running.then(() => {
      this.#underWay.delete(running);
      for (const { user, seq, apart } of deliveries) {
        if (apart) this.#apart.delete(seq);
        else this.#users.delete(user);
      }
      this.wake().catch((error: unknown) => {
        this.#ports.logger.warn({ reason: errorText(error) }, 'deliveries of a webhook could not be read');
      });
    });
  }

  async #run(deliveries: readonly DueDelivery[]): Promise<void> {
    for (const delivery of deliveries) {
      if (this.#isOver()) return;
      const arrived = await this.#deliver(delivery);
      // What comes after it in its user's order waits with it, or is found again.
      if (!arrived && (!delivery.apart || this.#health.isDown)) return;
    }
  }

  async #deliver(delivery: DueDelivery): Promise<boolean> {
    const { settlements, clock, queue } = this.#ports;
    const receiver = this.#receiver;
    const counts = !this.#health.isDown;
    const attempted = await attemptDelivery(receiver, delivery, this.#ports);
    const { attempt, afterMs } = attempted;
    const conclusion = concludeAttempt(receiver, delivery, { ...attempted, counts }, this.#ports);
    await settlements.add(conclusion);
    const outcome = conclusion.status === 'pending' ? 'again' : conclusion.status;
    webhookMeasures.attempts.add(1, receiver.account ?? '', outcome);
    webhookMeasures.seconds.observe(attempt.ms / 1000);
    this.#last = attempt;
    if (attempt.error === null) {
      this.#delivered += 1;
      if (this.#health.succeeded()) await queue.retryNow(receiver.id);
      return true;
    }
    this.#failed += 1;
    if (delivery.event !== 'test') this.#health.failed(clock(), afterMs);
    return false;
  }
}
