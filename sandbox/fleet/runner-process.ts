import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { VumiError } from '@vumi/core';
import { startDeadline } from '@vumi/machine';
import type { AppKind } from '../app-kind.ts';
import { Channel, type FromRunner, type ToRunner } from '../frames.ts';
import { ThreadNoteFile } from '../thread-note.ts';
import type { ClassicGuest } from '../apps/app.ts';
import type { RunnerClass } from './runner-class.ts';
import { LoadedCode } from './loaded-code.ts';

/** Milliseconds that a runner needs at most to start, of those that it is given. */
const START_MS = 15_000;
/** What is kept of a runner's last words. */
const LAST_WORDS = 2000;

export interface RunnerListener {
  onFrame(runner: RunnerProcess, frame: FromRunner): void;
  /** Once, however the process ended. */
  onExit(runner: RunnerProcess, how: string): void;
}

/** A runner as the platform sees it. SIGKILL is its only way out. */
export class RunnerProcess {
  readonly pid: number;
  readonly kind: AppKind;
  /** Turns whose code was running when the runner last said so. */
  suspects: readonly string[] = [];
  rssMb = 0;
  isolates = 0;
  /** Gets no new work: it will be killed. */
  doomed = false;
  /** Why it is to be killed is known: only turns of the accused apps are suspected of it. */
  accounted = false;
  /** Keys of the apps that made it unfit. */
  readonly accused = new Set<string>();
  /** Key of the one app that it is for, in quarantine. */
  onlyFor: string | null = null;
  /** Turns that run in it now. */
  readonly turns = new Set<string>();
  /** Large workers that it keeps. */
  readonly code = new LoadedCode((frame) => this.send(frame));
  /** Keys of all apps that it ever held. */
  readonly apps = new Set<string>();
  /** Somebody else ended it with SIGKILL: an operator, or the system when memory ran out. */
  killedFromOutside = false;
  readonly #startedAt = performance.now();
  readonly #note: ThreadNoteFile | null;
  readonly #child: ChildProcess;
  readonly #channel: Channel<ToRunner, FromRunner>;
  readonly #learnt = new Set<string>();
  #gone = false;
  #killed = false;
  #whenUp: (() => void) | null = null;
  #whenDown: ((reason: Error) => void) | null = null;
  readonly #ended: Promise<void>;

  constructor(
    kind: AppKind,
    { child, note }: { child: ChildProcess; note: ThreadNoteFile | null },
    listener: RunnerListener,
  ) {
    this.kind = kind;
    this.#child = child;
    this.#note = note;
    this.pid = child.pid ?? 0;
    const stream = child.stdio[3] as Duplex;
    const onFrame = (frame: FromRunner): void => {
      if (frame[0] === 'up') this.#whenUp?.();
      else listener.onFrame(this, frame);
    };
    // What messages bring about in one go leaves in one write, and does not wait for the next round of the event loop.
    this.#channel = new Channel<ToRunner, FromRunner>(stream, onFrame, (flush) => process.nextTick(flush));
    stream.on('data', (bytes: Buffer) => this.#channel.receive(bytes));
    let lastWords = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-LAST_WORDS);
    });
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        if (this.#gone) return;
        this.#gone = true;
        this.#note?.close();
        this.#whenDown?.(new VumiError('runner.lost', `a runner could not be started: ${how} ${lastWords}`));
        listener.onExit(this, lastWords === '' ? how : `${how}: ${lastWords}`);
        resolve();
      };
      child.on('error', (error) => end(error.message));
      child.on('exit', (code, signal) => {
        this.killedFromOutside = signal === 'SIGKILL' && !this.#killed;
        // It died of itself: of the turn that had its own thread, unless another is known to have run.
        const turn = signal === 'SIGKILL' || this.suspects.length > 0 ? null : this.turnOnThread;
        if (turn !== null) this.suspects = [turn];
        end(String(signal ?? code));
      });
    });
  }

  /** Resolves when the runner is ready for work. */
  up(): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadline = startDeadline({ limitMs: START_MS, pid: this.pid }, () => this.kill());
      this.#whenUp = () => {
        deadline[Symbol.dispose]();
        resolve();
      };
      this.#whenDown = (reason) => {
        deadline[Symbol.dispose]();
        reject(reason);
      };
    });
  }

  send(frame: ToRunner): void {
    if (!this.#gone) this.#channel.send(frame);
  }

  get ageMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** Sends a classic guest, once. */
  provide({ name, snapshot }: ClassicGuest): void {
    if (this.#learnt.has(name)) return;
    this.#learnt.add(name);
    this.send(['guest', name, snapshot]);
  }

  /** The turn that its own thread was last given to, if it has not ended. */
  get turnOnThread(): string | null {
    const turn = this.#gone ? null : (this.#note?.read() ?? null);
    return turn !== null && this.turns.has(turn) ? turn : null;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** By us; else it died of itself or of somebody outside. */
  get wasKilled(): boolean {
    return this.#killed;
  }

  /** From now on it does not keep our process from ending: only a turn in it does, or its end that is awaited. */
  letGo(): void {
    this.#child.unref();
    for (const stream of [this.#child.stderr, this.#child.stdio[3]] as (Socket | null)[]) stream?.unref();
  }

  kill(): void {
    this.#killed = true;
    this.#child.kill('SIGKILL');
  }

  /** Kills it and resolves when it has ended. */
  async end(): Promise<void> {
    this.#child.ref();
    this.kill();
    await this.#ended;
  }
}

/** All that a runner knows of its machine: a handler must print the same dates wherever it is run again. */
const ENVIRONMENT = { TZ: 'UTC', LANG: 'en_US.UTF-8' };

/** Starts a runner: nothing of our environment, the program on standard input, the wire on descriptor 3, the note on 4. */
export function spawnRunner(
  { kind, command, args, program }: RunnerClass,
  listener: RunnerListener,
): RunnerProcess {
  const note = ThreadNoteFile.open();
  const child = spawn(command, [...args, '-'], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe', note?.descriptor ?? 'ignore'],
    env: ENVIRONMENT,
    cwd: '/',
  });
  child.stdin?.on('error', () => child.kill('SIGKILL'));
  child.stdin?.end(program);
  return new RunnerProcess(kind, { child, note }, listener);
}
