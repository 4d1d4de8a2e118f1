import type { FromRunner } from '../frames.ts';
import type { Machine } from '@vumi/machine';
import type { ThreadNote } from '../thread-note.ts';
import { BACKSTOP_MS, dropEntry } from './entry.ts';
import { guestCpuMs, GuestThreads, threadsOver } from './guest-clock.ts';
import type { Scheduler } from './scheduler.ts';
import type { Stretch } from './stretch.ts';
import type { DeadTenant, Running, Tenant } from './tenant.ts';

/** How often is looked. */
const TICK_MS = 20;
/**
 * How long an isolate may be entered for while nothing of it should run, as for collecting garbage. It is wall time, so
 * the isolate is then asked whether it is free: one that does not answer while guests use so much CPU, its share of
 * what all of them use, is at work.
 */
const IDLE_NANOS = 30_000_000n;
const IDLE_CPU_MS = 100;
/**
 * An entry that is still inside after its isolate was disposed of is stuck in native code when guests have burnt so
 * much CPU since then, each its share; without CPU it may be waiting for a core, but not for so much time that this
 * process was given.
 */
const STUCK_CPU_MS = 250;
const STUCK_MS = 10_000;
/** The same when the process has grown too big meanwhile: what is stuck may hold the memory. */
const STUCK_LARGE_MS = 1500;
/** Growth of the process during an entry that makes it a suspect. */
const GROWTH_MB = 8;
/** An entry that is not done after so long on a machine where the own thread hardly waits will never be. */
const PARKED_MS = 5000;
const BUSY_STRETCH = 2;
/** Entries younger than this are not worth telling the platform about. */
const BUSY_MS = 15;
const DECAY_EVERY = 5;

/** When an isolate died, in CPU of all guests and in time that was given. */
interface Death {
  readonly cpuMs: number;
  readonly at: number;
  accused: boolean;
}

export interface WatchdogOptions {
  readonly tenants: ReadonlyMap<string, Tenant>;
  readonly scheduler: Scheduler;
  readonly send: (frame: FromRunner) => void;
  readonly machine: Machine;
  /** Told of the runner's own thread. */
  readonly stretch: Stretch;
  /** Resident memory in MB. */
  readonly rssMb: () => number;
  /** Whether the process has held more than one app so far. */
  readonly isShared: () => boolean;
  readonly note: ThreadNote;
  readonly rssSoftMb: number;
  readonly rssHardMb: number;
}

/**
 * Measures what V8's timeout does not: CPU of entries and messages, CPU of isolates that should be idle, the clock of
 * messages, threads stuck in native code, memory of the process (spec sandbox-security §2.6, rule 6).
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  /** Dead isolates whose threads are still inside. */
  readonly #stuck = new Map<DeadTenant, Death>();
  readonly #timer: NodeJS.Timeout;
  readonly #threads = new GuestThreads();
  #ticks = 0;
  #givenAt: number;
  #rssMb = 0;
  #poisoned = false;
  #toldBusy = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#givenAt = options.machine.given();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Makes sure that the thread of a dead tenant leaves the guest. */
  watchDead(dead: DeadTenant): void {
    this.#stuck.set(dead, { cpuMs: guestCpuMs(), at: this.#options.machine.given(), accused: false });
    void dead.left.then(() => this.#stuck.delete(dead));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { machine, stretch } = this.#options;
    const now = machine.now();
    const given = machine.given();
    const passed = Math.max(0, given - this.#givenAt);
    this.#givenAt = given;
    this.#options.note.clear();
    this.#watchThreads();
    for (const tenant of this.#options.tenants.values()) {
      if (tenant.running === null) this.#watchIdle(tenant);
      else this.#watchEntry(tenant, tenant.running, now);
      this.#watchClock(tenant, now, passed);
    }
    this.tellBusy();
    this.#watchMemory();
    this.#watchStuck();
    if (++this.#ticks % DECAY_EVERY !== 0) return;
    this.#options.scheduler.decay();
    stretch.add(machine.times(process.pid));
  }

  #watchEntry(tenant: Tenant, { startedAt }: Running, now: number): void {
    const overspent = tenant.overspent();
    if (overspent !== null && this.#isItsOwn(tenant, overspent.limitMs)) tenant.kill('cpu', overspent.text);
    // A thread that V8 has parked uses no CPU; on a busy machine one that waits for a processor looks like it.
    const mostMs = this.#options.stretch.factor < BUSY_STRETCH ? PARKED_MS : BACKSTOP_MS;
    if (!tenant.dead && now - startedAt > mostMs)
      tenant.kill('wall', `the code did not come back within ${mostMs / 1000} s`);
  }

  /** Takes the clocks of threads for entries that run beside others: later it must be told whose CPU it was. */
  #watchThreads(): void {
    const running = this.#running();
    if (running.length + this.#stuck.size < 2 || running.every(({ threads }) => threads !== null)) return;
    const times = this.#threads.times();
    for (const entry of running) entry.threads ??= times;
  }

  /**
   * Whether an entry has used so much CPU itself. Which thread is whose nobody tells; but when as many threads as there
   * are entries that may own them have used so much, its own is among them.
   */
  #isItsOwn({ running }: Tenant, limitMs: number): boolean {
    const now = this.#options.machine.now();
    const old = this.#running().filter(({ startedAt }) => now - startedAt > limitMs);
    const owners = old.length + this.#stuck.size;
    if (owners < 2) return true;
    const to = this.#threads.times();
    const from = running?.threads ?? null;
    return from === null || to === null || threadsOver(limitMs, { from, to }) >= owners;
  }

  #running(): Running[] {
    return Array.from(this.#options.tenants.values(), ({ running }) => running).filter(
      (running) => running !== null,
    );
  }

  #watchIdle(tenant: Tenant): void {
    const { entered, enteredWhenIdle, askedAtCpu } = tenant;
    if (enteredWhenIdle === null) tenant.enteredWhenIdle = entered;
    else if (askedAtCpu !== null) this.#judgeIdle(tenant, askedAtCpu);
    else if (entered - enteredWhenIdle > IDLE_NANOS) this.#askIdle(tenant);
  }

  #askIdle(tenant: Tenant): void {
    tenant.askedAtCpu = guestCpuMs();
    const isFree = (): void => {
      tenant.askedAtCpu = null;
      tenant.enteredWhenIdle = null;
    };
    // It fails where the isolate is gone, which is seen elsewhere.
    tenant.whenFree().then(isFree, () => undefined);
  }

  /** Threads of guests are served alike: one that wants to run has had its share of what they used. */
  #judgeIdle(tenant: Tenant, askedAtCpu: number): void {
    const sharers = this.#running().length + this.#stuck.size + 1;
    if (guestCpuMs() - askedAtCpu > IDLE_CPU_MS * sharers)
      tenant.kill('cpu', 'the app used CPU with no message to handle');
  }

  #watchClock(tenant: Tenant, now: number, passed: number): void {
    for (const [number, turn] of tenant.turns) {
      if (!turn.clock.hasStarted) continue;
      if (turn.entries === 0) turn.clock.waited(passed);
      const expired = turn.clock.expired(now, turn.cpuMs);
      if (expired === null) continue;
      tenant.expire(number, expired);
      if (!tenant.dead) this.#options.scheduler.add(tenant, dropEntry(tenant.limits, number));
    }
  }

  /**
   * V8's own limit does not see all memory. Only what runs can be growing: of those that run, the one during whose
   * entry the process has grown most has to go, and the others are measured anew. Where other apps are or
   * were, that may be somebody who was only there: it is found out where nobody else is.
   */
  #watchMemory(): void {
    const rss = this.#options.rssMb();
    const before = this.#rssMb;
    this.#rssMb = rss;
    let worst: Tenant | null = null;
    let growth = GROWTH_MB;
    for (const tenant of this.#options.tenants.values()) {
      if (tenant.running === null) continue;
      tenant.running.rssMb ??= before;
      if (rss - tenant.running.rssMb < growth) continue;
      growth = rss - tenant.running.rssMb;
      worst = tenant;
    }
    if (rss < this.#options.rssSoftMb) return;
    if (worst !== null) this.#endGrowth(worst, growth);
    if (rss > this.#options.rssHardMb) this.#poison(`memory has grown to ${Math.round(rss)} MB`);
  }

  #endGrowth(tenant: Tenant, growth: number): void {
    const text = `the app used too much memory: its process grew by ${Math.round(growth)} MB while it ran`;
    if (this.#options.isShared()) tenant.suspect(text);
    else tenant.kill('memory', text);
    if (this.#rssMb > this.#options.rssHardMb) this.#accuse(tenant.app, text);
    for (const { running } of this.#options.tenants.values())
      if (running !== null) running.rssMb = this.#rssMb;
  }

  /** Names the turns whose code is running, but for those that began a moment ago. */
  tellBusy(): void {
    const now = this.#options.machine.now();
    const turns: string[] = [];
    for (const tenant of this.#options.tenants.values()) {
      const { running } = tenant;
      if (running === null) continue;
      if (now - running.startedAt < BUSY_MS && !tenant.isCareful(running.entry.turn)) continue;
      if (running.entry.turn === null) turns.push(...tenant.turns.keys());
      else turns.push(running.entry.turn);
    }
    if (turns.length > 0 || this.#toldBusy) this.#options.send(['busy', turns.join(',')]);
    this.#toldBusy = turns.length > 0;
  }

  #watchStuck(): void {
    if (this.#stuck.size === 0) return;
    const cpuMs = guestCpuMs();
    const sharers = this.#running().length + this.#stuck.size;
    const mostMs = this.#rssMb > this.#options.rssSoftMb ? STUCK_LARGE_MS : STUCK_MS;
    for (const [dead, death] of this.#stuck) {
      if (death.accused) continue;
      const isStuck = cpuMs - death.cpuMs > STUCK_CPU_MS * sharers || this.#givenAt - death.at > mostMs;
      if (!isStuck) continue;
      death.accused = true;
      this.#accuse(dead.app, 'its code cannot be stopped');
      this.#poison(`code of ${dead.app} cannot be stopped`);
    }
  }

  #accuse(app: string, reason: string): void {
    this.#options.send(['accused', app, JSON.stringify(reason)]);
  }

  #poison(reason: string): void {
    if (this.#poisoned) return;
    this.#poisoned = true;
    this.#options.send(['poisoned', JSON.stringify(reason)]);
  }
}
