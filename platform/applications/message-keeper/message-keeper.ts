import { backoffMs, errorText, sleep } from '@vumi/core';
import { defineWorker, type Worker, type WorkerPorts } from '@vumi/runtime';
import type { MessageKeeping, RetentionPlan } from '@vumi/store';
import { z } from 'zod';

/** Events that came before their messages are looked after soon, the rest seldom. */
const MARK_MS = 10_000;
const TIDY_MS = 3_600_000;
const RETRY_BASE_MS = 1000;
const RETRY_CAP_MS = 60_000;

export const messageKeepingOptions = z.strictObject({
  retention_days: z
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'Days for which messages, their events, runs, logs and failures are kept, where an account does not say it itself. Absent: for ever',
    ),
});

type KeeperPorts = Pick<WorkerPorts, 'clock' | 'logger'> & { readonly keeping: MessageKeeping };

/** Looks after the rows of messages: partitions for those to come, and an end to those that nobody keeps. */
export const messageKeeper = defineWorker({
  type: 'message_keeper',
  aliases: [],
  summary: 'Makes room for messages to come, and deletes what accounts keep no longer',
  configSchema: messageKeepingOptions,
  placement: 'one',
  needs: ['store'],
  ends: () => ({}),
  start: async ({ retention_days: days }, { store, clock, logger }) => {
    if (store === null) throw new TypeError('started without the store that it needs');
    return new MessageKeeper({ keeping: store.messageKeeping, clock, logger }, days ?? null);
  },
});

class MessageKeeper implements Worker {
  readonly #ports: KeeperPorts;
  readonly #retentionDays: number | null;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #tidiedAt = 0;
  #trouble: string | null = null;
  #unfiled = 0;
  #deleted = 0;
  #dropped = 0;

  constructor(ports: KeeperPorts, retentionDays: number | null) {
    this.#ports = ports;
    this.#retentionDays = retentionDays;
    this.#running = this.#serve();
  }

  status(): ReturnType<Worker['status']> {
    if (this.#trouble !== null) return { status: 'down', message: this.#trouble };
    if (this.#unfiled === 0) return { status: 'ok', message: 'all messages are in partitions of their time' };
    return {
      status: 'degraded',
      message: `${this.#unfiled} messages and events have times of long ago or of the future: docs/message-store.md`,
    };
  }

  gauges(): Readonly<Record<string, number>> {
    return {
      unfiled_rows: this.#unfiled,
      expired_messages_total: this.#deleted,
      dropped_partitions_total: this.#dropped,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #serve(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#round();
        failures = 0;
        this.#trouble = null;
        await sleep(MARK_MS, signal).catch(() => {});
      } catch (error) {
        this.#trouble = errorText(error);
        this.#ports.logger.warn({ reason: this.#trouble }, 'cannot look after the messages now');
        await sleep(backoffMs(failures++, RETRY_BASE_MS, RETRY_CAP_MS), signal).catch(() => {});
      }
    }
  }

  async #round(): Promise<void> {
    const { keeping, clock } = this.#ports;
    await keeping.markTroubles();
    const now = clock();
    if (now - this.#tidiedAt < TIDY_MS) return;
    await this.#tidy({ now, retentionDays: this.#retentionDays });
    this.#tidiedAt = now;
  }

  async #tidy(plan: RetentionPlan): Promise<void> {
    const { keeping, logger } = this.#ports;
    const { dropped, unfiled } = await keeping.tidyPartitions(plan);
    if (unfiled > this.#unfiled) logger.warn({ rows: unfiled }, 'messages have times that no partition has');
    this.#unfiled = unfiled;
    this.#dropped += dropped.length;
    this.#deleted += await keeping.deleteExpired(plan, this.#stop.signal);
  }
}
