import type { FromRunner } from '../frames.ts';
import { dropEntry } from './entry.ts';
import type { Scheduler } from './scheduler.ts';
import type { Tenant } from './tenant.ts';

/** How often is looked. */
const TICK_MS = 20;
/** CPU that an isolate may use while nothing of it should run: its share of garbage collection. */
const IDLE_CPU_NANOS = 30_000_000n;
/** An entry that is still inside this long after its isolate was disposed of is stuck in native code. */
const STUCK_MS = 300;
/** Entries younger than this are not worth telling the supervisor about. */
const BUSY_MS = 15;
const DECAY_EVERY = 5;

export interface WatchdogOptions {
  readonly tenants: ReadonlyMap<string, Tenant>;
  readonly scheduler: Scheduler;
  readonly send: (frame: FromRunner) => void;
  readonly now: () => number;
  /** Resident memory in MB. */
  readonly rssMb: () => number;
  readonly rssSoftMb: number;
  readonly rssHardMb: number;
}

/**
 * Measures what V8's timeout does not: CPU of entries and messages, CPU of isolates that should be idle, the clock of
 * messages, threads stuck in native code, memory of the process (spec sandbox-security §2.6, rule 6).
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #stuck = new Set<{ readonly app: string; readonly since: number }>();
  readonly #timer: NodeJS.Timeout;
  #ticks = 0;
  #poisoned = false;
  #toldBusy = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** A tenant has died; `left` settles when its thread has left the guest. */
  watchDead(tenant: Tenant, left: Promise<void>): void {
    const record = { app: tenant.app, since: this.#options.now() };
    this.#stuck.add(record);
    void left.then(() => this.#stuck.delete(record));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = this.#options.now();
    for (const tenant of this.#options.tenants.values()) {
      if (tenant.running === null) this.#watchIdle(tenant);
      else {
        const overspent = tenant.overspent();
        if (overspent !== null) tenant.kill('cpu', overspent);
      }
      this.#watchClock(tenant, now);
    }
    this.#tellBusy(now);
    this.#watchMemory();
    this.#watchStuck(now);
    if (++this.#ticks % DECAY_EVERY === 0) this.#options.scheduler.decay();
  }

  #watchIdle(tenant: Tenant): void {
    const { cpu } = tenant;
    if (tenant.idleCpu === null) tenant.idleCpu = cpu;
    else if (cpu - tenant.idleCpu > IDLE_CPU_NANOS)
      tenant.kill('cpu', 'the app used CPU with no message to handle');
  }

  #watchClock(tenant: Tenant, now: number): void {
    for (const [number, turn] of tenant.turns) {
      if (turn.startedAt === null || now - turn.startedAt <= turn.wallMs) continue;
      tenant.expire(number);
      this.#options.scheduler.add(tenant, dropEntry(tenant.limits, number));
    }
  }

  /** Only what runs can be growing: whoever has been running since the last look is the one. */
  #watchMemory(): void {
    const rss = this.#options.rssMb();
    if (rss < this.#options.rssSoftMb) return;
    if (rss > this.#options.rssHardMb) this.#poison(`memory has grown to ${Math.round(rss)} MB`);
    for (const tenant of this.#options.tenants.values()) {
      if (tenant.running === null || this.#options.now() - tenant.running.startedAt < TICK_MS / 2) continue;
      tenant.kill('memory', `the app ran while memory grew to ${Math.round(rss)} MB`);
    }
  }

  #tellBusy(now: number): void {
    const turns: string[] = [];
    for (const tenant of this.#options.tenants.values()) {
      const { running } = tenant;
      if (running === null || now - running.startedAt < BUSY_MS) continue;
      if (running.entry.turn === null) turns.push(...tenant.turns.keys());
      else turns.push(running.entry.turn);
    }
    if (turns.length > 0 || this.#toldBusy) this.#options.send(['busy', turns.join(',')]);
    this.#toldBusy = turns.length > 0;
  }

  #watchStuck(now: number): void {
    for (const { app, since } of this.#stuck) {
      if (now - since > STUCK_MS) this.#poison(`code of ${app} cannot be stopped`);
    }
  }

  #poison(reason: string): void {
    if (this.#poisoned) return;
    this.#poisoned = true;
    this.#options.send(['poisoned', JSON.stringify(reason)]);
  }
}
