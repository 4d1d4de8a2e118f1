import {
  backoffMs,
  errorText,
  settledWithin,
  sleep,
  stampOf,
  VumiError,
  type Handler,
  type UserMessage,
} from '@vumi/core';
import { defineWorker, type Worker, type WorkerPorts } from '@vumi/runtime';
import type { Store } from '@vumi/store';
import { webhookOptionsSchema, type WebhookOptions } from './options.ts';
import { ReceiverDeliveries } from './receiver-deliveries.ts';
import { Settlements } from './settlements.ts';

/** Where a route leads whose number has no other receiver than the webhooks of its account. */
const WEBHOOKS_CONNECTOR = 'webhooks';
const PREFETCH = 200;
const RETRY_BASE_MS = 200;
const RETRY_CAP_MS = 5000;
/** Events that came before their messages are looked at so long in each round, and once in a while all of them. */
const EARLY_SECONDS = 10;
const SWEEP_MS = 30_000;
/** What is under way when the worker stops may end; after that it is made again by the next. */
const LAST_MS = 5000;
/** More than are numbered in one step. */
const FULL = 2000;

type WebhookStore = Pick<Store, 'webhookQueue' | 'onChange'>;
type WebhookPorts = Pick<WorkerPorts, 'http' | 'clock' | 'random' | 'logger' | 'signal'>;

/** Brings what was recorded to the webhooks of its accounts. Of all processes one does it at a time. */
export const webhooksWorker = defineWorker({
  type: 'webhooks',
  aliases: [],
  summary:
    'Tells webhooks of messages, receipts, failures and alerts, signed, in order, until they are taken',
  configSchema: webhookOptionsSchema,
  placement: 'one',
  needs: ['store'],
  ends: () => ({ application: [WEBHOOKS_CONNECTOR] }),
  start: async (options, ports) => {
    const { store } = ports;
    if (store === null) throw new VumiError('config.invalid', 'webhooks need a database');
    const recording = await recordInbound(store, ports);
    return startWebhooks(options, store, { ...ports, recording });
  },
});

/** What webhooks alone receive is written down, and thereby delivered. */
async function recordInbound(store: Store, { ends }: Pick<WorkerPorts, 'ends'>): Promise<AsyncDisposable> {
  const end = ends.application(WEBHOOKS_CONNECTOR);
  await using stack = new AsyncDisposableStack();
  const record: Handler<UserMessage> = (message) =>
    store.recorder.inbound(message, stampOf(message), 'received');
  stack.use(await end.onInbound(record, { prefetch: PREFETCH }));
  // They are written down where they come by.
  stack.use(await end.onEvent(() => Promise.resolve(), { prefetch: PREFETCH }));
  return stack.move();
}

function startWebhooks(
  options: WebhookOptions,
  store: WebhookStore,
  { recording, ...ports }: WebhookPorts & { readonly recording: AsyncDisposable },
): Worker {
  const serving = new Webhooks(options, store, ports);
  return {
    status: () => serving.status(),
    gauges: () => serving.gauges(),
    async [Symbol.asyncDispose]() {
      await recording[Symbol.asyncDispose]();
      await serving.stop();
    },
  };
}

class Webhooks {
  readonly #options: WebhookOptions;
  readonly #store: WebhookStore;
  readonly #ports: WebhookPorts;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #settlements: Settlements;
  readonly #receivers = new Map<string, ReceiverDeliveries>();
  readonly #hours = new Map<string, number>();
  readonly #listening: Disposable;
  readonly #running: Promise<void>;
  #wake: (() => void) | null = null;
  #changed = true;
  #sweptAt = 0;
  #trouble: string | null = null;

  constructor(options: WebhookOptions, store: WebhookStore, ports: WebhookPorts) {
    this.#options = options;
    this.#store = store;
    this.#ports = ports;
    this.#signal = AbortSignal.any([this.#stop.signal, ports.signal]);
    this.#settlements = new Settlements(store.webhookQueue, this.#signal, ports.logger);
    this.#listening = store.onChange(({ what }) => {
      if (what !== 'webhooks' && what !== 'accounts') return;
      this.#changed = true;
      this.#wake?.();
    });
    this.#running = this.#serve();
  }

  status(): ReturnType<Worker['status']> {
    if (this.#trouble !== null) return { status: 'down', message: this.#trouble };
    const down = [...this.#receivers.values()].filter(({ counts }) => counts.isDown).length;
    const message = `${this.#receivers.size} webhooks`;
    // A receiver that is away is its account's affair.
    return { status: 'ok', message: down === 0 ? message : `${message}, ${down} of them take nothing` };
  }

  gauges(): Readonly<Record<string, number>> {
    const counts = [...this.#receivers.values()].map((receiver) => receiver.counts);
    return {
      webhooks: counts.length,
      webhooks_down: counts.filter(({ isDown }) => isDown).length,
      delivered_total: counts.reduce((sum, { delivered }) => sum + delivered, 0),
      failed_attempts_total: counts.reduce((sum, { failed }) => sum + failed, 0),
    };
  }

  async stop(): Promise<void> {
    this.#listening[Symbol.dispose]();
    for (const receiver of this.#receivers.values()) receiver.end();
    // What was sent should be written: so only what waits for its turn ends at once.
    await settledWithin(Promise.all([...this.#receivers.values()].map((one) => one.settled())), LAST_MS);
    this.#stop.abort(new Error('webhooks are stopping'));
    await this.#running;
  }

  async #serve(): Promise<void> {
    for (let failures = 0; !this.#signal.aborted;) {
      try {
        const full = await this.#round();
        failures = 0;
        this.#trouble = null;
        if (!full) await this.#pause(this.#receivers.size === 0 ? Infinity : this.#options.look_every * 1000);
      } catch (error) {
        this.#trouble = errorText(error);
        if (failures === 0) this.#ports.logger.warn({ reason: this.#trouble }, 'webhooks wait, trying again');
        await sleep(backoffMs(failures++, RETRY_BASE_MS, RETRY_CAP_MS), this.#signal).catch(() => {});
      }
    }
  }

  /** True: there is more to do at once. */
  async #round(): Promise<boolean> {
    const { webhookQueue: queue } = this.#store;
    if (this.#changed) await this.#readReceivers();
    if (this.#receivers.size === 0) return false;
    const given = await queue.giveNumbers(EARLY_SECONDS);
    await Promise.all([...this.#receivers.values()].map((receiver) => receiver.wake()));
    await Promise.all([...this.#receivers.values()].map((receiver) => receiver.note()));
    if (this.#ports.clock() - this.#sweptAt > SWEEP_MS) await this.#sweep();
    return given >= FULL;
  }

  async #readReceivers(): Promise<void> {
    this.#changed = false;
    try {
      const found = await this.#store.webhookQueue.receivers();
      const ids = new Set(found.map(({ id }) => id));
      for (const [id, receiver] of this.#receivers) {
        if (ids.has(id)) continue;
        receiver.end();
        this.#receivers.delete(id);
        this.#hours.delete(id);
      }
      for (const receiver of found) {
        this.#hours.set(receiver.id, receiver.settings.retry_hours);
        const known = this.#receivers.get(receiver.id);
        if (known === undefined) this.#receivers.set(receiver.id, this.#open(receiver));
        else known.update(receiver);
      }
    } catch (error) {
      this.#changed = true;
      throw error;
    }
  }

  #open(receiver: ConstructorParameters<typeof ReceiverDeliveries>[0]): ReceiverDeliveries {
    const { http, clock, random, logger } = this.#ports;
    return new ReceiverDeliveries(receiver, {
      http,
      clock,
      random,
      logger: logger.child({ webhook: `${receiver.account ?? 'platform'}/${receiver.name}` }),
      signal: this.#signal,
      queue: this.#store.webhookQueue,
      settlements: this.#settlements,
      retryBaseMs: this.#options.retry_initial_delay * 1000,
      retryCapMs: this.#options.retry_max_delay * 1000,
      probeCapMs: this.#options.probe_max_delay * 1000,
    });
  }

  /** Secrets end, and receivers that are away have deliveries that have waited too long. */
  async #sweep(): Promise<void> {
    this.#sweptAt = this.#ports.clock();
    this.#changed = true;
    for (const [id, receiver] of this.#receivers) {
      if (receiver.counts.isDown) await this.#store.webhookQueue.expire(id, this.#hours.get(id) ?? 0);
    }
    await this.#store.webhookQueue.trim();
  }

  async #pause(ms: number): Promise<void> {
    if (this.#changed) return;
    const early = new AbortController();
    this.#wake = () => early.abort();
    const signal = AbortSignal.any([early.signal, this.#signal]);
    await (ms === Infinity ? aborted(signal) : sleep(ms, signal).catch(() => {}));
    this.#wake = null;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
