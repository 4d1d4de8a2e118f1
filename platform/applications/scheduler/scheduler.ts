import {
  appKey,
  backoffMs,
  errorText,
  nextOccurrence,
  occurrenceId,
  scheduleMessage,
  sleep,
  VumiError,
  type AppRef,
  type Chain,
  type Clock,
  type Logger,
  type Recurrence,
  type UserMessage,
} from '@vumi/core';
import { schedulerMeasures } from '@vumi/measures';

/** Schedules that are fired in one step. */
const BATCH = 200;
/** So many of one app are fired at once; the next ones when its queue has had this long for them, and for what users say. */
const APP_BATCH = 50;
const APP_REST_MS = 500;
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
  /** How often it comes again; null: once. */
  readonly repeat: Recurrence | null;
}

export interface SchedulerPorts {
  /** Waits until this process is the one that fires. Rejects with the signal's reason. */
  lease(signal: AbortSignal): Promise<AsyncDisposable & { readonly lost: Promise<void> }>;
  /** Those that are due at a time (milliseconds since the epoch), the longest overdue first. */
  due(
    at: number,
    query: { limit: number; perApp: number; except: readonly AppRef[] },
  ): Promise<readonly OpenSchedule[]>;
  /** When the next one is due, but for those of some apps, milliseconds since the epoch; null: there is none. */
  next(except: readonly AppRef[]): Promise<number | null>;
  remove(ids: readonly string[]): Promise<void>;
  /** Puts those that come again off to their next times. */
  repeat(next: readonly { readonly id: string; readonly due: number }[]): Promise<void>;
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
 * Fires schedules: brings each to its app as a message and then forgets it, or puts it off to its next time. Of all processes one does it at a time. A
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
  const resting = new RestingApps();
  for (let failures = 0; !signal.aborted;) {
    try {
      bell.clear();
      const pause = await fireDue(ports, resting);
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
async function fireDue(ports: SchedulerPorts, resting: RestingApps): Promise<number> {
  const now = ports.clock();
  const except = resting.at(now);
  const due = await ports.due(now, { limit: BATCH, perApp: APP_BATCH, except });
  const results = await Promise.allSettled(due.map((schedule) => fire(ports, schedule)));
  const fired = due.filter((_, index) => results[index]?.status === 'fulfilled');
  await forget(ports, fired, now);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  resting.add(fired, now);
  if (due.length === BATCH) return 0;
  const next = (await ports.next(resting.at(now))) ?? Infinity;
  return Math.min(LOOK_EVERY_MS, Math.min(next, resting.nextEnd()) - ports.clock());
}

/** What is late by several times comes once, and then at its next time. */
async function forget(ports: SchedulerPorts, fired: readonly OpenSchedule[], now: number): Promise<void> {
  const once = fired.filter(({ repeat }) => repeat === null);
  const again = fired.flatMap(({ id, repeat, due_at }) =>
    repeat === null ? [] : [{ id, due: nextOccurrence(repeat, now, Date.parse(due_at)) }],
  );
  if (once.length > 0) await ports.remove(once.map(({ id }) => id));
  if (again.length > 0) await ports.repeat(again);
}

/** Apps that had a whole batch fired a moment ago: what is due of theirs waits, so that their users need not. */
class RestingApps {
  readonly #fired = new Map<string, { readonly ref: AppRef; readonly end: number; count: number }>();

  at(now: number): AppRef[] {
    for (const [key, { end }] of this.#fired) if (end <= now) this.#fired.delete(key);
    return this.#resting().map(({ ref }) => ref);
  }

  add(fired: readonly OpenSchedule[], now: number): void {
    for (const { account, app } of fired) {
      const ref = { account, app };
      const known = this.#fired.get(appKey(ref)) ?? { ref, end: now + APP_REST_MS, count: 0 };
      known.count += 1;
      this.#fired.set(appKey(ref), known);
    }
  }

  /** When the first of them goes on, milliseconds since the epoch. */
  nextEnd(): number {
    return Math.min(Infinity, ...this.#resting().map(({ end }) => end));
  }

  #resting(): { ref: AppRef; end: number }[] {
    return [...this.#fired.values()].filter(({ count }) => count >= APP_BATCH);
  }
}

async function fire(ports: SchedulerPorts, schedule: OpenSchedule): Promise<void> {
  const { account, app, name, user, due_at, data, chain } = schedule;
  const ref = { account, app };
  const due = Date.parse(due_at);
  const fired = {
    id: occurrenceId(schedule),
    name,
    user,
    due,
    data,
    ...(chain === null ? {} : { chain }),
  };
  const message = scheduleMessage(ref, fired);
  await (ports.isActive(account) ? ports.publish(ref, message) : ports.recordDiscarded(ref, message));
  schedulerMeasures.fired.add(1);
  schedulerMeasures.lateSeconds.observe(Math.max(0, ports.clock() - due) / 1000);
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
