import type { Logger } from '@vumi/core';
import type { FromRunner } from '../frames.ts';
import { calmGuests } from './guest-priority.ts';
import { ownThreadCpuMs } from './own-thread.ts';
import type { RunnerProcess } from './runner-process.ts';

const PING_EVERY_MS = 50;
/** Pings without a pong until a runner is shot. Counted in ticks, so that a pause of our own kills nobody. */
const SILENT_PINGS = 16;
/**
 * A turn that has held a runner's own thread for so much CPU does not let it go: V8 should have stopped it long before,
 * and no entry may use more.
 */
const HELD_CPU_MS = 100;
/** Pings between two looks for new threads. */
const CALM_EVERY = 10;
/** Turns on a poisoned runner get this long to finish. */
const POISON_GRACE_MS = 250;

export interface RunnerWatchOptions {
  readonly rssSoftMb: number;
  readonly rssHardMb: number;
  /** Turns on a runner that is taken out of work through nobody's fault get this long to finish. */
  readonly drainMs: number;
  readonly logger: Logger;
}

/** Whoever gives work to a runner. */
export interface RunnerKeeper {
  /** Gets no new work: it will be killed. */
  onDoomed(runner: RunnerProcess): void;
  /** About each 50 ms. */
  onTick(): void;
}

/** Watches all runners: their pulse, their memory, and the end of those that are taken out of work. */
export class RunnerWatch implements Disposable {
  readonly #options: RunnerWatchOptions;
  readonly #keepers = new Map<RunnerProcess, RunnerKeeper>();
  /** When each is killed at the latest, in milliseconds of `performance.now()`. */
  readonly #doomed = new Map<RunnerProcess, number>();
  readonly #tickers: RunnerKeeper[] = [];
  readonly #timer: NodeJS.Timeout;
  #ticks = 0;

  constructor(options: RunnerWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), PING_EVERY_MS);
    this.#timer.unref();
  }

  /** Calls the keeper's `onTick` from now on. */
  tickFor(keeper: RunnerKeeper): void {
    this.#tickers.push(keeper);
  }

  /** Watches a runner that is ready for work. */
  add(runner: RunnerProcess, keeper: RunnerKeeper): void {
    this.#keepers.set(runner, keeper);
  }

  onExit(runner: RunnerProcess): void {
    this.#keepers.delete(runner);
    this.#doomed.delete(runner);
  }

  /** True when the frame was about the runner itself. */
  onFrame(runner: RunnerProcess, frame: FromRunner): boolean {
    switch (frame[0]) {
      case 'pong':
        this.#onPong(runner, frame);
        return true;
      case 'poisoned':
        this.doom(runner, JSON.parse(frame[1]) as string, POISON_GRACE_MS);
        return true;
      case 'busy':
        runner.suspects = frame[1] === '' ? [] : frame[1].split(',');
        return true;
      default:
        return false;
    }
  }

  /** Takes a runner out of work; it is killed when its turns have ended or its grace is over. */
  doom(runner: RunnerProcess, reason: string, graceMs: number): void {
    if (runner.gone) return;
    const killAt = performance.now() + graceMs;
    const earlier = this.#doomed.get(runner);
    this.#doomed.set(runner, Math.min(killAt, earlier ?? killAt));
    if (earlier === undefined) {
      this.#options.logger.warn({ runner: runner.pid, reason, graceMs }, 'runner is taken out of work');
      runner.doomed = true;
      this.#keepers.get(runner)?.onDoomed(runner);
    }
    if (graceMs === 0) runner.kill();
  }

  /** Dooms a runner that did nothing wrong. */
  retire(runner: RunnerProcess, reason: string): void {
    runner.accounted = true;
    this.doom(runner, reason, this.#options.drainMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #onPong(runner: RunnerProcess, [, , rssMb, isolates]: FromRunner & readonly ['pong', ...string[]]): void {
    const { rssSoftMb, rssHardMb } = this.#options;
    runner.unanswered = 0;
    runner.cpuAtPing = null;
    runner.rssMb = Number(rssMb);
    runner.isolates = Number(isolates);
    if (runner.rssMb > rssHardMb) this.doom(runner, `it has grown to ${runner.rssMb} MB`, 0);
    else if (runner.rssMb > rssSoftMb && !runner.doomed)
      this.retire(runner, `it has grown to ${runner.rssMb} MB`);
  }

  #ping(runner: RunnerProcess, number: string): void {
    if (runner.turns.size > 0) runner.cpuAtPing ??= ownThreadCpuMs(runner.pid);
    runner.unanswered++;
    runner.send(['ping', number]);
  }

  /**
   * The turn that does not let a runner's own thread go. Told by CPU: on a busy machine a runner may be silent because
   * it waits for a core.
   */
  #holderOf(runner: RunnerProcess): string | null {
    if (runner.unanswered === 0 || runner.cpuAtPing === null) return null;
    const turn = runner.turnOnThread;
    const cpuMs = turn === null ? null : ownThreadCpuMs(runner.pid);
    return cpuMs !== null && cpuMs - runner.cpuAtPing > HELD_CPU_MS ? turn : null;
  }

  #tick(): void {
    const number = String(++this.#ticks);
    const isCalmTick = this.#ticks % CALM_EVERY === 0;
    for (const runner of this.#keepers.keys()) {
      if (isCalmTick) calmGuests(runner.pid, runner.onlyFor !== null);
      const holder = this.#holderOf(runner);
      if (holder !== null) runner.suspects = [holder];
      if (holder !== null || runner.unanswered >= SILENT_PINGS) this.doom(runner, 'it answers no ping', 0);
      else this.#ping(runner, number);
    }
    const now = performance.now();
    for (const [runner, killAt] of this.#doomed) {
      if (runner.turns.size === 0 || now >= killAt) runner.kill();
    }
    for (const keeper of this.#tickers) keeper.onTick();
  }
}
