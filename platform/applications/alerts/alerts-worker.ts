import { backoffMs, errorText, routingKey, sleep, VumiError } from '@vumi/core';
import { defineWorker, listWorkers, readProcesses, type Worker, type WorkerPorts } from '@vumi/runtime';
import type { Store } from '@vumi/store';
import { alertWorkerOptions, type AlertOptions } from './options.ts';
import type { Observation, Rule } from './rule.ts';
import { alertRules } from './rules.ts';

const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 30_000;
const TRIM_LOOKS = 360;

type AlertStore = Pick<Store, 'alerts' | 'audit' | 'conditions' | 'transports'>;
type AlertPorts = Pick<WorkerPorts, 'broker' | 'state' | 'clock' | 'logger' | 'signal'>;

/** Looks at the platform and raises what somebody has to look after (docs/alerts.md). One process does it at a time. */
export const alertsWorker = defineWorker({
  type: 'alerts',
  aliases: [],
  summary: 'Raises alerts: transports that are down, queues that grow, failures, full disks, failing apps',
  configSchema: alertWorkerOptions,
  placement: 'one',
  needs: ['store'],
  ends: () => ({}),
  start: async (options, ports) => {
    const { store } = ports;
    if (store === null) throw new VumiError('config.invalid', 'alerts need a database');
    return new AlertWatch(options, { ...ports, store });
  },
});

class AlertWatch implements Worker {
  readonly #options: AlertOptions;
  readonly #ports: AlertPorts & { readonly store: AlertStore };
  readonly #rules: readonly Rule[];
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #running: Promise<void>;
  #trouble: string | null = null;
  #looks = 0;
  #open = 0;
  #told = 0;

  constructor(options: AlertOptions, ports: AlertPorts & { readonly store: AlertStore }) {
    this.#options = options;
    this.#ports = ports;
    this.#rules = alertRules(options);
    this.#signal = AbortSignal.any([this.#stop.signal, ports.signal]);
    this.#running = this.#serve();
  }

  status(): ReturnType<Worker['status']> {
    if (this.#trouble !== null) return { status: 'down', message: this.#trouble };
    return { status: 'ok', message: this.#open === 0 ? 'nothing is open' : `${this.#open} alerts are open` };
  }

  gauges(): Readonly<Record<string, number>> {
    return { open: this.#open, looks_total: this.#looks, told_total: this.#told };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the platform is not looked at any more'));
    await this.#running;
  }

  async #serve(): Promise<void> {
    for (let failures = 0; !this.#signal.aborted;) {
      let pause = this.#options.look_every * 1000;
      try {
        await this.#look();
        failures = 0;
        this.#trouble = null;
      } catch (error) {
        this.#trouble = errorText(error);
        if (failures === 0)
          this.#ports.logger.warn({ reason: this.#trouble }, 'cannot look for alerts, trying again');
        pause = Math.max(pause, backoffMs(failures++, RETRY_BASE_MS, RETRY_CAP_MS));
      }
      await sleep(pause, this.#signal).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const seen = await this.#observe();
    let open = 0;
    for (const rule of this.#rules) open += await this.#apply(rule, seen);
    this.#open = open;
    if (this.#looks++ % TRIM_LOOKS !== 0) return;
    const { alerts, audit } = this.#ports.store;
    await alerts.trim();
    await audit.trim();
  }

  async #observe(): Promise<Observation> {
    const { state, clock, store } = this.#ports;
    const [processes, rows, failures, receivers, apps] = await Promise.all([
      readProcesses(state, clock),
      store.transports.list(),
      store.conditions.deadFailures(),
      store.conditions.lostDeliveries(),
      store.conditions.runs(),
    ]);
    const transports = rows.map(({ name }) => name);
    const queues = await this.#queues(transports);
    return { processes, workers: listWorkers(processes), transports, queues, failures, receivers, apps };
  }

  #queues(transports: readonly string[]): Promise<Observation['queues']> {
    const names = [
      ...this.#options.connectors.flatMap((name) => [routingKey(name, 'inbound'), routingKey(name, 'event')]),
      ...transports.map((name) => routingKey(name, 'outbound')),
    ];
    return Promise.all(
      names.map(async (queue) => ({ queue, messages: await this.#ports.broker.depth(queue) })),
    );
  }

  /** Raises what is found and clears what is not any more; how many are open then. */
  async #apply(rule: Rule, seen: Observation): Promise<number> {
    const { alerts } = this.#ports.store;
    const { kind } = rule;
    const keyOf = (subject: string, account: string | null): string => JSON.stringify([subject, account]);
    const known = new Map(
      (await alerts.open(kind)).map((alert) => [keyOf(alert.subject, alert.account), alert]),
    );
    const found = rule.find(seen, (subject, account) => known.has(keyOf(subject, account)));
    const at = this.#ports.clock();
    for (const finding of found) {
      const key = keyOf(finding.subject, finding.account ?? null);
      const open = known.get(key);
      known.delete(key);
      // What is known is counted when it changes, not at each look.
      if (open?.level === finding.level && open.message === finding.message) continue;
      if ((await alerts.raise({ kind, at, ...finding })) !== null) this.#told += 1;
    }
    for (const { subject, account } of known.values()) {
      if ((await alerts.clear({ kind, subject, account }, { at })) !== null) this.#told += 1;
    }
    return found.length;
  }
}
