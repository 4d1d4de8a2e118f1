import { lostBetween, type Machine, type Meter, type ThreadTimes } from '@vumi/machine';

/**
 * A turn that has held a runner's own thread for so much CPU does not let it go: V8 should have stopped it long before,
 * and no entry may use more.
 */
const HELD_CPU_MS = 100;
/** A runner that neither works nor waits for a processor, and does not answer for so long, hangs. */
const IDLE_MS = 800;
/** The same where the system does not tell what a thread does. */
const BLIND_MS = 5000;
/** Its thread may be waiting for another that is not given a processor: it is watched for so long. */
const BLOCKED_MS = 400;
/** A runner may be silent while it works, but not for so much CPU: it begins with one app at a time. */
const WORK_CPU_MS = 5000;
/** Whatever the machine gives: of silence as such, and of silence without work. */
const CEILING_MS = 60_000;
const IDLE_CEILING_MS = 15_000;

interface Silence {
  readonly times: ThreadTimes | null;
  readonly at: number;
  readonly givenAt: number;
  /** Of all threads, since it was seen to be idle. */
  blocked: Meter | null;
}

/** What a silence means: the turn that holds the thread, or why the runner cannot go on and whether that is the machine's fault. */
export type Verdict =
  | { readonly held: string }
  | { readonly hangs: string; readonly isMachines?: true }
  | null;

/**
 * Whether a runner that answers no ping works, waits for a processor, or hangs. Told by what its own thread was given:
 * on a busy machine an innocent runner may be silent for long.
 */
export class Liveness {
  readonly #machine: Machine;
  readonly #pid: number;
  #silence: Silence | null = null;

  constructor(machine: Machine, pid: number) {
    this.#machine = machine;
    this.#pid = pid;
  }

  /** Whether a ping has not been answered. */
  get isSilent(): boolean {
    return this.#silence !== null;
  }

  pinged(): void {
    const machine = this.#machine;
    this.#silence = {
      times: machine.times(this.#pid),
      at: machine.now(),
      givenAt: machine.given(),
      blocked: null,
    };
  }

  answered(): void {
    this.#silence = null;
  }

  /** Null: nothing is wrong, or nothing that is known. `turn` is the one that the runner's own thread was given to. */
  judge(turn: string | null): Verdict {
    const silence = this.#silence;
    if (silence === null) return null;
    const elapsed = this.#machine.now() - silence.at;
    const given = this.#machine.given() - silence.givenAt;
    const { times } = silence;
    const thread = times === null ? null : this.#machine.thread(this.#pid);
    if (times === null || thread === null) return given > BLIND_MS ? { hangs: 'it answers no ping' } : null;
    const worked = thread.cpuMs - times.cpuMs;
    if (turn !== null && worked > HELD_CPU_MS) return { held: turn };
    if (worked > WORK_CPU_MS) return { hangs: 'it works without end and answers no ping' };
    const idle = given - worked - lostBetween(times, thread);
    if (idle > IDLE_MS && this.#isBlocked(silence, elapsed)) return { hangs: 'it answers no ping' };
    if (elapsed <= CEILING_MS) return null;
    return { hangs: 'it answers no ping, and the machine is overloaded', isMachines: true };
  }

  #isBlocked(silence: Silence, elapsed: number): boolean {
    if (elapsed > IDLE_CEILING_MS) return true;
    silence.blocked ??= this.#machine.meter(this.#pid);
    const { elapsedMs, lostMs } = silence.blocked.read();
    return elapsedMs - lostMs > BLOCKED_MS;
  }
}
