import {
  backoffMs,
  errorText,
  scheduleMessage,
  sleep,
  VumiError,
  type AppRef,
  type Chain,
  type Clock,
  type Logger,
  type UserMessage,
} from '@vumi/core';

/** Schedules that are fired in one step. */
const BATCH = 200;
/** A look at the database at least so often; what is due earlier is told of (store, `onSoon`). */
const LOOK_EVERY_MS = 1000;
const RETRY_BASE_MS = 100;
const RETRY_CAP_MS = 5000;

/** An open schedule, as the store has it. */
export interface OpenSchedule extends AppRef {
  readonly id: string;
  readonly name: string;
  readonly user: string | null;
  /** ISO 8601. */
  readonly due_at: string;
  readonly data: unknown;
  readonly chain: Chain | null;
}

export interface SchedulerPorts {
  /** Waits until this process is the one that fires. Rejects with the signal's reason. */
  lease(signal: AbortSignal): Promise<AsyncDisposable & { readonly lost: Promise<void> }>;
  /** Those that are due at a time (milliseconds since the epoch), the longest overdue first. */
  due(at: number, limit: number): Promise<readonly OpenSchedule[]>;
  /** When the next one is due, milliseconds since the epoch; null: there is none. */
  next(): Promise<number | null>;
  remove(ids: readonly string[]): Promise<void>;
  /** Tells of schedules that were made and are due before the next look. */
  onSoon(listener: () => void): Disposable;
  isActive(account: string): boolean;
  /** Resolves when the message is safe in the queue of its app. */
  publish(ref: AppRef, message: UserMessage): Promise<void>;
  /** Notes that a message of an inactive account was thrown away. */
  recordDiscarded(ref: AppRef, message: UserMessage): Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Fires schedules: brings each to its app as a message and then forgets it. Of all processes one does it at a time. A
 * crash between the two fires it again under the same message id, which takes effect once.
 */
export function startScheduler(ports: SchedulerPorts): AsyncDisposable {
  const closing = new AbortController();
  const running = serve(ports, closing.signal);
  return {
    async [Symbol.asyncDispose]() {
      closing.abort(new Error('the scheduler is closing'));
      await running;
    },
  };
}

async function serve(ports: SchedulerPorts, closing: AbortSignal): Promise<void> {
  while (!closing.aborted) {
    try {
      await using lease = await ports.lease(closing);
      await fireWhileHeld(ports, lease.lost, closing);
    } catch (error) {
      if (closing.aborted) return;
      ports.logger.error({ reason: errorText(error) }, 'the scheduler lost its turn, waiting for it again');
      await sleep(RETRY_CAP_MS, closing).catch(() => {});
    }
  }
}

/** Resolves when the lease is lost or the scheduler is closed. */
async function fireWhileHeld(
  ports: SchedulerPorts,
  lost: Promise<void>,
  closing: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  void lost.then(() => ended.abort());
  const signal = AbortSignal.any([ended.signal, closing]);
  const bell = new Bell(signal);
  using _listening = ports.onSoon(() => bell.ring());
  for (let failures = 0; !signal.aborted;) {
    try {
      bell.clear();
      const pause = await fireDue(ports);
      failures = 0;
      if (pause > 0) await bell.wait(pause);
    } catch (error) {
      report(ports.logger, error, failures);
      await sleep(backoffMs(failures++, RETRY_BASE_MS, RETRY_CAP_MS), signal).catch(() => {});
    }
  }
}

function report(logger: Logger, error: unknown, failures: number): void {
  const isOutage = error instanceof VumiError && error.outage;
  if (failures === 0 || !isOutage)
    logger.warn({ reason: errorText(error) }, 'schedules could not be fired, trying again');
}

/** Fires one batch; answers the milliseconds until there can be more. */
async function fireDue(ports: SchedulerPorts): Promise<number> {
  const now = ports.clock();
  const due = await ports.due(now, BATCH);
  const results = await Promise.allSettled(due.map((schedule) => fire(ports, schedule)));
  const fired = due.filter((_, index) => results[index]?.status === 'fulfilled').map(({ id }) => id);
  if (fired.length > 0) await ports.remove(fired);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  if (due.length === BATCH) return 0;
  const next = await ports.next();
  return next === null ? LOOK_EVERY_MS : Math.min(LOOK_EVERY_MS, next - ports.clock());
}

async function fire(
  ports: SchedulerPorts,
  { account, app, id, name, user, due_at, data, chain }: OpenSchedule,
): Promise<void> {
  const ref = { account, app };
  const due = Date.parse(due_at);
  const message = scheduleMessage(ref, { id, name, user, due, data, ...(chain === null ? {} : { chain }) });
  await (ports.isActive(account) ? ports.publish(ref, message) : ports.recordDiscarded(ref, message));
}

/** Ends a wait early. What rings between `clear` and `wait` ends the next wait at once. */
class Bell {
  readonly #signal: AbortSignal;
  #rung = false;
  #wake: (() => void) | null = null;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  clear(): void {
    this.#rung = false;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async wait(ms: number): Promise<void> {
    if (this.#rung) return;
    const early = new AbortController();
    this.#wake = () => early.abort();
    await sleep(ms, AbortSignal.any([early.signal, this.#signal])).catch(() => {});
    this.#wake = null;
  }
}
