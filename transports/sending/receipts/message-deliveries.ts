import {
  createDeliveryReport,
  deriveId,
  type DeliveryStatus,
  type KeyedState,
  type TransportEvent,
} from '@vumi/core';
import { stateOf, type Receipt, type StatusOf } from './receipt.ts';

/** The part of a message that a network's id stands for. */
export interface RemotePart {
  readonly messageId: string;
  /** Counts from 0. */
  readonly part: number;
  readonly total: number;
}

/** The states of the parts of a message in their order; null for those of which nothing is known. */
type PartStates = readonly (string | null)[];

/** What a report has in `transport_metadata`. `states`: of a message in several parts, else null. */
export type DescribeReceipt = (receipt: Receipt, states: PartStates | null) => Record<string, unknown>;

export interface MessageDeliveriesPorts {
  readonly state: KeyedState;
  readonly statusOf: StatusOf;
  readonly describe: DescribeReceipt;
  readonly transport: string;
  /** Keys begin with it. */
  readonly prefix: string;
  /** How long receipts may be apart. */
  readonly rememberedMs: number;
  /** How long the parts are remembered after the last has a final state. */
  readonly completedMs: number;
}

/** The states of parts, by their numbers from 0. */
type States = Readonly<Record<string, string>>;

/** What receipts of parts say of whole messages: failed with the first part, delivered with the last. */
export class MessageDeliveries {
  readonly #ports: MessageDeliveriesPorts;

  constructor(ports: MessageDeliveriesPorts) {
    this.#ports = ports;
  }

  /** The report that a receipt leads to, or null when it changes nothing for the whole message. */
  async report(part: RemotePart, receipt: Receipt): Promise<TransportEvent | null> {
    const status = this.#ports.statusOf(stateOf(receipt));
    if (part.total === 1) return this.#event(part, receipt, { status, states: null });
    const states = await this.#note(part, stateOf(receipt));
    const whole = this.#wholeStatus(part, status, states);
    return whole === null ? null : this.#event(part, receipt, { status: whole, states });
  }

  async #note({ messageId, part, total }: RemotePart, state: string): Promise<States> {
    const { rememberedMs, completedMs } = this.#ports;
    const put = (ttlMs: number) =>
      this.#ports.state.putField(this.#key(messageId), String(part), state, ttlMs);
    const states = await put(rememberedMs);
    const known = Object.values(states);
    const complete = known.length === total && known.every((one) => this.#ports.statusOf(one) !== 'pending');
    return complete ? put(completedMs) : states;
  }

  #wholeStatus({ total }: RemotePart, status: DeliveryStatus, states: States): DeliveryStatus | null {
    if (status === 'failed') return status;
    const all = Object.values(states).map(this.#ports.statusOf);
    if (all.includes('failed')) return null;
    if (status === 'pending') return status;
    return all.filter((one) => one === 'delivered').length === total ? 'delivered' : null;
  }

  #event(
    part: RemotePart,
    receipt: Receipt,
    { status, states }: { status: DeliveryStatus; states: States | null },
  ): TransportEvent {
    // One final report per message and status; intermediate ones of different parts are different events.
    const detail =
      status === 'pending'
        ? `${part.part}/${stateOf(receipt)}`
        : receipt.follows === true
          ? receipt.state
          : '';
    const fields = {
      user_message_id: part.messageId,
      transport_name: this.#ports.transport,
      event_id: deriveId(part.messageId, 'dr', status, detail),
      transport_metadata: this.#ports.describe(
        receipt,
        states === null ? null : partStates(states, part.total),
      ),
    };
    return createDeliveryReport(fields, status);
  }

  #key(messageId: string): string {
    return `${this.#ports.prefix}/deliveries/${messageId}`;
  }
}

function partStates(states: States, total: number): PartStates {
  return Array.from({ length: total }, (_, part) => states[part] ?? null);
}
