import { chances } from '../chance.ts';
import type { Fault } from '../checks.ts';
import { QuestionSites } from '../question-sites.ts';
import { segments } from '@vumi/sdk';
import type { Scenario, WallReport } from '../scenario.ts';
import { TestWorld } from '../world.ts';
import { LocalHandset } from './local-handset.ts';
import { reportOf, type Counted } from './report.ts';
import type { Subscriber } from './subscriber.ts';
import { subscribersOf, type Owner, type WallOptions } from './subscribers.ts';
import { WallErrors } from './wall-errors.ts';

/** Seconds in which a phone comes, for each phone that there is. */
const APART_S = 1;

/** Has a scenario's subscribers talk with its app in the sandbox: in virtual time, one message after the other. */
export async function playLocally(
  folder: string,
  scenario: Scenario,
  options: WallOptions,
): Promise<WallReport> {
  let wall: LocalWall | null = null;
  const { transport, at, config = {}, secrets, checks, maxSegments, code } = scenario;
  await using world = await TestWorld.open(
    folder,
    {
      ...(transport === undefined ? {} : { transport }),
      ...(at === undefined ? {} : { at }),
      ...(secrets === undefined ? {} : { secrets }),
      ...(maxSegments === undefined ? {} : { maxSegments }),
      ...(code === undefined ? {} : { number: code }),
      config,
      // Everything twice is what the explorer is for.
      checks: { ...checks, isolates: false },
    },
    { stepMs: 0, onFaults: (faults, address) => wall?.hear(faults, address) },
  );
  scenario.http?.(world.http);
  wall = new LocalWall(world, scenario, options);
  return await wall.play();
}

class LocalWall {
  readonly #world: TestWorld;
  readonly #scenario: Scenario;
  readonly #options: WallOptions;
  readonly #errors = new WallErrors();
  readonly #sites: QuestionSites;
  readonly #handsets = new Map<string, { handset: LocalHandset; phone: number }>();
  readonly #languages: readonly string[];
  readonly #subscribers: readonly Subscriber[];

  constructor(world: TestWorld, scenario: Scenario, options: WallOptions) {
    this.#world = world;
    this.#scenario = scenario;
    this.#options = options;
    const code = world.tested.app.versions.get(world.tested.app.active);
    if (code === undefined) throw new Error('there is no app to talk with');
    this.#sites = new QuestionSites(code, { hears: false });
    this.#languages = scenario.languages ?? code.manifest.languages ?? [];
    this.#subscribers = subscribersOf(scenario, options, (address, owner) => this.#open(address, owner));
  }

  hear(faults: readonly Fault[], address: string | null): void {
    for (const { check, text } of faults) this.#blame(check, text, address);
  }

  async play(): Promise<WallReport> {
    const began = performance.now();
    await this.#talk();
    if (this.#scenario.after !== undefined) await this.#world.advance(this.#scenario.after);
    const seconds = (performance.now() - began) / 1000;
    const { app } = this.#world.tested;
    const cpus = app.runs.map(({ cost }) => cost.cpu_us / 1000);
    const sms = app.sent.filter(({ transport_type }) => transport_type !== 'ussd');
    return reportOf({
      scenario: this.#scenario,
      seed: this.#options.seed,
      where: 'local',
      subscribers: this.#subscribers,
      counted: this.#counted(),
      errors: this.#errors.all,
      segments: sms.reduce((sum, { content }) => sum + segments(content ?? '').segments.length, 0),
      replies: app.runs.flatMap(({ kind, cost }) => (kind === 'message' ? [cost.cpu_us / 1000] : [])),
      cpuMs: cpus.reduce((sum, one) => sum + one, 0),
      seconds,
    });
  }

  /** Whoever is due next goes on; of those who are due together the first. */
  async #talk(): Promise<void> {
    const began = this.#world.now;
    const chance = chances(this.#options.seed);
    const waiting = this.#subscribers.map((subscriber, order) => ({
      talk: subscriber.talk(),
      due: began + Math.round(chance() * this.#subscribers.length * APART_S) * 1000,
      order,
    }));
    const queue = waiting.toSorted((one, other) => one.due - other.due || one.order - other.order);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      this.#options.signal?.throwIfAborted();
      await this.#world.goTo(Math.max(next.due, this.#world.now));
      const { done, value } = await next.talk.next();
      if (done === true) continue;
      const again = { ...next, due: this.#world.now + 1000 * value };
      const behind = queue.findIndex(
        ({ due, order }) => due > again.due || (due === again.due && order > again.order),
      );
      queue.splice(behind < 0 ? queue.length : behind, 0, again);
    }
  }

  #open(address: string, { persona, phone }: Owner): LocalHandset {
    const { begin = 'hi', code } = this.#scenario;
    const language = this.#languages[phone % this.#languages.length];
    const handset = new LocalHandset({
      world: this.#world,
      sites: this.#sites,
      phone: this.#world.phone(address, language === undefined ? {} : { language }),
      begin,
      code,
      isTwice: persona === 'twice',
      onSecondEffect: (text) => this.#blame('twice', text, address),
    });
    const [first] = [...this.#handsets].flatMap(([other, one]) => (one.phone === phone ? [other] : []));
    if (first !== undefined) this.#world.isOne(first, address);
    this.#handsets.set(address, { handset, phone });
    return handset;
  }

  #blame(check: string, text: string, address: string | null): void {
    const known = this.#handsets.get(address ?? '');
    const subscriber = this.#subscribers[known?.phone ?? -1];
    this.#errors.add({
      check,
      text,
      near: known?.handset.place ?? null,
      phone: address ?? '',
      persona: subscriber?.persona ?? null,
      transcript: () => subscriber?.transcript ?? '',
    });
  }

  #counted(): Counted[] {
    const places = new Map<string, { screen: string; question: string; counts: Record<string, number> }>();
    for (const { talk } of this.#world.tested.app.runs)
      for (const { what, screen, question } of talk.filter((note) => note.question !== '')) {
        const key = JSON.stringify([screen, question]);
        const place = places.get(key) ?? { screen, question, counts: {} };
        place.counts[what] = (place.counts[what] ?? 0) + 1;
        places.set(key, place);
      }
    return [...places.values()];
  }
}
