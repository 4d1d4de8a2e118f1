import { LRUCache } from 'lru-cache';
import { VumiError } from '@vumi/core';
import { logLineSchema, type GuestLogLine } from '../effects.ts';
import type { FailureReason, FromRunner } from '../frames.ts';
import { parseGuestJson } from '../guest-json.ts';
import type { TurnCost } from '../recording/run.ts';
import type { TurnRecorder } from '../recording/turn-recorder.ts';
import type { LoadedApp } from '../apps/app.ts';
import type { RunnerKills } from '../fleet/runner-kills.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Instance, Instances } from '../apps/instances.ts';
import type { RunnerProcess } from '../fleet/runner-process.ts';
import { TurnCalls, type AskedCall } from './turn-calls.ts';
import { UnreadAnswers } from './unread-answers.ts';

/** A turn whose code ran in so many runners when they died is taken for what kills them. */
const MAX_STRIKES = 3;
/** The same for a turn that was in runners of which nobody knows why they died. */
const MAX_UNEXPLAINED = 6;
/** So many strikes put an app in quarantine whoever killed the runners. */
const CHRONIC_STRIKES = 2;
/** Share of its time that a handler has for a call however late it is. */
const LEAST_LEFT = 1 / 4;
/** Times that a turn is run again for the sins of others before its message is put back. */
const MAX_RUNS = 12;
/** Ended turns whose code may go on for a while. */
const MOST_ENDED = 200;
const UNREADABLE_LINE: GuestLogLine = {
  level: 'warn',
  text: 'a line of log was left out: its fields lie too deep within each other',
};

export interface TurnRequest {
  readonly app: LoadedApp;
  /** `message_id` or `event_id`. */
  readonly messageId: string;
  /** JSON of the guest's TurnStart. */
  readonly start: string;
  readonly wallMs: number;
  /** Somebody waits: `wallMs` is of the clock on the wall, whatever the machine gives. Default: no. */
  readonly isStrict?: boolean;
  /** The handler starts from the beginning: what it has left so far is void. Called before each run. */
  readonly begin: () => void;
  /** Answers what the handler asks for. Its rejections reach the handler as texts. */
  readonly answer: (asked: AskedCall) => Promise<unknown>;
  /** A run has ended, or was lost: nothing that was asked and not answered may take effect any more. */
  readonly over?: () => void;
  /** Code of the handler goes on after its end. */
  readonly late?: () => void;
}

/** How a handler ended. */
export type TurnEnd =
  | { readonly kind: 'done'; readonly effects: string }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly text: string };

export interface TurnOutcome {
  readonly end: TurnEnd;
  readonly cost: TurnCost;
  /** From the call of `run` to the start of the handler, in all runs. */
  readonly waitMs: number;
  /** What the last run asked and was answered. */
  readonly recorder: TurnRecorder;
  /** What the last run logged; runs that were lost leave no lines. */
  readonly log: readonly GuestLogLine[];
  /** What the last run asked. */
  readonly calls: TurnCalls;
}

/** What a handler has left when what it waits for is given up: so much, or so great a part of its time. */
const LAST_WORDS_MS = 500;
const LAST_WORDS = 0.2;

interface Turn {
  readonly number: string;
  readonly request: TurnRequest;
  readonly settle: { resolve: (outcome: TurnOutcome) => void; reject: (error: unknown) => void };
  readonly queuedAt: number;
  instance: Instance | null;
  cold: boolean;
  startedAt: number;
  waitMs: number;
  calls: TurnCalls;
  log: GuestLogLine[];
  /** Runners that died while its code ran, and those that died for reasons unknown. */
  strikes: number;
  unexplained: number;
  runs: number;
}

/** Runs turns on runners, again elsewhere when a runner or an isolate was lost under them. */
export class Turns {
  readonly #instances: Instances;
  readonly #fleet: Pick<Fleet, 'served'>;
  readonly #kills: RunnerKills;
  readonly #turns = new Map<string, Turn>();
  readonly #unread = new UnreadAnswers();
  readonly #ended = new LRUCache<string, { runner: RunnerProcess; late: () => void }>({ max: MOST_ENDED });
  #lastNumber = 0;
  #closed = false;

  constructor(instances: Instances, fleet: Pick<Fleet, 'served'>, kills: RunnerKills) {
    this.#instances = instances;
    this.#fleet = fleet;
    this.#kills = kills;
  }

  get size(): number {
    return this.#turns.size;
  }

  /** Resolves to how the handler ended. Rejects only when the platform could not run it: put the message back. */
  run(request: TurnRequest): Promise<TurnOutcome> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      const turn = this.#newTurn(request, { resolve, reject });
      this.#turns.set(turn.number, turn);
      void this.#start(turn);
    });
  }

  onFrame(runner: RunnerProcess, frame: FromRunner): void {
    if (frame[0] === 'gone') return this.#instances.onGone(frame);
    if (frame[0] === 'loaded') return this.#instances.onLoaded(frame);
    if (frame[0] === 'accused') {
      return this.#kills.onAccused(runner, frame[1], JSON.parse(frame[2]) as string);
    }
    if (frame[0] === 'unloadable') return this.#onUnloadable(frame);
    if (frame[0] === 'late') return this.#onLate(runner, frame[1]);
    const turn = this.#turns.get(frame[1] ?? '');
    // A runner speaks for its own turns only; what comes late is about turns that have been settled.
    if (turn?.instance?.runner !== runner) return;
    this.#onTurnFrame(turn, frame);
  }

  onRunnerGone(runner: RunnerProcess): void {
    this.#instances.onRunnerGone(runner);
    const lost = Array.from(runner.turns, (number) => this.#turns.get(number) ?? []).flat();
    const suspects = lost.filter(({ number }) => runner.suspects.includes(number));
    if (!runner.accounted || !runner.wasKilled) this.#strike(runner, lost, suspects);
    else for (const turn of lost) if (runner.accused.has(turn.request.app.key)) turn.strikes++;
    for (const turn of lost) this.#again(turn);
  }

  /** Gives up all turns, now and later: their messages are put back. */
  close(): void {
    this.#closed = true;
    for (const turn of this.#turns.values()) {
      this.#turns.delete(turn.number);
      turn.calls.end();
      turn.settle.reject(closed());
    }
  }

  /**
   * Whose code was running when the runner died is suspected of it; where nobody's is known to have run, everybody's
   * is, and they run so that it will be known the next time. Who kills a runner of his own is convicted.
   */
  #strike(runner: RunnerProcess, lost: readonly Turn[], suspects: readonly Turn[]): void {
    // Nobody's code was running for long when somebody outside killed it: then no message did it.
    if (suspects.length === 0 && runner.killedFromOutside) return;
    if (suspects.length === 0) for (const turn of lost) turn.unexplained++;
    for (const turn of suspects) {
      turn.strikes++;
      const { app, messageId } = turn.request;
      if (runner.killedFromOutside && turn.strikes < CHRONIC_STRIKES) continue;
      if (runner.onlyFor !== null) turn.strikes = MAX_STRIKES;
      this.#kills.killed({ app, messageId, reason: 'its process ended while its code ran' });
    }
  }

  async #start(turn: Turn): Promise<void> {
    let instance: Instance;
    try {
      instance = await this.#instances.get(turn.request.app);
    } catch (error) {
      return this.#onNowhere(turn, error);
    }
    if (!this.#turns.has(turn.number)) return;
    turn.runs++;
    turn.request.begin();
    turn.instance = instance;
    turn.cold = !instance.warm;
    instance.warm = true;
    turn.startedAt = performance.now();
    turn.waitMs = turn.startedAt - turn.queuedAt;
    this.#instances.enter(instance, turn.number);
    const { wallMs, isStrict, start } = turn.request;
    const care = needsCare(turn) || instance.runner.onlyFor !== null ? '1' : '';
    instance.runner.send([
      'turn',
      instance.id,
      turn.number,
      String(wallMs),
      care,
      isStrict === true ? '1' : '',
      start,
    ]);
  }

  /** There is no runner for it: the app has used up its credit, or the platform has none. */
  #onNowhere(turn: Turn, error: unknown): void {
    if (!this.#turns.has(turn.number)) return;
    if (error instanceof VumiError && error.code === 'app.limit')
      return this.#settle(turn, { kind: 'failed', reason: 'runner', text: error.message });
    this.#turns.delete(turn.number);
    turn.settle.reject(error);
  }

  #onTurnFrame(turn: Turn, frame: FromRunner): void {
    switch (frame[0]) {
      case 'done':
        return this.#settle(turn, { kind: 'done', effects: frame[3] }, Number(frame[2]));
      case 'failed': {
        const text = JSON.parse(frame[4]) as string;
        return this.#settle(turn, { kind: 'failed', reason: frame[2], text }, Number(frame[3]));
      }
      case 'lost':
        return this.#again(turn);
      case 'suspected':
        this.#kills.suspected(turn.request.app, JSON.parse(frame[2]) as string);
        return this.#again(turn);
      case 'waited':
        turn.waitMs += Number(frame[2]);
        turn.startedAt += Number(frame[2]);
        return undefined;
      case 'log':
        return this.#onLog(turn, frame[2]);
      case 'call':
        return turn.calls.ask(frame[2]);
      case 'took':
        return turn.calls.taken(Number(frame[2]));
      default:
        return undefined;
    }
  }

  /** The app cannot be loaded: that is the outcome of every message that waits for it. */
  #onUnloadable([, id, reason, text]: FromRunner & readonly ['unloadable', ...string[]]): void {
    for (const turn of this.#turns.values()) {
      if (turn.instance?.id !== id) continue;
      this.#settle(turn, { kind: 'failed', reason, text: JSON.parse(text) as string });
    }
  }

  #settle(turn: Turn, end: TurnEnd, cpuMicros: number = 0): void {
    this.#turns.delete(turn.number);
    const { app, messageId, late } = turn.request;
    turn.calls.end();
    turn.request.over?.();
    if (turn.instance !== null) {
      this.#instances.release(turn.instance, turn.number);
      if (late !== undefined) this.#ended.set(turn.number, { runner: turn.instance.runner, late });
    }
    if (end.kind === 'failed') this.#kills.failed(app, messageId);
    this.#fleet.served(app.key);
    const cost = costOf(turn, end, cpuMicros);
    const { waitMs, calls, log } = turn;
    turn.settle.resolve({ end, cost, waitMs, recorder: calls.recorder, log, calls });
  }

  #again(turn: Turn): void {
    if (turn.instance !== null) this.#instances.release(turn.instance, turn.number);
    turn.instance = null;
    turn.calls.end();
    turn.request.over?.();
    turn.calls = this.#callsOf(turn);
    turn.log = [];
    if (turn.strikes >= MAX_STRIKES || turn.unexplained >= MAX_UNEXPLAINED) {
      const text = 'the process that ran this message died each time';
      return this.#settle(turn, { kind: 'failed', reason: 'runner', text });
    }
    if (turn.runs >= MAX_RUNS) {
      this.#turns.delete(turn.number);
      return turn.settle.reject(new VumiError('runner.lost', 'no runner stayed alive for this message'));
    }
    void this.#start(turn);
  }

  #onLog(turn: Turn, json: string): void {
    const line = logLineSchema.safeParse(readGuestJson(json));
    turn.log.push(line.success ? line.data : UNREADABLE_LINE);
  }

  #onLate(runner: RunnerProcess, number: string): void {
    const ended = this.#ended.get(number);
    if (ended?.runner !== runner) return;
    this.#ended.delete(number);
    ended.late();
  }

  #newTurn(request: TurnRequest, settle: Turn['settle']): Turn {
    const queuedAt = performance.now();
    const turn: Omit<Turn, 'calls'> = {
      number: String(++this.#lastNumber),
      request,
      settle,
      queuedAt,
      instance: null,
      cold: false,
      startedAt: queuedAt,
      waitMs: 0,
      log: [],
      strikes: 0,
      unexplained: 0,
      runs: 0,
    };
    return Object.assign(turn, { calls: this.#callsOf(turn) });
  }

  /** For one run of the turn. */
  #callsOf(turn: Omit<Turn, 'calls'>): TurnCalls {
    const { app, answer } = turn.request;
    return new TurnCalls({
      app,
      answer,
      unread: this.#unread,
      leftMs: () => leftMs(turn),
      onWait: () => {
        if (turn.instance !== null) this.#instances.onWait(turn.instance);
      },
      send: (answers) => turn.instance?.runner.send(['settle', turn.instance.id, turn.number, answers]),
    });
  }
}

/**
 * Whether a turn runs on a thread, where CPU is counted, and not in line, where the wall clock counts: after a loss of
 * any kind. On a machine that is out of CPU every run in line would be lost again, until its message fails.
 */
function needsCare({ strikes, unexplained, runs }: Turn): boolean {
  return strikes > 0 || unexplained > 0 || runs > 1;
}

/** How long a handler may wait and still have time to say something. Where nobody waits for it, some is left also when the machine has taken most of it. */
function leftMs({ request, startedAt }: Pick<Turn, 'request' | 'startedAt'>): number {
  const { wallMs, isStrict } = request;
  const lastWordsMs = Math.min(LAST_WORDS_MS, LAST_WORDS * wallMs);
  const left = wallMs - (performance.now() - startedAt) - lastWordsMs;
  return isStrict === true ? left : Math.max(left, LEAST_LEFT * wallMs);
}

function costOf(turn: Turn, end: TurnEnd, cpuMicros: number): TurnCost {
  const { request, cold, runs, startedAt } = turn;
  const { recorder } = turn.calls;
  return {
    cpu_us: cpuMicros,
    wall_ms: Math.max(0, Math.round((performance.now() - startedAt) * 1000) / 1000),
    cold,
    runs,
    calls: recorder.counts,
    bytes_in: request.start.length + recorder.bytesIn,
    bytes_out: recorder.bytesOut + (end.kind === 'done' ? end.effects.length : 0),
  };
}

function closed(): VumiError {
  return new VumiError('runner.lost', 'the sandbox is closing');
}

/** Null for what no guest of good will posts. */
function readGuestJson(json: string): unknown {
  try {
    return parseGuestJson(json);
  } catch {
    return null;
  }
}
