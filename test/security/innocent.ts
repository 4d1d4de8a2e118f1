import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { SandboxPlace } from '@vumi/sandbox/testing';

const VISITS_EVERY_MS = 10;
const LOOK_EVERY_MS = 5;
/** So close to the end of a runner its apps may wait (issue "The sandbox that holds"). */
const AROUND_RESTART_MS = 200;

export const VICTIM = 'victim';
/** What nobody but the victim may ever see. */
export const VICTIM_SECRET = 'victims-own-91c4e7';

interface Visit {
  readonly start: number;
  readonly took: number;
}

export interface Figures {
  readonly visits: number;
  readonly restarts: number;
  /** Milliseconds, of all visits. */
  readonly p50: number;
  readonly p95: number;
  readonly worst: number;
  /** The same without visits around the end of a runner. */
  readonly calmP95: number;
}

/** A tenant like any other, who is asked something all the while that others attack. */
export class Innocent {
  readonly #place: SandboxPlace;
  readonly #visits: Visit[] = [];
  readonly #restarts: number[] = [];
  readonly #stop = new AbortController();
  readonly #wrong: string[] = [];
  #done: Promise<unknown> = Promise.resolve();

  private constructor(place: SandboxPlace) {
    this.#place = place;
  }

  static async arrive(place: SandboxPlace): Promise<Innocent> {
    const innocent = new Innocent(place);
    const ref = await place.installHandler(
      VICTIM,
      "await app.state.set('secret', await app.secrets.get('token')); await reply('at your service')",
      { settings: { config: {}, secrets: { token: VICTIM_SECRET } } },
    );
    await place.ask(ref);
    innocent.#done = Promise.all([innocent.#keepVisiting(ref), innocent.#keepLooking()]);
    return innocent;
  }

  /** Ends the visits; what they took. Throws when one was not answered as it should. */
  async leave(): Promise<Figures> {
    this.#stop.abort();
    await this.#done;
    if (this.#wrong.length > 0) throw new Error(`the innocent was told ${this.#wrong.join()}`);
    const calm = this.#visits.filter((visit) => !this.#isAroundRestart(visit));
    const took = sorted(this.#visits);
    return {
      visits: took.length,
      restarts: this.#restarts.length,
      p50: at(took, 0.5),
      p95: at(took, 0.95),
      worst: at(took, 1),
      calmP95: at(sorted(calm), 0.95),
    };
  }

  async #keepVisiting(ref: Parameters<SandboxPlace['ask']>[0]): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const start = performance.now();
      const answer = (await this.#place.ask(ref)).join();
      this.#visits.push({ start, took: performance.now() - start });
      if (answer !== 'at your service')
        this.#wrong.push(`${answer} (${reasonsOf(this.#place, VICTIM).at(-1) ?? 'for no reason'})`);
      await pause(VISITS_EVERY_MS);
    }
  }

  async #keepLooking(): Promise<void> {
    let before = new Set(this.#pids());
    while (!this.#stop.signal.aborted) {
      const now = new Set(this.#pids());
      if ([...before].some((pid) => !now.has(pid))) this.#restarts.push(performance.now());
      before = now;
      await pause(LOOK_EVERY_MS);
    }
  }

  #pids(): number[] {
    return this.#place.sandbox.status().runners.map(({ pid }) => pid);
  }

  #isAroundRestart({ start, took }: Visit): boolean {
    return this.#restarts.some(
      (moment) => start < moment + AROUND_RESTART_MS && start + took > moment - AROUND_RESTART_MS,
    );
  }
}

function sorted(visits: readonly Visit[]): number[] {
  return visits.map(({ took }) => took).toSorted((a, b) => a - b);
}

function at(sortedMs: readonly number[], share: number): number {
  return sortedMs[Math.min(sortedMs.length - 1, Math.floor(sortedMs.length * share))] ?? 0;
}

/** Why messages of an app failed, as its author reads it. */
export function reasonsOf(place: SandboxPlace, app: string): string[] {
  const errors = place.log.filter((entry) => entry.app === app && entry.fields?.['reason'] !== undefined);
  return errors.map(({ text, fields }) => `${String(fields?.['reason'])}: ${text}`);
}

/** Resident memory of a process in MB. */
export function rssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}

export function show(figures: Figures): string {
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const { visits, restarts, p50, p95, worst, calmP95 } = figures;
  return `innocent: ${visits} visits, p50 ${ms(p50)}, p95 ${ms(p95)}, worst ${ms(worst)}; p95 without ${restarts} restarts ${ms(calmP95)}`;
}
