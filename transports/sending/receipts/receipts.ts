import { createDeliveryReport, deriveId, errorText, formatTimestamp, type DeliveryStatus } from '@vumi/core';
import { Deadlines } from '../deadlines.ts';
import { KeyedLock } from '../keyed-lock.ts';
import type { PartResult } from '../part-result.ts';
import { EXACT_IDS } from './id-spelling.ts';
import { ReceiptBook } from './receipt-book.ts';
import type { TransportPorts } from '../../transport-type.ts';
import type { RemoteIds, Results } from '../results.ts';

/** What became of a message of ours. */
export type ReceiptReading = {
  readonly kind: 'receipt';
  readonly status: 'pending' | 'delivered' | 'failed';
  /** It was even read, which is told after `delivered`, too. */
  readonly read?: boolean;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Why it failed, for the nack of a message that was not acknowledged before. */
  readonly reason?: string;
} & (
  | { readonly messageId: string }
  /** The network's id for it. */
  | { readonly remoteId: string }
);

export interface ReceiptsPorts extends Pick<TransportPorts, 'end' | 'state' | 'clock' | 'logger'> {
  readonly results: () => Pick<Results, 'settled' | 'isKnown'>;
  readonly lifetimeMs: number;
}

/** Asks for the states of messages, by the network's ids. */
export interface Queries {
  begin(remoteId: string): Promise<void>;
  expire(due: string): Promise<boolean>;
}

/** False: it is about something else. */
type Expire = (due: string) => Promise<boolean>;

/** A receipt may come so much earlier than the response that names its message. */
const PARKED_MS = 600_000;
const READ = 'read';

interface Said {
  readonly status: DeliveryStatus;
  readonly read: boolean;
  readonly details: Record<string, unknown>;
}

/**
 * Reports what a network says of messages (spec channels §1.6): after the ack, each state once, and nothing after the
 * final one but that the message was read.
 */
export class Receipts implements RemoteIds {
  readonly #ports: ReceiptsPorts;
  readonly deadlines: Deadlines;
  readonly #expiring: Expire[] = [(due) => this.#book.expire(due)];
  readonly #book: ReceiptBook;
  readonly #lock = new KeyedLock();
  #queries: Queries | null = null;
  #unknown = 0;
  /** Ids of messages of which receipts have come before their acks. */
  readonly #early = new Map<string, readonly string[]>();

  constructor(ports: ReceiptsPorts) {
    const { end, state, clock, logger, lifetimeMs } = ports;
    const prefix = `transport/${end.name}`;
    this.#ports = ports;
    this.deadlines = new Deadlines({ state, clock, prefix });
    this.#book = new ReceiptBook({
      state,
      clock,
      logger,
      prefix,
      transport: end.name,
      deadlines: this.deadlines,
      ids: EXACT_IDS,
      publishEvent: (event) => end.publishEvent(event),
      statusOf: (status) => (status === READ ? 'delivered' : (status as DeliveryStatus)),
      describe: ({ details }, states) => ({
        ...details,
        ...(states === null ? {} : { part_states: states }),
      }),
      beforeReport: (messageId) => ports.results().settled(messageId),
      rememberedMs: lifetimeMs,
      finalMs: lifetimeMs,
      completedMs: lifetimeMs,
      parkedMs: PARKED_MS,
    });
  }

  /** From now on the network is asked for the states of messages. */
  useQueries(queries: Queries): void {
    this.#queries = queries;
    this.whenDue((due) => queries.expire(due));
  }

  /** Has `expire` look at what it has put among the deadlines. */
  whenDue(expire: Expire): void {
    this.#expiring.push(expire);
  }

  /** Whether others have put something among the deadlines. */
  get isWatched(): boolean {
    return this.#expiring.length > 1;
  }

  /** For messages that are not known here. */
  get unknown(): number {
    return this.#unknown + this.#book.unknown;
  }

  /** Resolves when the report is published, or there is none to be made. Gives the id of the message, null where it is not known. */
  handle(receipt: ReceiptReading): Promise<string | null> {
    const { status, read } = receipt;
    const details = this.#detailsOf(receipt);
    if ('messageId' in receipt)
      return this.#report(receipt.messageId, { status, read: read === true, details });
    const state = read === true ? READ : status;
    return this.#book.handle({
      remoteId: receipt.remoteId,
      state,
      follows: read === true,
      error: null,
      details,
    });
  }

  async note(messageId: string, results: readonly PartResult[]): Promise<void> {
    const ids = idsOf(results);
    const early = await Promise.all(
      ids.map((id, part) => this.#book.note(id, { messageId, part, total: ids.length })),
    );
    if (early.includes(true)) this.#early.set(messageId, ids);
    const queries = this.#queries;
    if (queries !== null) await Promise.all(ids.map((id) => queries.begin(id)));
  }

  async tell(messageId: string): Promise<void> {
    const early = this.#early.get(messageId) ?? [];
    this.#early.delete(messageId);
    await Promise.all(early.map((id) => this.#book.tellParked(id)));
  }

  /** Looks after those whose messages did not turn up; to be called about once a second. */
  sweep(): void {
    this.deadlines
      .visit(async (due) => {
        for (const expire of this.#expiring) if (await expire(due)) return;
      })
      .catch((error: unknown) => {
        const reason = errorText(error);
        this.#ports.logger.warn({ reason }, 'could not reach the state; trying again later');
      });
  }

  #detailsOf({ metadata = {}, read }: ReceiptReading): Record<string, unknown> {
    if (read !== true) return { ...metadata };
    return { read_at: formatTimestamp(this.#ports.clock()), ...metadata };
  }

  async #report(messageId: string, said: Said): Promise<string | null> {
    const { results } = this.#ports;
    await results().settled(messageId);
    if (!(await results().isKnown(messageId))) {
      this.#unknown += 1;
      return null;
    }
    const release = await this.#lock.acquire(messageId);
    try {
      await this.#tellOnce(messageId, said);
    } finally {
      release();
    }
    return messageId;
  }

  async #tellOnce(messageId: string, { status, read, details }: Said): Promise<void> {
    const { end, state, lifetimeMs } = this.#ports;
    const key = `transport/${end.name}/receipts/${messageId}`;
    const name = read ? READ : status;
    const before = await state.getFields(key);
    const isOver = 'failed' in before || READ in before || ('delivered' in before && !read);
    if (name in before || isOver) return;
    const fields = {
      user_message_id: messageId,
      transport_name: end.name,
      event_id: deriveId(messageId, 'dr', name),
      transport_metadata: details,
    };
    await end.publishEvent(createDeliveryReport(fields, status));
    await state.putField(key, name, '', lifetimeMs);
  }
}

/** Of all parts that the network took, in their order. */
function idsOf(results: readonly PartResult[]): string[] {
  return results.flatMap((result) => (result.kind === 'ok' ? result.remoteId.split(',') : []));
}
