import { VumiError, type TransportEvent } from '@vumi/core';
import type { TransportPorts } from '../../transport-type.ts';
import type { Deadlines } from '../deadlines.ts';
import { KeyedLock } from '../keyed-lock.ts';
import type { IdReading, IdSpelling } from './id-spelling.ts';
import { MessageDeliveries, type DescribeReceipt, type RemotePart } from './message-deliveries.ts';
import { stateOf, type Receipt, type StatusOf } from './receipt.ts';

export interface ReceiptBookPorts extends Pick<TransportPorts, 'state' | 'logger' | 'clock'> {
  readonly transport: string;
  readonly publishEvent: (event: TransportEvent) => Promise<void>;
  /** Told of each receipt whose message is known, as it came where the receipt brought that. */
  readonly onMatched?: (frame: Buffer, about: { messageId: string; at: number; failed: boolean }) => void;
  readonly statusOf: StatusOf;
  readonly describe: DescribeReceipt;
  readonly deadlines: Deadlines;
  /** Keys begin with it. */
  readonly prefix: string;
  /** Receipts come days later. */
  readonly rememberedMs: number;
  /** After a final state only copies of it can come. */
  readonly finalMs: number;
  /** How long the states of parts are remembered after the last has a final one. */
  readonly completedMs: number;
  /** A receipt may be so much earlier than the response that names its message. */
  readonly parkedMs: number;
  readonly ids: IdSpelling;
  /** Waits until other news of a message is published. */
  readonly beforeReport?: (messageId: string) => Promise<void>;
}

/** A receipt as its record keeps it. */
interface StoredReceipt extends Omit<Receipt, 'frame'> {
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
  /** Of one that is parked: itself as it came, in base64. */
  readonly pdu?: string;
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
 * into one record per id of the network, and see in the same step what the other has written (spec smpp §5, 48–55). The
 * record is also the history of the part: its first final state stands, whatever comes later.
 */
export class ReceiptBook {
  readonly #ports: ReceiptBookPorts;
  readonly #deliveries: MessageDeliveries;
  readonly #ids: IdSpelling;
  readonly #lock = new KeyedLock();
  /** Ids of parked receipts, to be read again when it is learned how the SMSC spells them; the oldest go first. */
  readonly #parked = new Set<string>();
  #isBaseKnown: boolean;
  #unknown = 0;

  constructor(ports: ReceiptBookPorts) {
    this.#ports = ports;
    this.#deliveries = new MessageDeliveries(ports);
    this.#ids = ports.ids;
    this.#isBaseKnown = ports.ids.isKnown;
  }

  /** Receipts since the start whose message did not turn up. */
  get unknown(): number {
    return this.#unknown;
  }

  /** The network took a part under this id. Reports what receipts have said of it already. */
  async remember(remoteId: string, part: RemotePart): Promise<void> {
    if (await this.note(remoteId, part)) await this.tellParked(remoteId);
  }

  /** The network took a part under this id. True when receipts have come for it already: `tellParked` reports them. */
  async note(remoteId: string, part: RemotePart): Promise<boolean> {
    if (remoteId === '') return false;
    const id = this.#ids.plain(remoteId);
    const record = await this.#put(id, MESSAGE + remoteId, JSON.stringify(part), this.#ports.rememberedMs);
    this.#parked.delete(id);
    return parkedIn(record).length > 0;
  }

  async tellParked(remoteId: string): Promise<void> {
    const id = this.#ids.plain(remoteId);
    await this.#alone(id, () => this.#reportParked(id));
  }

  /**
   * Resolves when the report is published, with the id of the message; or with null when the receipt is kept until its
   * message is known.
   */
  async handle(receipt: Receipt): Promise<string | null> {
    await this.#recallBase();
    const reading = this.#ids.preferred(receipt.remoteId);
    return this.#alone(reading.id, async () => {
      const certain = this.#otherReadings(receipt).filter((other) => other.certain);
      const found = await this.#findUnder([reading, ...certain], receipt);
      if (found === null) await this.#park(reading.id, receipt);
      return found;
    });
  }

  /** The other id of a receipt is tried when no response has come for the first. */
  #otherReadings({ remoteId, otherId }: Receipt): readonly IdReading[] {
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

  /** Reports a receipt when there is a message of that id; gives the message's. */
  async #reportUnder(reading: IdReading, receipt: Receipt): Promise<string | null> {
    const record = await this.#get(reading.id);
    const part = partOf(receipt, record);
    if (part === null) return null;
    await this.#report(reading.id, { part, receipt, record });
    if (this.#ids.confirm(reading)) await this.#learned(reading.base);
    return part.messageId;
  }

  /** Publishes what the receipt says, unless the part has said so already or has come to its end. */
  async #report(
    id: string,
    { part, receipt, record }: { part: RemotePart; receipt: Receipt | StoredReceipt; record: Fields },
  ): Promise<void> {
    this.#tellMatched(part, receipt);
    const before = historyOf(part, record);
    if (before.some((known) => stateOf(known) === stateOf(receipt))) return;
    const { statusOf, logger, rememberedMs, finalMs, beforeReport } = this.#ports;
    await beforeReport?.(part.messageId);
    const end = before.find((known) => statusOf(stateOf(known)) !== 'pending');
    const follows = receipt.follows === true && end !== undefined && statusOf(stateOf(end)) === 'delivered';
    if (end === undefined || follows) {
      const event = await this.#deliveries.report(part, receipt);
      if (event !== null) await this.#ports.publishEvent(event);
    } else {
      const fields = { message_id: part.messageId, after: end.state, state: receipt.state };
      logger.info(fields, 'receipt after the final one');
    }
    const isFinal = end !== undefined || statusOf(stateOf(receipt)) !== 'pending';
    const stored = { ...withoutPdu(receipt), at: this.#ports.clock(), messageId: part.messageId };
    await this.#put(id, fieldOf(receipt), JSON.stringify(stored), isFinal ? finalMs : rememberedMs);
  }

  #tellMatched({ messageId }: RemotePart, receipt: Receipt | StoredReceipt): void {
    const { onMatched, statusOf, clock } = this.#ports;
    const frame = frameOf(receipt);
    if (onMatched === undefined || frame === null) return;
    const at = 'at' in receipt ? receipt.at : clock();
    onMatched(frame, { messageId, at, failed: statusOf(stateOf(receipt)) === 'failed' });
  }

  async #park(id: string, receipt: Receipt): Promise<void> {
    const { parkedMs, deadlines, clock } = this.#ports;
    const pdu = receipt.frame === undefined ? {} : { pdu: receipt.frame.toString('base64') };
    const stored: StoredReceipt = { ...withoutPdu(receipt), at: clock(), ...pdu };
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
      if (found !== null)
        await this.#put(
          id,
          fieldOf(receipt),
          JSON.stringify({ ...receipt, messageId: '' }),
          this.#ports.finalMs,
        );
      else if (!certainOnly) await this.#ports.deadlines.add(END + id, this.#ports.parkedMs - SECOND_LOOK_MS);
    }
  }

  async #findUnder(readings: readonly IdReading[], receipt: Receipt | StoredReceipt): Promise<string | null> {
    for (const reading of readings) {
      const found = await this.#reportUnder(reading, receipt);
      if (found !== null) return found;
    }
    return null;
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
  async #learned(base: string): Promise<void> {
    const { state, prefix, logger } = this.#ports;
    logger.info({ base }, 'the network spells ids in receipts otherwise than in responses');
    await state.set(`${prefix}/receipts/base`, base);
    for (const id of this.#parked) await this.#lookAgain(id, { certainOnly: true });
  }

  async #recallBase(): Promise<void> {
    if (this.#isBaseKnown) return;
    const known = await this.#ports.state.get(`${this.#ports.prefix}/receipts/base`);
    if (known !== null) this.#ids.learn(known);
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

  async #alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    const release = await this.#lock.acquire(id);
    try {
      return await work();
    } finally {
      release();
    }
  }
}

function frameOf(receipt: Receipt | StoredReceipt): Buffer | null {
  if ('frame' in receipt && receipt.frame !== undefined) return receipt.frame;
  return 'pdu' in receipt && receipt.pdu !== undefined ? Buffer.from(receipt.pdu, 'base64') : null;
}

function withoutPdu(receipt: Receipt | StoredReceipt): Omit<Receipt, 'frame'> {
  const { frame: _frame, pdu: _pdu, ...rest } = receipt as Receipt & Partial<StoredReceipt>;
  return rest;
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
