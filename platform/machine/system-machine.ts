import { Heartbeat, type Beat } from './heartbeat.ts';
import type { Given, Machine, Meter } from './machine.ts';
import { Overload, type OverloadReading } from './overload.ts';
import {
  lostByProcess,
  readPressure,
  readProcess,
  readThread,
  readTimes,
  type ThreadReading,
  type ThreadTimes,
} from './threads.ts';

const BEAT_MS = 100;
/** Beats between two samples of the load. */
const SAMPLE_EVERY = 10;
const MICROS = 1000;

type OverloadListener = (reading: OverloadReading) => void;

/** The machine as this process sees it, by a heartbeat and by what Linux tells in `/proc`; elsewhere by the first alone. */
class SystemMachine implements Machine {
  readonly overload = new Overload();
  readonly listeners = new Set<OverloadListener>();
  readonly #heartbeat = new Heartbeat(BEAT_MS, beatNow());
  #beats = 0;
  #sampledAt = performance.now();
  #starvedMs = 0;

  constructor() {
    setInterval(() => this.#beat(), BEAT_MS).unref();
  }

  now(): number {
    return performance.now();
  }

  given(): number {
    return this.#heartbeat.given(this.now());
  }

  times(pid: number): ThreadTimes | null {
    return readTimes(pid);
  }

  thread(pid: number): ThreadReading | null {
    return readThread(pid);
  }

  meter(pid: number = process.pid): Meter {
    const startedAt = this.now();
    const lostBefore = this.#heartbeat.lostMs(startedAt);
    const before = pid === process.pid ? null : readProcess(pid);
    return {
      read: (): Given => {
        const after = before === null ? null : readProcess(pid);
        const lostThere = before === null || after === null ? 0 : lostByProcess(before, after);
        const now = this.now();
        const elapsedMs = now - startedAt;
        const lostHere = this.#heartbeat.lostMs(now) - lostBefore;
        return { elapsedMs, lostMs: Math.min(elapsedMs, lostHere + lostThere) };
      },
    };
  }

  after(ms: number, callback: () => void): Disposable {
    if (ms > 0) {
      const timer = setTimeout(callback, ms).unref();
      return { [Symbol.dispose]: () => clearTimeout(timer) };
    }
    // Behind the answers that wait to be read.
    const soon = setImmediate(callback).unref();
    return { [Symbol.dispose]: () => clearImmediate(soon) };
  }

  #beat(): void {
    this.#heartbeat.beat(beatNow());
    if (++this.#beats % SAMPLE_EVERY !== 0) return;
    const now = this.now();
    const { starvedMs } = this.#heartbeat;
    const sample = { elapsedMs: now - this.#sampledAt, lostMs: starvedMs - this.#starvedMs };
    this.#sampledAt = now;
    this.#starvedMs = starvedMs;
    if (!this.overload.add({ ...sample, pressure: readPressure() })) return;
    for (const listener of this.listeners) listener(this.overload.reading);
  }
}

function beatNow(): Beat {
  const { user, system } = process.cpuUsage();
  return {
    now: performance.now(),
    cpuMs: (user + system) / MICROS,
    waitedMs: readTimes(process.pid)?.waitedMs ?? null,
  };
}

let machine: SystemMachine | null = null;

function theMachine(): SystemMachine {
  machine ??= new SystemMachine();
  return machine;
}

/** The machine that this process runs on. Its heart begins to beat when it is first asked for. */
export function systemMachine(): Machine {
  return theMachine();
}

/** How much the machine has to do, of the last second. Cheap; all zero until a second after the first call. */
export function overloadNow(): OverloadReading {
  return theMachine().overload.reading;
}

/** Calls back when the machine becomes overloaded and when it is so no more. */
export function onOverload(listener: OverloadListener): Disposable {
  const { listeners } = theMachine();
  listeners.add(listener);
  return { [Symbol.dispose]: () => void listeners.delete(listener) };
}
