import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { sleep, slugSchema } from '@vumi/core';
import { previewText } from '@vumi/core/text';
import { packApp } from '@vumi/sandbox/pack';
import type { Handset, Scenario, Subscriber, WallError, WallOptions, WallReport } from '@vumi/testing';
import type * as Kit from '@vumi/testing';
import { NUMBERS } from '../dev/dev-app.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Session } from '../session.ts';
import { CountedApp } from './counted-app.ts';
import { DistantHandset } from './distant-handset.ts';
import { smsLine, ussdLine, type Carrier } from './lines.ts';
import { SmsNetwork } from './sms-network.ts';

export interface PlatformPlay {
  readonly kit: typeof Kit;
  readonly session: Session;
  readonly scenario: Scenario;
  /** Of the app. */
  readonly folder: string;
}

interface PlatformOptions {
  readonly where: string;
  /** Messages that wait for an answer at most. */
  readonly atOnce: number;
  /** How long people think, against 1 of real ones. */
  readonly pace: number;
  /** For an answer. */
  readonly waitMs: number;
}

/** Longer than anybody thinks here, in seconds: hours are for the virtual time of the sandbox. */
const MOST_PAUSE_S = 120;
/** A text that asks for something. */
const ASKS = /[?？]|:\s*$|^(?:\d+|[a-z])[.)] /im;

/** Has a scenario's subscribers talk with an app on a platform that runs, by its simulators, many at once. */
export async function playOnPlatform(
  play: PlatformPlay,
  options: WallOptions,
  how: PlatformOptions,
): Promise<WallReport> {
  return await new PlatformWall(play, options, how).play();
}

class PlatformWall implements Carrier {
  readonly #play: PlatformPlay;
  readonly #options: WallOptions;
  readonly #how: PlatformOptions;
  readonly #network: SmsNetwork;
  readonly #replies: number[] = [];
  readonly #queue: (() => void)[] = [];
  #segments = 0;
  #free: number;
  /** Why it makes no sense to go on. */
  #fatal: CliError | null = null;

  constructor(play: PlatformPlay, options: WallOptions, how: PlatformOptions) {
    this.#play = play;
    this.#options = options;
    this.#how = how;
    this.#network = new SmsNetwork(play.session, how.waitMs);
    this.#free = how.atOnce;
  }

  async play(): Promise<WallReport> {
    const { kit, session, scenario, folder } = this.#play;
    const name = scenario.platform?.app ?? nameOf(folder);
    const app = name === null ? null : await CountedApp.find(session, name);
    if (scenario.transport !== 'ussd') await this.#network.begin();
    const subscribers = kit.subscribersOf(scenario, this.#options, (address, { persona }) =>
      this.#open(address, persona === 'twice' ? 2 : 1),
    );
    const began = performance.now();
    await Promise.all(subscribers.map((subscriber) => this.#live(subscriber)));
    if (this.#fatal !== null) throw this.#fatal;
    const seconds = (performance.now() - began) / 1000;
    const counted = app === null ? [] : await app.counted();
    if (app !== null) await findOpen(app, subscribers);
    return kit.reportOf({
      scenario,
      seed: this.#options.seed,
      where: this.#how.where,
      subscribers,
      counted,
      errors: await errorsOf(kit, app),
      segments: this.#segments,
      replies: this.#replies,
      cpuMs: null,
      seconds,
    });
  }

  async take<T>(carry: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    try {
      return await carry();
    } catch (error) {
      if (error instanceof CliError && error.exitCode === EXIT.unreachable) this.#fatal = error;
      throw error;
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  answered(ms: number): void {
    this.#replies.push(ms);
  }

  received(text: string): void {
    this.#segments += previewText(text).segments.length;
  }

  async #live(subscriber: Subscriber): Promise<void> {
    const { pace } = this.#how;
    // They come one after the other, as they do everywhere.
    await sleep(1000 * pace * subscriber.phone);
    for await (const pause of subscriber.talk()) {
      this.#options.signal?.throwIfAborted();
      if (this.#fatal !== null) return;
      await sleep(1000 * pace * Math.min(pause, MOST_PAUSE_S));
    }
  }

  #open(address: string, times: number): Handset {
    const { session, scenario } = this.#play;
    const isUssd = scenario.transport === 'ussd';
    const code = scenario.code ?? (isUssd ? NUMBERS.ussd : NUMBERS.sms);
    const { begin = 'hi', last } = scenario;
    const line = isUssd
      ? ussdLine({
          session,
          carrier: this,
          transport: scenario.platform?.transport ?? 'ussd',
          address,
          code,
        })
      : smsLine({
          network: this.#network,
          carrier: this,
          address,
          code,
          begin,
          times,
          isLast: (text) => (last === undefined ? !ASKS.test(text) : last.test(text)),
        });
    return new DistantHandset(line);
  }
}

/** As a deploy calls it; null: the app is not here. */
function nameOf(folder: string): string | null {
  if (!existsSync(folder)) return null;
  return slugSchema.safeParse(packApp(folder).name).data ?? basename(folder);
}

/** Talks that looked as if they were over, and are not. */
async function findOpen(app: CountedApp, subscribers: readonly Subscriber[]): Promise<void> {
  const open = await app.openTalks();
  for (const subscriber of subscribers) {
    const at = open.get(subscriber.address.replace(/^\+/, ''));
    if (at === undefined || subscriber.end?.ending !== 'finished') continue;
    subscriber.end = { ending: 'unfinished', reason: 'the conversation is still open on the platform', at };
  }
}

async function errorsOf(kit: PlatformPlay['kit'], app: CountedApp | null): Promise<WallError[]> {
  const errors = new kit.WallErrors();
  for (const text of app === null ? [] : await app.errors())
    errors.add({ check: 'failures', text, near: null, phone: '', persona: null, transcript: () => '' });
  return errors.all;
}
