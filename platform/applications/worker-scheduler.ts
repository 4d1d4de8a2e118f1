import {
  errorText,
  Lane,
  newId,
  nextOccurrence,
  sleep,
  type Clock,
  type KeyedState,
  type Logger,
  type Recurrence,
  type StatePage,
  type StateWrite,
} from '@vumi/core';

export interface WorkerSchedulerPorts {
  readonly state: KeyedState;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Deliveries of one prefix are one worker's: its name, as a rule. */
  readonly prefix: string;
  /** How often it looks for what is due. Default 1,000. */
  readonly everyMs?: number;
  /** Called for one after the other, the longest overdue first. One that rejects is delivered again at the next look. */
  deliver(delivery: Delivery): Promise<void>;
}

/** What was to happen. */
export interface Delivery {
  readonly id: string;
  /** When, milliseconds since the epoch. */
  readonly due: number;
  /** JSON. */
  readonly payload: unknown;
}

interface Stored extends Delivery {
  readonly repeat: Recurrence | null;
}

export interface WorkerScheduler extends AsyncDisposable {
  /** Once, after or at a time (milliseconds since the epoch); what is past is due at once. Resolves to its id. */
  once(at: number, payload: unknown): Promise<string>;
  /** Again and again, until it is cancelled. */
  repeat(recurrence: Recurrence, payload: unknown): Promise<string>;
  /** Whether it was still open. */
  cancel(id: string): Promise<boolean>;
}

const DEFAULT_EVERY_MS = 1000;
const PAGE = 100;
/** Nobody asks for these markers again. */
const MARKER_MS = 1;
/** Digits of milliseconds since the epoch, so that keys are in the order of their times. */
const DIGITS = 15;

/**
 * Deliveries that a trusted worker makes itself (spec vumi-core §6 Scheduler). They are kept in the state, so that what
 * became due while the worker was down comes late and once, in order; Vumi's missed it (⚠). A crash between a delivery
 * and its end delivers it again: at least once. One worker of a prefix runs at a time (placement `one`).
 */
export function startWorkerScheduler(ports: WorkerSchedulerPorts): WorkerScheduler {
  const book = new DeliveryBook(ports);
  const closing = new AbortController();
  const running = deliverAll(book, ports, closing.signal);
  const put = async (due: number, payload: unknown, repeat: Recurrence | null): Promise<string> => {
    const id = newId();
    await book.write([book.setting({ id, due: Math.max(0, Math.round(due)), payload, repeat })]);
    return id;
  };
  return {
    once: (at, payload) => put(at, payload, null),
    repeat: (recurrence, payload) => put(nextOccurrence(recurrence, ports.clock()), payload, recurrence),
    cancel: (id) => book.cancel(id),
    async [Symbol.asyncDispose]() {
      closing.abort(new Error('the worker is stopping'));
      await running;
    },
  };
}

async function deliverAll(
  book: DeliveryBook,
  ports: WorkerSchedulerPorts,
  closing: AbortSignal,
): Promise<void> {
  while (!closing.aborted) {
    try {
      for (const stored of await book.due()) {
        if (closing.aborted) return;
        await deliverOne(book, ports, stored);
      }
    } catch (error) {
      ports.logger.warn({ reason: errorText(error) }, 'deliveries could not be looked for, trying again');
    }
    await sleep(ports.everyMs ?? DEFAULT_EVERY_MS, closing).catch(() => {});
  }
}

async function deliverOne(book: DeliveryBook, ports: WorkerSchedulerPorts, stored: Stored): Promise<void> {
  const { id, due, payload, repeat } = stored;
  try {
    await ports.deliver({ id, due, payload });
  } catch (error) {
    ports.logger.error({ id, reason: errorText(error) }, 'a delivery failed, trying again');
    return;
  }
  await book.done(stored, repeat === null ? null : nextOccurrence(repeat, ports.clock(), due));
}

/** What is open, in the state: under keys that begin with their times. */
class DeliveryBook {
  readonly #ports: WorkerSchedulerPorts;
  readonly #place: string;
  /** Ends of deliveries and cancellations, one at a time. */
  readonly #ends = new Lane();

  constructor(ports: WorkerSchedulerPorts) {
    this.#ports = ports;
    this.#place = `worker_scheduler/${JSON.stringify(ports.prefix)}/`;
  }

  keyOf({ due, id }: Pick<Stored, 'due' | 'id'>): string {
    return `${this.#place}${String(due).padStart(DIGITS, '0')}/${id}`;
  }

  setting(stored: Stored): StateWrite {
    return { op: 'set', key: this.keyOf(stored), value: JSON.stringify(stored) };
  }

  /** It was delivered: `next` is when it comes again. Who cancelled it meanwhile has ended it. */
  done(stored: Stored, next: number | null): Promise<void> {
    return this.#ends.run(1, async () => {
      const key = this.keyOf(stored);
      const isOpen = next !== null && (await this.#ports.state.get(key)) !== null;
      const again = isOpen ? [this.setting({ ...stored, due: next })] : [];
      await this.write([{ op: 'delete', key }, ...again]);
    });
  }

  /** All that are due, the longest overdue first. */
  async due(): Promise<Stored[]> {
    const now = this.#ports.clock();
    const due: Stored[] = [];
    let after: string | null = null;
    do {
      const page: StatePage = await this.#page(after);
      const ofPage = page.entries.map(([, value]) => JSON.parse(value) as Stored);
      due.push(...ofPage.filter((stored) => stored.due <= now));
      const isLast = (ofPage.at(-1)?.due ?? Infinity) > now;
      after = isLast ? null : page.next;
    } while (after !== null);
    return due;
  }

  cancel(id: string): Promise<boolean> {
    return this.#ends.run(1, () => this.#cancel(id));
  }

  async write(writes: readonly StateWrite[]): Promise<void> {
    await this.#ports.state.commit({
      marker: `worker_scheduler/${newId()}`,
      markerTtlMs: MARKER_MS,
      writes,
      outbox: [],
      quota: { prefix: this.#place, maxKeys: Number.MAX_SAFE_INTEGER },
    });
  }

  async #cancel(id: string): Promise<boolean> {
    let after: string | null = null;
    do {
      const page: StatePage = await this.#page(after);
      const found = page.entries.find(([key]) => key.endsWith(`/${id}`));
      if (found !== undefined) {
        await this.write([{ op: 'delete', key: found[0] }]);
        return true;
      }
      after = page.next;
    } while (after !== null);
    return false;
  }

  #page(after: string | null): Promise<StatePage> {
    const place = this.#place;
    return this.#ports.state.list({
      place,
      prefix: place,
      limit: PAGE,
      ...(after === null ? {} : { after }),
    });
  }
}
