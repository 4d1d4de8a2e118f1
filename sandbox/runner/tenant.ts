import { TOLD_LENGTH, type FailureReason, type FromRunner } from '../frames.ts';
import type { PostKind } from '../guest/host.ts';
import type { Limits } from '../limits.ts';
import type { ThreadNote } from '../thread-note.ts';
import type { Entry } from './entry.ts';
import { guestCpuMs, ownCpuMs, type ThreadTimes } from './guest-clock.ts';
import { readHeldPosts } from './held-posts.ts';
import type { Guest } from './isolate.ts';
import type { Expired, TurnClock } from './turn-clock.ts';
import type { Usage } from './usage.ts';

/** Posts beyond the guest's own limits that a turn may make before its isolate is taken for broken into. */
const SPARE_POSTS = 50;
/**
 * How long an inline entry may hold the whole process, where it need not wait for a processor. V8 takes wall time: what
 * another process took nevertheless is forgiven by a rerun.
 */
const INLINE_TIMEOUT_MS = 20;
/** By then an app that took an unloaded one's place has answered. */
const DISPOSE_AFTER_MS = 5;
/** Below this the wall clock is as good a measure of CPU as the thread's own. */
const SHORT_MS = 1;
/** Shorter waits are not worth telling. */
const TOLD_WAIT_MS = 0.5;
/** Longer than anything that the guest's own limits let through. */
const MAX_POST_LENGTH = 4 * 1024 * 1024;
/** The same for a line of log, of which there may be many. */
const MAX_LOG_LENGTH = 16_384;
/** Posts whose text goes into a frame as it is. */
const CARRIES_JSON: Record<PostKind, boolean> = {
  loaded: true,
  unloadable: false,
  done: true,
  threw: false,
  log: true,
  call: true,
  late: true,
};

/** One run of a handler in this runner. */
interface Turn {
  readonly clock: TurnClock;
  /** It may have killed a runner before. */
  readonly isCareful: boolean;
  readonly queuedAt: number;
  /** Its entries that run or wait to run. */
  entries: number;
  cpuMs: number;
  posts: number;
}

/** An entry on a thread. */
export interface Running {
  readonly entry: Entry;
  readonly isInline: boolean;
  readonly startedAt: number;
  /** CPU of all guests when it began, in milliseconds. */
  readonly guestCpuAtStart: number;
  /** CPU of each thread when the watchdog first saw this run beside another. */
  threads: ThreadTimes | null;
  /** Resident memory of the process when the watchdog first saw this run, in MB. */
  rssMb: number | null;
}

/** A limit of CPU that an entry seems to have broken. */
interface Overspent {
  readonly limitMs: number;
  /** For the author. */
  readonly text: string;
}

/** An isolate that is disposed of. */
export interface DeadTenant {
  readonly app: string;
  /** Settles when its last entry has left it. */
  readonly left: Promise<void>;
}

export interface TenantPorts {
  readonly send: (frame: FromRunner) => void;
  readonly ended: (tenant: Tenant, isInline: boolean) => void;
  /** A turn that must be told of at once has begun to run. */
  readonly entered: () => void;
  readonly died: (tenant: Tenant, dead: DeadTenant) => void;
  readonly note: ThreadNote;
  readonly now: () => number;
  /** How much longer than its CPU something takes on this thread. */
  readonly stretch: () => number;
}

export interface TenantOptions {
  readonly instance: string;
  readonly app: string;
  readonly limits: Limits;
  readonly guest: Guest;
  readonly usage: Usage;
}

/** One app's isolate. Every entry into the guest goes through `run`, which is timed and never rejects. */
export class Tenant {
  readonly instance: string;
  readonly app: string;
  readonly limits: Limits;
  readonly usage: Usage;
  readonly queue: Entry[] = [];
  readonly turns = new Map<string, Turn>();
  running: Running | null = null;
  dead = false;
  /** How long the isolate had been entered for when it was last seen idle, for the watchdog. */
  enteredWhenIdle: bigint | null = null;
  /** CPU of all guests when it was asked whether it is free, and has not answered. */
  askedAtCpu: number | null = null;
  readonly #ports: TenantPorts;
  readonly #guest: Guest;
  readonly #maxPosts: number;
  #leaving: Promise<void> = Promise.resolve();
  #loaded = false;
  /** One of its turns must not run inline. */
  #isCareful = false;

  constructor(options: TenantOptions, ports: TenantPorts) {
    this.instance = options.instance;
    this.app = options.app;
    this.limits = options.limits;
    this.usage = options.usage;
    this.#ports = ports;
    this.#maxPosts = options.limits.host_calls + options.limits.log_lines + SPARE_POSTS;
    this.#guest = options.guest;
    this.#guest.owner = {
      post: (kind, turn, text) => this.#onPost(kind, turn, text),
      onCatastrophe: (message) => this.#onCatastrophe(message),
    };
  }

  /** Time in nanoseconds that the isolate was entered for: no measure of CPU, but of being idle (guest-clock.ts). */
  get entered(): bigint {
    try {
      return this.dead ? 0n : this.#guest.isolate.cpuTime;
    } catch {
      // It ran out of memory and isolated-vm has disposed of it.
      return 0n;
    }
  }

  /** Resolves when the isolate is free for a moment: then it does nothing of its own. */
  async whenFree(): Promise<void> {
    // Waits behind whatever runs in there.
    await this.#guest.isolate.getHeapStatistics();
  }

  get mayRunInline(): boolean {
    return this.#loaded && this.#guest.runsInline && !this.#isCareful && this.usage.mayRunInline;
  }

  isCareful(turn: string | null): boolean {
    return turn !== null && this.turns.get(turn)?.isCareful === true;
  }

  begin(turn: string, clock: TurnClock, isCareful: boolean): void {
    this.#isCareful = isCareful || (this.#isCareful && this.turns.size > 0);
    const queuedAt = this.#ports.now();
    this.turns.set(turn, { clock, isCareful, queuedAt, entries: 1, cpuMs: 0, posts: 0 });
  }

  /** Call before an entry is queued for a turn that has begun; false when it has ended. */
  expects(name: string): boolean {
    const turn = this.turns.get(name);
    if (turn !== undefined) turn.entries++;
    return turn !== undefined;
  }

  /** Makes an entry. The scheduler calls it, with no other entry of this tenant running. */
  run(entry: Entry, isInline: boolean): void {
    const startedAt = this.#ports.now();
    const turn = entry.turn === null ? undefined : this.turns.get(entry.turn);
    if (turn?.clock.hasStarted === false) this.#start(entry, turn, startedAt);
    this.#tellTaken(entry);
    if (isInline) return this.#runInline(entry, startedAt);
    const running = runningOf(entry, startedAt, false);
    this.running = running;
    if (turn?.isCareful === true) this.#ports.entered();
    this.#leaving = this.#enter(entry).then(() => this.#leave(running));
  }

  /** Who sends long answers sends no more than lie here unread. */
  #tellTaken({ name, turn, args }: Entry): void {
    const text = args[1];
    if (name !== 'settle' || typeof text !== 'string' || text.length < TOLD_LENGTH) return;
    this.#ports.send(['took', turn ?? '', String(text.length)]);
  }

  #start({ turn: name }: Entry, turn: Turn, now: number): void {
    turn.clock.start(now);
    const waited = now - turn.queuedAt;
    if (waited >= TOLD_WAIT_MS) this.#ports.send(['waited', name ?? '', waited.toFixed(3)]);
  }

  /** Which limit of CPU the running entry has broken if all that guests used meanwhile was its own; else null. */
  overspent(): Overspent | null {
    if (this.running === null) return null;
    const { entry } = this.running;
    const used = this.#usedMs(this.running);
    if (used > entry.limitMs)
      return {
        limitMs: entry.limitMs,
        text: `the code used more than ${entry.limitMs} ms of CPU without an await`,
      };
    const leftMs = this.limits.cpu_ms - this.#billOf(entry);
    if (used <= leftMs) return null;
    return { limitMs: leftMs, text: `the message used more than ${this.limits.cpu_ms} ms of CPU` };
  }

  /** Ends one turn by the clock; its isolate goes on, if it is not in there at this moment. */
  expire(name: string, { reason, text }: Expired): void {
    const turn = this.turns.get(name);
    if (turn === undefined) return;
    if (this.running?.entry.turn === name) return this.kill(reason, text);
    this.turns.delete(name);
    this.#fail(name, reason, { cpuMs: turn.cpuMs, text });
  }

  /** Disposes of an isolate that nobody needs any more. It makes room for another, which is not to wait for that. */
  unload(): void {
    this.#loaded = true;
    if (this.running !== null) return this.kill('runner', 'unloaded');
    this.dead = true;
    for (const name of this.turns.keys()) this.#ports.send(['lost', name]);
    this.#bury(Promise.resolve());
    setTimeout(() => this.#dispose(), DISPOSE_AFTER_MS);
  }

  /**
   * Disposes of the isolate. The turn whose code was running is held responsible; the others were only beside it and run
   * again elsewhere.
   */
  kill(reason: FailureReason, text: string): void {
    if (this.dead) return;
    if (!this.#loaded) this.#ports.send(['unloadable', this.instance, reason, JSON.stringify(text)]);
    this.#end((turn, cpuMs) => this.#fail(turn, reason, { cpuMs, text }));
  }

  /** The same where it may have been somebody else: what would have failed runs again, alone. */
  suspect(text: string): void {
    this.#end((turn) => this.#ports.send(['suspected', turn, JSON.stringify(text)]), !this.#loaded);
  }

  #end(tell: (blamed: string, cpuMs: number) => void, allAreBlamed = false): void {
    if (this.dead) return;
    const { running } = this;
    // It may have silenced a runner from its own thread before: that must not be had again for a few quick messages.
    if (running !== null && this.#isCareful) this.usage.overstayed();
    const cpuMs = running === null ? 0 : this.#usedMs(running);
    this.#dispose();
    const isBlamed = (name: string): boolean => allAreBlamed || name === running?.entry.turn;
    for (const [name, turn] of this.turns) {
      if (isBlamed(name)) tell(name, turn.cpuMs + cpuMs);
      else this.#ports.send(['lost', name]);
    }
    this.#bury(running === null ? Promise.resolve() : this.#leaving);
    if (running === null) return;
    this.usage.charge(cpuMs);
    this.#ports.ended(this, running.isInline);
  }

  #dispose(): void {
    this.dead = true;
    try {
      this.#guest.isolate.dispose();
    } catch {
      // isolated-vm has done it when the memory ran out.
    }
  }

  #bury(left: Promise<void>): void {
    this.turns.clear();
    this.queue.length = 0;
    this.running = null;
    this.#ports.send(['gone', this.instance]);
    this.#ports.died(this, { app: this.app, left });
  }

  /** The app has always been quick: no thread is woken for it. */
  #runInline(entry: Entry, startedAt: number): void {
    const cpuAtStart = ownCpuMs();
    const timeoutMs = Math.ceil(INLINE_TIMEOUT_MS * this.#ports.stretch());
    let held: unknown = '';
    this.#ports.note.put(entry.turn);
    try {
      held = this.#guest.enterInline(entry, timeoutMs);
    } catch (error) {
      this.#onInlineError(entry, error, cpuAtStart);
    }
    const wallMs = this.#ports.now() - startedAt;
    const cpuMs = wallMs < SHORT_MS ? wallMs : ownCpuMs() - cpuAtStart;
    this.#charge(entry, cpuMs);
    this.#readHeld(held);
    this.#ports.ended(this, true);
  }

  #readHeld(held: unknown): void {
    if (held === '') return;
    const posts = readHeldPosts(held);
    if (posts === null) return this.#brokeOut();
    for (const { kind, turn, text } of posts) this.#onPost(kind, turn, text);
  }

  #onInlineError(entry: Entry, error: unknown, cpuAtStart: number): void {
    const text = textOf(error);
    if (/timed out/.test(text)) {
      // On a thread it will be seen how much CPU it takes; where others had the core meanwhile it was not the app.
      if (ownCpuMs() - cpuAtStart > INLINE_TIMEOUT_MS / 2) this.usage.overstayed();
      this.#dispose();
      for (const name of this.turns.keys()) this.#ports.send(['lost', name]);
      this.#bury(Promise.resolve());
      return;
    }
    this.running = runningOf(entry, this.#ports.now(), true);
    this.#leaving = Promise.resolve();
    this.#onEntryError(error);
  }

  async #enter(entry: Entry): Promise<void> {
    try {
      await this.#guest.enter(entry);
    } catch (error) {
      this.#onEntryError(error);
    }
  }

  #leave(running: Running): void {
    if (this.dead || this.running !== running) return;
    const cpuMs = this.#usedMs(running);
    this.running = null;
    this.#charge(running.entry, cpuMs);
    this.#ports.ended(this, false);
  }

  #charge(entry: Entry, cpuMs: number): void {
    const turn = entry.turn === null ? undefined : this.turns.get(entry.turn);
    if (turn !== undefined) {
      turn.cpuMs += cpuMs;
      turn.entries--;
    }
    this.enteredWhenIdle = null;
    this.usage.charge(cpuMs);
  }

  /** The most CPU that the running entry can have used so far. */
  #usedMs(running: Running): number {
    return Math.min(this.#ports.now() - running.startedAt, guestCpuMs() - running.guestCpuAtStart);
  }

  /** What earlier entries of the same turn have used. */
  #billOf(entry: Entry): number {
    return entry.turn === null ? 0 : (this.turns.get(entry.turn)?.cpuMs ?? 0);
  }

  /** Entries catch all that a tenant throws, so what arrives here is V8's or isolated-vm's. */
  #onEntryError(error: unknown): void {
    if (this.dead) return;
    const text = textOf(error);
    if (/timed out/.test(text)) this.kill('cpu', 'the code ran for too long without an await');
    else if (/memory/.test(text)) this.kill('memory', `the app used more than ${this.limits.memory_mb} MB`);
    else this.kill('memory', text);
  }

  /** V8 has given up on the isolate, and its thread is parked for ever: only the end of the process frees it. */
  #onCatastrophe(message: string): void {
    if (/memory/.test(message)) this.kill('memory', `the app used more than ${this.limits.memory_mb} MB`);
    else this.kill('cpu', 'the code ran for too long without an await');
    this.#ports.send(['accused', this.app, JSON.stringify(message)]);
    this.#ports.send(['poisoned', JSON.stringify(message)]);
  }

  /** Nothing here trusts a post: a turn must be one of this isolate's, and a text must be one line. */
  #onPost(kind: PostKind, number: number, text: string): void {
    if (this.dead) return;
    if (!isFit(kind, text)) return this.#brokeOut();
    if (kind === 'loaded' || kind === 'unloadable') return this.#onLoad(kind, text);
    const name = String(number);
    const turn = this.turns.get(name);
    if (kind === 'late') return this.#ports.send(['late', name]);
    if (turn === undefined) return;
    if (++turn.posts > this.#maxPosts) return this.#brokeOut();
    if (kind === 'log' || kind === 'call') return this.#ports.send([kind, name, text]);
    this.#onEnd(kind, name, { turn, text });
  }

  #onLoad(kind: 'loaded' | 'unloadable', text: string): void {
    if (this.#loaded) return;
    if (kind === 'unloadable') return this.kill('load', text);
    this.#loaded = true;
    this.#ports.send(['loaded', this.instance, text]);
  }

  #onEnd(kind: 'done' | 'threw', name: string, { turn, text }: { turn: Turn; text: string }): void {
    const isRunning = this.running?.entry.turn === name;
    const cpuMs = turn.cpuMs + (isRunning && this.running !== null ? this.#usedMs(this.running) : 0);
    this.turns.delete(name);
    if (kind === 'done') this.#ports.send(['done', name, micros(cpuMs), text]);
    else this.#fail(name, 'threw', { cpuMs, text });
  }

  #brokeOut(): void {
    this.kill('calls', 'the app went around the limits of the sandbox');
  }

  #fail(name: string, reason: FailureReason, what: { cpuMs: number; text: string }): void {
    this.#ports.send(['failed', name, reason, micros(what.cpuMs), JSON.stringify(what.text)]);
  }
}

/** Whether a text may be in a frame. */
function isFit(kind: PostKind, text: unknown): boolean {
  if (typeof text !== 'string') return false;
  if (text.length > (kind === 'log' ? MAX_LOG_LENGTH : MAX_POST_LENGTH)) return false;
  return !CARRIES_JSON[kind] || !(text.includes('\n') || text.includes('\t'));
}

function runningOf(entry: Entry, startedAt: number, isInline: boolean): Running {
  return { entry, isInline, startedAt, guestCpuAtStart: guestCpuMs(), threads: null, rssMb: null };
}

function micros(ms: number): string {
  return String(Math.round(ms * 1000));
}

/** Whatever was thrown may be no error: isolated-vm throws primitives too. */
function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
