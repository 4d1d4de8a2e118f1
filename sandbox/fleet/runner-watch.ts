import type { Logger } from '@vumi/core';
import type { FromRunner } from '../frames.ts';
import { systemMachine, type Machine } from '@vumi/machine';
import { lowerGuestPriority } from './guest-priority.ts';
import { Liveness } from './liveness.ts';
import type { RunnerProcess } from './runner-process.ts';

const PING_EVERY_MS = 50;
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
  /** Default: the real one. */
  readonly machine?: Machine;
}

/** Whoever gives work to a runner. */
export interface RunnerKeeper {
  /** Gets no new work: it will be killed. */
  onDoomed(runner: RunnerProcess): void;
  /** About each 50 ms. */
  onTick(): void;
}

/** Watches all runners: whether they live, their memory, and the end of those that are taken out of work. */
export class RunnerWatch implements Disposable {
  readonly #options: RunnerWatchOptions;
  readonly #machine: Machine;
  readonly #watched = new Map<RunnerProcess, { keeper: RunnerKeeper; liveness: Liveness }>();
  /** When each is killed at the latest, by the time that is given to this process. */
  readonly #doomed = new Map<RunnerProcess, number>();
  readonly #tickers: RunnerKeeper[] = [];
  readonly #timer: NodeJS.Timeout;
  #ticks = 0;

  constructor(options: RunnerWatchOptions) {
    this.#options = options;
    this.#machine = options.machine ?? systemMachine();
    this.#timer = setInterval(() => this.#tick(), PING_EVERY_MS);
    this.#timer.unref();
  }

  /** Calls the keeper's `onTick` from now on. */
  tickFor(keeper: RunnerKeeper): void {
    this.#tickers.push(keeper);
  }

  /** Watches a runner that is ready for work. */
  add(runner: RunnerProcess, keeper: RunnerKeeper): void {
    this.#watched.set(runner, { keeper, liveness: new Liveness(this.#machine, runner.pid) });
  }

  onExit(runner: RunnerProcess): void {
    this.#watched.delete(runner);
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
    const killAt = this.#machine.given() + graceMs;
    const earlier = this.#doomed.get(runner);
    this.#doomed.set(runner, Math.min(killAt, earlier ?? killAt));
    if (earlier === undefined) {
      this.#options.logger.warn({ runner: runner.pid, reason, graceMs }, 'runner is taken out of work');
      runner.doomed = true;
      this.#watched.get(runner)?.keeper.onDoomed(runner);
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
    this.#watched.get(runner)?.liveness.answered();
    runner.rssMb = Number(rssMb);
    runner.isolates = Number(isolates);
    if (runner.rssMb > rssHardMb) this.doom(runner, `it has grown to ${runner.rssMb} MB`, 0);
    else if (runner.rssMb > rssSoftMb && !runner.doomed)
      this.retire(runner, `it has grown to ${runner.rssMb} MB`);
  }

  /** Whether a runner is to go on. */
  #isWell(runner: RunnerProcess, liveness: Liveness): boolean {
    const verdict = liveness.judge(runner.turnOnThread);
    if (verdict === null) return true;
    if ('held' in verdict) runner.suspects = [verdict.held];
    // Then none of its turns is suspected of it.
    else if (verdict.isMachines === true) runner.accounted = true;
    this.doom(runner, 'held' in verdict ? 'it answers no ping' : verdict.hangs, 0);
    return false;
  }

  #tick(): void {
    const number = String(++this.#ticks);
    const isCalmTick = this.#ticks % CALM_EVERY === 0;
    for (const [runner, { liveness }] of this.#watched) {
      if (isCalmTick) lowerGuestPriority(runner.pid, runner.onlyFor !== null);
      if (!this.#isWell(runner, liveness) || liveness.isSilent) continue;
      liveness.pinged();
      runner.send(['ping', number]);
    }
    const now = this.#machine.given();
    for (const [runner, killAt] of this.#doomed) {
      if (runner.turns.size === 0 || now >= killAt) runner.kill();
    }
    for (const keeper of this.#tickers) keeper.onTick();
  }
}
