import { VumiError, type TransportEvent } from '@vumi/core';
import type { TransportPorts } from '../../transport-type.ts';
import type { Deadlines } from '../deadlines.ts';
import { KeyedLock } from '../inbound/keyed-lock.ts';
import { MessageDeliveries, type RemotePart } from './message-deliveries.ts';
import { stateOf, type Receipt } from '../inbound/receipt.ts';
import type { StatusOf } from '../inbound/receipt-states.ts';
import { plainId, RECEIPT_BASES, ReceiptIds, type ReceiptBase, type Reading } from './receipt-ids.ts';

export interface ReceiptBookPorts extends Pick<TransportPorts, 'state' | 'logger' | 'clock'> {
  readonly transport: string;
  readonly publishEvent: (event: TransportEvent) => Promise<void>;
  readonly statusOf: StatusOf;
  readonly deadlines: Deadlines;
  /** Keys begin with it. */
  readonly prefix: string;
  /** Option `third_party_id_expiry`: receipts come days later. */
  readonly rememberedMs: number;
  /** Option `final_dr_third_party_id_expiry`: after a final state only copies of it can come. */
  readonly finalMs: number;
  /** Option `completed_multipart_info_expiry`. */
  readonly completedMs: number;
  /** Option `unmatched_receipt_timeout`: a receipt may be so much earlier than the response that names its message. */
  readonly parkedMs: number;
  /** Option `receipt_id_base`; null is to be learned. */
  readonly base: ReceiptBase | null;
}

/** A receipt as its record keeps it. */
interface StoredReceipt extends Receipt {
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
  /** The message that it was reported for; absent while it is parked. */
  readonly messageId?: string;
}

type Fields = Readonly<Record<string, string>>;

const MESSAGE = 'message:';
const RECEIPT = 'receipt:';
/** Responses that are under way have come by then: what an uncertain reading finds is meant. */
const SECOND_LOOK_MS = 10_000;
/** The newest of those that nobody knows are kept. */
const KEPT_UNKNOWN = 1000;
const MOST_PARKED = 10_000;

/** What `Deadlines` calls the receipts under an id, before their second look and at their end. */
const LOOK = 'receipt-look:';
const END = 'receipt-end:';

/**
 * Finds the message of a receipt, in whatever order response and receipt come and wherever they arrive: both write
 * into one record per id of the SMSC, and see in the same step what the other has written (spec smpp §5, 48–55). The
 * record is also the history of the part: its first final state stands, whatever comes later.
 */
export class ReceiptBook {
  readonly #ports: ReceiptBookPorts;
  readonly #deliveries: MessageDeliveries;
  readonly #ids: ReceiptIds;
  readonly #lock = new KeyedLock();
  /** Ids of parked receipts, to be read again when it is learned how the SMSC spells them; the oldest go first. */
  readonly #parked = new Set<string>();
  #isBaseKnown: boolean;
  #unknown = 0;

  constructor(ports: ReceiptBookPorts) {
    this.#ports = ports;
    this.#deliveries = new MessageDeliveries(ports);
    this.#ids = new ReceiptIds(ports.base);
    this.#isBaseKnown = ports.base !== null;
  }

  /** Receipts since the start whose message did not turn up. */
  get unknown(): number {
    return this.#unknown;
  }

  /** The SMSC took a part under this id. Reports what receipts have said of it already. */
  async remember(remoteId: string, part: RemotePart): Promise<void> {
    if (remoteId === '') return;
    const id = plainId(remoteId);
    const record = await this.#put(id, MESSAGE + remoteId, JSON.stringify(part), this.#ports.rememberedMs);
    this.#parked.delete(id);
    if (parkedIn(record).length > 0) await this.#alone(id, () => this.#reportParked(id));
  }

  /** Resolves when the report is published, or the receipt kept until its message is known. */
  async handle(receipt: Receipt): Promise<void> {
    await this.#recallBase();
    const reading = this.#ids.preferred(receipt.remoteId);
    await this.#alone(reading.id, async () => {
      if (await this.#reportUnder(reading, receipt)) return;
      for (const other of this.#otherReadings(receipt)) {
        if (other.certain && (await this.#reportUnder(other, receipt))) return;
      }
      await this.#park(reading.id, receipt);
    });
  }

  /** An id that only the text has is tried when no response has come for the TLV's. */
  #otherReadings({ remoteId, otherId }: Receipt): Reading[] {
    const others = this.#ids.others(remoteId);
    return otherId === undefined ? others : [...others, { ...this.#ids.preferred(otherId), certain: false }];
  }

  /** What `Deadlines` found due; false when it is not about receipts. */
  async expire(due: string): Promise<boolean> {
    if (due.startsWith(LOOK)) {
      const id = due.slice(LOOK.length);
      await this.#alone(id, () => this.#lookAgain(id, { certainOnly: false }));
      return true;
    }
    if (!due.startsWith(END)) return false;
    const id = due.slice(END.length);
    await this.#alone(id, () => this.#giveUp(id));
    return true;
  }

  /** Reports a receipt when there is a message of that id. */
  async #reportUnder(reading: Reading, receipt: Receipt): Promise<boolean> {
    const record = await this.#get(reading.id);
    const part = partOf(receipt, record);
    if (part === null) return false;
    await this.#report(reading.id, { part, receipt, record });
    if (this.#ids.confirm(reading)) await this.#learned(reading.base);
    return true;
  }

  /** Publishes what the receipt says, unless the part has said so already or has come to its end. */
  async #report(
    id: string,
    { part, receipt, record }: { part: RemotePart; receipt: Receipt; record: Fields },
  ): Promise<void> {
    const before = historyOf(part, record);
    if (before.some((known) => stateOf(known) === stateOf(receipt))) return;
    const { statusOf, logger, rememberedMs, finalMs } = this.#ports;
    const end = before.find((known) => statusOf(stateOf(known)) !== 'pending');
    if (end === undefined) {
      const event = await this.#deliveries.report(part, receipt);
      if (event !== null) await this.#ports.publishEvent(event);
    } else {
      const fields = { messageId: part.messageId, after: end.state, state: receipt.state };
      logger.info(fields, 'receipt after the final one');
    }
    const isFinal = end !== undefined || statusOf(stateOf(receipt)) !== 'pending';
    const stored: StoredReceipt = { ...receipt, at: this.#ports.clock(), messageId: part.messageId };
    await this.#put(id, fieldOf(receipt), JSON.stringify(stored), isFinal ? finalMs : rememberedMs);
  }

  async #park(id: string, receipt: Receipt): Promise<void> {
    const { parkedMs, deadlines, clock } = this.#ports;
    const stored: StoredReceipt = { ...receipt, at: clock() };
    const record = await this.#put(id, fieldOf(receipt), JSON.stringify(stored), 2 * parkedMs);
    // The response may have come in between: then it has not seen this receipt.
    if (partOf(receipt, record) !== null) return this.#reportParked(id);
    const ambiguous = this.#otherReadings(receipt).length > 0 && SECOND_LOOK_MS < parkedMs;
    const added = ambiguous
      ? await deadlines.add(LOOK + id, SECOND_LOOK_MS)
      : await deadlines.add(END + id, parkedMs);
    if (!added) throw new VumiError('state.unavailable', 'too many receipts wait for their messages');
    this.#parked.add(id);
    const oldest = this.#parked.values().next().value;
    if (this.#parked.size > MOST_PARKED && oldest !== undefined) this.#parked.delete(oldest);
  }

  /** In the order in which they came. */
  async #reportParked(id: string): Promise<void> {
    for (const receipt of parkedIn(await this.#get(id))) {
      const record = await this.#get(id);
      const part = partOf(receipt, record);
      if (part !== null) await this.#report(id, { part, receipt, record });
    }
  }

  /** Tries the other readings of parked receipts; what fits none waits for its end. */
  async #lookAgain(id: string, { certainOnly }: { certainOnly: boolean }): Promise<void> {
    const record = await this.#get(id);
    const parked = parkedIn(record).filter((receipt) => partOf(receipt, record) === null);
    for (const receipt of parked) {
      const readings = [this.#ids.preferred(receipt.remoteId), ...this.#otherReadings(receipt)];
      const found = await this.#findUnder(
        readings.filter((reading) => reading.certain || !certainOnly),
        receipt,
      );
      if (found)
        await this.#put(
          id,
          fieldOf(receipt),
          JSON.stringify({ ...receipt, messageId: '' }),
          this.#ports.finalMs,
        );
      else if (!certainOnly) await this.#ports.deadlines.add(END + id, this.#ports.parkedMs - SECOND_LOOK_MS);
    }
  }

  async #findUnder(readings: readonly Reading[], receipt: Receipt): Promise<boolean> {
    for (const reading of readings) if (await this.#reportUnder(reading, receipt)) return true;
    return false;
  }

  /** Its message did not turn up: it is kept for people to look at, and counted (spec smpp §5.53). */
  async #giveUp(id: string): Promise<void> {
    const { state, prefix, rememberedMs, parkedMs, clock, logger } = this.#ports;
    this.#parked.delete(id);
    const record = await this.#get(id);
    const late = (receipt: StoredReceipt) =>
      partOf(receipt, record) === null && receipt.at + parkedMs - SECOND_LOOK_MS <= clock();
    for (const receipt of parkedIn(record).filter(late)) {
      const total = await state.increment(`${prefix}/receipts/unknown`, 1);
      const key = `${prefix}/receipts/unknown/${total % KEPT_UNKNOWN}`;
      await state.set(key, JSON.stringify(receipt), rememberedMs);
      await this.#put(
        id,
        fieldOf(receipt),
        JSON.stringify({ ...receipt, messageId: '' }),
        this.#ports.finalMs,
      );
      this.#unknown += 1;
      logger.warn(
        { remoteId: receipt.remoteId, state: receipt.state, unknown: total },
        'receipt for a message that we do not know',
      );
    }
  }

  /** What was parked under the wrong reading is read again. */
  async #learned(base: ReceiptBase): Promise<void> {
    const { state, prefix, logger } = this.#ports;
    logger.info({ base }, 'the SMSC spells ids in receipts otherwise than in responses');
    await state.set(`${prefix}/receipts/base`, base);
    for (const id of this.#parked) await this.#lookAgain(id, { certainOnly: true });
  }

  async #recallBase(): Promise<void> {
    if (this.#isBaseKnown) return;
    const known = await this.#ports.state.get(`${this.#ports.prefix}/receipts/base`);
    const base = RECEIPT_BASES.find((one) => one === known);
    if (base !== undefined) this.#ids.learn(base);
    this.#isBaseKnown = true;
  }

  #put(id: string, field: string, value: string, ttlMs: number): Promise<Fields> {
    return this.#ports.state.putField(this.#key(id), field, value, ttlMs);
  }

  #get(id: string): Promise<Fields> {
    return this.#ports.state.getFields(this.#key(id));
  }

  #key(id: string): string {
    return `${this.#ports.prefix}/remote/${id}`;
  }

  async #alone(id: string, work: () => Promise<void>): Promise<void> {
    const release = await this.#lock.acquire(id);
    try {
      await work();
    } finally {
      release();
    }
  }
}

function fieldOf(receipt: Receipt): string {
  return `${RECEIPT}${receipt.remoteId}:${stateOf(receipt)}`;
}

function receiptsIn(record: Fields): StoredReceipt[] {
  return Object.entries(record)
    .filter(([field]) => field.startsWith(RECEIPT))
    .map(([, value]) => JSON.parse(value) as StoredReceipt)
    .sort((a, b) => a.at - b.at);
}

function parkedIn(record: Fields): StoredReceipt[] {
  return receiptsIn(record).filter(({ messageId }) => messageId === undefined);
}

/** An SMSC that is restarted gives its ids again: what was said of another message is no history. */
function historyOf(part: RemotePart, record: Fields): StoredReceipt[] {
  return receiptsIn(record).filter(({ messageId }) => messageId === part.messageId);
}

/** The message under the very id of the receipt, else under one that is spelled otherwise. */
function partOf(receipt: Receipt, record: Fields): RemotePart | null {
  const exact = record[MESSAGE + receipt.remoteId];
  const value = exact ?? Object.entries(record).find(([field]) => field.startsWith(MESSAGE))?.[1];
  return value === undefined ? null : (JSON.parse(value) as RemotePart);
}
