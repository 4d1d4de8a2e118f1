import { errorText, EXCHANGES, HEARTBEAT_KEY, oneAtATime, VumiError, type Subscription } from '@vumi/core';
import { overloadNow } from '@vumi/machine';
import { defineWorker, type Worker, type WorkerPorts } from '@vumi/runtime';
import { parseBeat, ROADMAP_KEY } from './beat.ts';
import { Hearing } from './hearing.ts';
import type { Judged } from './judged.ts';
import { discovers, monitorOptionsSchema, wantedOf, type MonitorOptions } from './monitor-options.ts';
import { loadProcesses } from './monitor-state.ts';
import { MonitorRecord } from './monitor-record.ts';
import { Roster, type Wanted } from './roster.ts';

const AUDIT_MS = 500;
const PREFETCH = 50;
/** Beats are worth nothing when they are so old. */
const EXPIRES_MS = 60_000;
/** An audit that comes in between two beats is none the wiser. */
const WRITE_MS = 5000;

type MonitorPorts = Pick<WorkerPorts, 'name' | 'broker' | 'state' | 'store' | 'clock' | 'logger'>;

/** Vumi's HeartBeatMonitor, which knows, too, what the platform's own processes are meant to run (docs/blinkenlights.md). */
export const heartbeatMonitor = defineWorker({
  type: 'heartbeat_monitor',
  aliases: [
    'vumi.blinkenlights.heartbeat.monitor.HeartBeatMonitor',
    'vumi.blinkenlights.heartbeat.HeartBeatMonitor',
    'HeartBeatMonitor',
  ],
  summary: 'Listens to the heartbeats of workers, and says which are missed',
  configSchema: monitorOptionsSchema,
  placement: 'one',
  needs: [],
  ends: () => ({}),
  start: async (options, ports) => {
    const monitor = new Monitor(options, ports);
    await monitor.start();
    return monitor;
  },
});

class Monitor implements Worker {
  readonly #options: MonitorOptions;
  readonly #ports: MonitorPorts;
  readonly #roster: Roster;
  readonly #hearing: Hearing;
  readonly #record: MonitorRecord;
  readonly #stack = new AsyncDisposableStack();
  readonly #counts = { heard: 0, unread: 0, late: 0 };
  #judged: readonly Judged[] = [];
  #trouble: string | null = null;
  #writtenAt = 0;

  constructor(options: MonitorOptions, ports: MonitorPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#hearing = new Hearing(ports.name, ports);
    this.#record = new MonitorRecord(ports, options.alert_after * 1000);
    this.#roster = new Roster({ deadlineMs: options.deadline * 1000, discover: discovers(options) });
  }

  async start(): Promise<void> {
    const { state, store, name } = this.#ports;
    this.#roster.restore(await loadProcesses(state, name));
    const want = oneAtATime(() => this.#want());
    await want();
    if (store !== null) {
      this.#stack.use(
        store.onChange(({ what }) => (what === 'transports' || what === 'workers' ? want() : undefined)),
      );
    }
    for (const key of [HEARTBEAT_KEY, ROADMAP_KEY]) this.#stack.use(await this.#consume(key));
    const audit = oneAtATime(() => this.#audit());
    const timer = setInterval(() => void audit(), AUDIT_MS);
    this.#stack.defer(async () => {
      clearInterval(timer);
      await audit();
    });
  }

  status(): ReturnType<Worker['status']> {
    if (this.#trouble !== null) return { status: 'degraded', message: this.#trouble };
    return { status: 'ok', message: 'listens to heartbeats' };
  }

  gauges(): Readonly<Record<string, number>> {
    return {
      watched: this.#judged.length,
      unwell: this.#judged.filter(({ level }) => level !== 'ok').length,
      beats_total: this.#counts.heard,
      late_beats_total: this.#counts.late,
      unread_beats_total: this.#counts.unread,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  /** Rows that should run, and what the options name. */
  async #want(): Promise<void> {
    const { store, clock } = this.#ports;
    const wanted = wantedOf(this.#options);
    const rows = store === null || !discovers(this.#options) ? [] : await namesInStore(store);
    const systemId = this.#options.system_id;
    const ofRows: Wanted[] = rows.map((name) => ({ systemId, name, minProcs: 1, patienceMs: null }));
    this.#roster.want([...ofRows, ...wanted], clock());
  }

  #consume(key: string): Promise<Subscription> {
    const { broker, name } = this.#ports;
    const queue = `${name}.${key}`;
    return broker.consume(queue, (body) => this.#hear(body), {
      prefetch: PREFETCH,
      exchange: EXCHANGES.health,
      bindingKey: key,
      expiresMs: EXPIRES_MS,
      failuresKey: `${queue}.failures`,
    });
  }

  /** What cannot be read is somebody's mistake, and not worth keeping. */
  async #hear(body: string): Promise<void> {
    try {
      const beat = parseBeat(body);
      // Our own processes said it in Vumi's form, too.
      const isDouble = beat.form === 'roadmap' && beat.further.supervisor !== undefined;
      if (isDouble || this.#hearing.take(beat)) return;
      this.#counts.heard += 1;
      if (this.#roster.hear(beat, this.#ports.clock()) === 'late') this.#counts.late += 1;
    } catch (error) {
      if (!(error instanceof VumiError)) throw error;
      this.#counts.unread += 1;
      if (this.#counts.unread === 1)
        this.#ports.logger.warn({ reason: errorText(error) }, 'a heartbeat cannot be read');
    }
  }

  async #audit(): Promise<void> {
    const hearing = this.#hearing;
    const now = this.#ports.clock();
    const { overloaded } = overloadNow();
    hearing.look();
    try {
      if (this.#roster.isAnybodyOverdue({ now, from: hearing.from, overloaded })) await hearing.ask();
      else hearing.allAreHeard();
      this.#judged = this.#roster.audit({ now: hearing.upTo, from: hearing.from, overloaded });
      const isDue = Math.abs(now - this.#writtenAt) >= WRITE_MS;
      await this.#record.report(this.#judged, { now, beats: isDue, processes: this.#roster.processes });
      if (isDue) this.#writtenAt = now;
      this.#trouble = null;
    } catch (error) {
      const reason = errorText(error);
      if (this.#trouble === null)
        this.#ports.logger.warn({ reason }, 'cannot write what is heard; trying again');
      this.#trouble = `cannot write what it hears: ${reason}`;
    }
  }
}

async function namesInStore(store: NonNullable<MonitorPorts['store']>): Promise<string[]> {
  const [transports, workers] = await Promise.all([store.transports.list(), store.workers.list()]);
  return [...transports, ...workers].map(({ name }) => name);
}
