import { createDeliveryReport, deriveId, type DeliveryStatus } from '@vumi/core';
import type { TransportPorts } from '../transport-type.ts';
import type { Receipt, StatusOf } from './inbound/receipt.ts';
import { plainId, ReceiptIds } from './receipt-ids.ts';

/** The part of a message that an SMSC's id stands for. */
export interface RemotePart {
  readonly messageId: string;
  /** Counts from 0. */
  readonly part: number;
  readonly total: number;
}

export interface ReceiptPorts extends Pick<TransportPorts, 'state' | 'end' | 'logger' | 'clock'> {
  readonly statusOf: StatusOf;
}

/** Receipts come days later. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;
/** After a final state only copies of it can come. */
const FINAL_MS = 3_600_000;
/** A receipt may be so much earlier than the response that names its message. */
const PARKED_MS = 600_000;

const MESSAGE = 'message:';
const RECEIPT = 'receipt:';
const FINISHED = 'finished';
const USED = '';

/**
 * Finds the message of a receipt, in whatever order response and receipt come and wherever they arrive: both write
 * into one record per id of the SMSC, and see in the same step what the other has written (spec smpp §5, 48–55).
 */
export class ReceiptBook {
  readonly #ports: ReceiptPorts;
  readonly #prefix: string;
  readonly #ids = new ReceiptIds();
  /** Records of receipts whose message is not known yet, and until when that may be; in order of time. */
  readonly #parked = new Map<string, number>();
  #unknown = 0;

  constructor(ports: ReceiptPorts) {
    this.#ports = ports;
    this.#prefix = `transport/${ports.end.name}`;
  }

  /** The SMSC took a part under this id. Reports what receipts have said of it already. */
  async remember(remoteId: string, part: RemotePart): Promise<void> {
    if (remoteId === '') return;
    const id = plainId(remoteId);
    const record = await this.#note(id, MESSAGE + remoteId, JSON.stringify(part), REMEMBERED_MS);
    this.#parked.delete(id);
    for (const [field, value] of Object.entries(record)) {
      if (!field.startsWith(RECEIPT) || value === USED) continue;
      const receipt = JSON.parse(value) as Receipt;
      if (partOf(receipt, record)?.messageId === part.messageId)
        await this.#reportParked(id, field, part, receipt);
    }
  }

  /** Resolves when the report is published, or the receipt kept until its message is known. */
  async handle(receipt: Receipt): Promise<void> {
    const id = this.#ids.responseId(receipt.remoteId);
    const known = partOf(receipt, await this.#ports.state.getFields(this.#key(id)));
    if (known !== null) return this.#finish(id, known, receipt);
    if (await this.#learnFrom(receipt)) return this.handle(receipt);
    const field = `${RECEIPT}${receipt.remoteId}:${receipt.state}`;
    const record = await this.#note(id, field, JSON.stringify(receipt), this.#ttlMs(receipt));
    // The response may have come in between: then it has not seen this receipt.
    const late = partOf(receipt, record);
    if (late !== null) return this.#report(late, receipt);
    this.#parked.set(id, this.#ports.clock() + PARKED_MS);
  }

  async #finish(id: string, part: RemotePart, receipt: Receipt): Promise<void> {
    const ttlMs = this.#ttlMs(receipt);
    // The write only shortens how long the record is kept.
    const shortened = ttlMs === FINAL_MS ? this.#note(id, FINISHED, USED, ttlMs) : null;
    await Promise.all([this.#report(part, receipt), shortened]);
  }

  #ttlMs({ state }: Receipt): number {
    return this.#ports.statusOf(state) === 'pending' ? REMEMBERED_MS : FINAL_MS;
  }

  /** Whether the receipt shows how this SMSC spells ids; then the receipts that were read wrongly are read again. */
  async #learnFrom(receipt: Receipt): Promise<boolean> {
    const reading = this.#ids.otherReading(receipt.remoteId);
    if (reading === null) return false;
    const record = await this.#ports.state.getFields(this.#key(reading.id));
    if (partOf(receipt, record) === null) return false;
    this.#ids.learn(reading);
    await Promise.all([...this.#parked.keys()].map((id) => this.#readAgain(id)));
    return true;
  }

  async #readAgain(id: string): Promise<void> {
    const record = await this.#ports.state.getFields(this.#key(id));
    for (const [field, value] of Object.entries(record)) {
      if (!field.startsWith(RECEIPT) || value === USED) continue;
      const receipt = JSON.parse(value) as Receipt;
      if (this.#ids.responseId(receipt.remoteId) === id) continue;
      this.#parked.delete(id);
      await this.handle(receipt);
      await this.#note(id, field, USED, FINAL_MS);
    }
  }

  /** Counts the receipts whose message did not turn up. */
  sweep(): void {
    const now = this.#ports.clock();
    for (const [id, deadline] of this.#parked) {
      if (deadline > now) return;
      this.#parked.delete(id);
      this.#unknown += 1;
      const fields = { remoteId: id, unknown: this.#unknown };
      this.#ports.logger.warn(fields, 'receipt for a message that we do not know');
    }
  }

  #note(id: string, field: string, value: string, ttlMs: number): Promise<Record<string, string>> {
    return this.#ports.state.putField(this.#key(id), field, value, ttlMs);
  }

  #key(id: string): string {
    return `${this.#prefix}/remote/${id}`;
  }

  /** An SMSC that is restarted gives its ids again: a receipt that was reported must not meet a new message. */
  async #reportParked(id: string, field: string, part: RemotePart, receipt: Receipt): Promise<void> {
    await this.#report(part, receipt);
    await this.#note(id, field, USED, REMEMBERED_MS);
  }

  async #report(part: RemotePart, receipt: Receipt): Promise<void> {
    const status = await this.#messageStatus(part, this.#ports.statusOf(receipt.state));
    if (status === null) return;
    // One final report per message and status; intermediate ones of different parts are different events.
    const detail = status === 'pending' ? `${part.part}/${receipt.state}` : '';
    const fields = {
      user_message_id: part.messageId,
      transport_name: this.#ports.end.name,
      event_id: deriveId(part.messageId, 'dr', status, detail),
      transport_metadata: {
        smpp_delivery_status: receipt.state,
        smpp_message_id: receipt.remoteId,
        ...(receipt.error === null ? {} : { smpp_delivery_error: receipt.error }),
      },
    };
    await this.#ports.end.publishEvent(createDeliveryReport(fields, status));
  }

  /** What the receipt of a part says of the whole: failed with the first part, delivered with the last; null is nothing yet. */
  async #messageStatus(part: RemotePart, status: DeliveryStatus): Promise<DeliveryStatus | null> {
    if (part.total === 1 || status !== 'delivered') return status;
    const key = `${this.#prefix}/delivered/${part.messageId}`;
    const delivered = await this.#ports.state.putField(key, String(part.part), '1', REMEMBERED_MS);
    return Object.keys(delivered).length === part.total ? 'delivered' : null;
  }
}

/** The message under the very id of the receipt, else under one that is spelled otherwise. */
function partOf(receipt: Receipt, record: Readonly<Record<string, string>>): RemotePart | null {
  const exact = record[MESSAGE + receipt.remoteId];
  const value = exact ?? Object.entries(record).find(([field]) => field.startsWith(MESSAGE))?.[1];
  return value === undefined ? null : (JSON.parse(value) as RemotePart);
}
