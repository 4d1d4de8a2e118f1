import { STOP } from '../moves.ts';
import type { OpenQuestion } from '../api.ts';
import type { Ending, PersonaName, Scenario } from '../scenario.ts';
import { Answers, pick, type Refusals } from './answers.ts';
import type { Handset, Seen } from './handset.ts';
import { dawdling, pauseBefore, PERSONAS, type Deed } from './personas.ts';

/** Messages of a talk, where the scenario says nothing. */
const MOST_TURNS = 40;
/** Questions at the first of which somebody may leave. */
const EARLY = 3;
/** Names that GSM has no letters for. */
const NAMES = ['Thandi 😀', 'ሰላም', 'Zoë 🌸', 'አበበ በቀለ'] as const;
const NUMBERED = /^\d+[.)] /m;

/** How a talk ended. */
export interface End {
  readonly ending: Ending;
  /** Of an unfinished one. */
  readonly reason: string;
  readonly at: OpenQuestion | null;
}

export interface SubscriberOptions {
  readonly persona: PersonaName;
  /** From 0 on. */
  readonly phone: number;
  /** Two of `twoPhones`, one of all others. */
  readonly handsets: readonly [Handset, ...Handset[]];
  readonly scenario: Scenario;
  readonly chance: () => number;
  readonly refusals: Refusals;
  /** He has said or seen something, or is done. */
  readonly onChange: (subscriber: Subscriber) => void;
}

/** Somebody on the phone: what he does comes from his persona, what he sees and chance. */
export class Subscriber {
  readonly persona: PersonaName;
  readonly phone: number;
  readonly address: string;
  /** `> ` said, `< ` shown; what he did otherwise stands in brackets. */
  readonly lines: string[] = [];
  /** Messages, dialling included. */
  messages = 0;
  /** Of USSD. */
  sessions = 0;
  /** What his phone shows. */
  screen = '';
  end: End | null = null;
  readonly #options: SubscriberOptions;
  readonly #answers: Answers;
  readonly #leavesAt: number;
  readonly #done: Partial<Record<Deed, number>> = {};
  #answered = 0;
  #mistyped = 0;
  #handset: Handset;

  constructor(options: SubscriberOptions) {
    const { persona, phone, handsets, scenario, chance } = options;
    this.#options = options;
    this.persona = persona;
    this.phone = phone;
    [this.#handset] = handsets;
    this.address = this.#handset.address;
    this.#answers = new Answers(options);
    const drawn = Math.floor(chance() * EARLY);
    this.#leavesAt = scenario.leavesAt === undefined ? drawn : scenario.leavesAt - 1;
  }

  get transcript(): string {
    return this.lines.join('\n');
  }

  get answered(): number {
    return this.#answered;
  }

  /** His talk; gives the seconds that he lets pass before he goes on. */
  async *talk(): AsyncGenerator<number, void> {
    try {
      this.end = yield* this.#talk();
    } catch (error) {
      this.end = {
        ending: 'unfinished',
        reason: error instanceof Error ? error.message : String(error),
        at: null,
      };
    }
    this.#options.onChange(this);
  }

  async *#talk(): AsyncGenerator<number, End> {
    const most = this.#options.scenario.turns ?? MOST_TURNS;
    let seen = await this.#begin();
    let first: Seen | null = null;
    while (this.messages < most) {
      const end = endOf(seen);
      if (end !== null) {
        if (first === null || end.ending !== 'finished') return end;
        // Done on the other phone: the first one is still in the middle.
        seen = await this.#goBack(first);
        first = null;
        continue;
      }
      const deed = PERSONAS[this.persona].deed(this.#progress, this.#options.chance);
      yield pauseBefore(deed, seen, this.#options.chance);
      if (deed === 'leave') return this.#leave(seen);
      if (deed === 'change') first = seen;
      seen = yield* this.#do(deed, seen);
      if (deed === 'stop' && seen.isOver) return { ending: 'stopped', reason: '', at: null };
    }
    if (seen.isPlain) return { ending: 'finished', reason: '', at: null };
    return { ending: 'unfinished', reason: `it goes on after ${most} messages`, at: seen.at };
  }

  get #progress() {
    return {
      answered: this.#answered,
      done: this.#done,
      mistyped: this.#mistyped,
      leavesAt: this.#leavesAt,
    };
  }

  async *#do(deed: Deed, seen: Seen): AsyncGenerator<number, Seen> {
    this.#done[deed] = (this.#done[deed] ?? 0) + 1;
    switch (deed) {
      case 'mistype':
        this.#mistyped += 1;
        return this.#reply(seen, this.#answers.wrong(seen));
      case 'stop':
        return this.#say(STOP);
      case 'restart':
        await this.#breakOff();
        return this.#begin();
      case 'dawdle':
        return yield* this.#dawdle();
      case 'change':
        await this.#breakOff();
        this.#take(1);
        return this.#begin();
      default:
        return this.#reply(seen, this.#inScript(seen) ?? this.#answers.right(seen));
    }
  }

  async *#dawdle(): AsyncGenerator<number, Seen> {
    const { chance } = this.#options;
    const { hasSessions } = this.#handset;
    yield dawdling(hasSessions, chance);
    if (!hasSessions) return this.#show(await this.#handset.look());
    // Some networks tell that a session is over, others let the next one begin.
    if (chance() < 0.5) await this.#hangUp('the network ends the session');
    else this.lines.push('(the network has forgotten the session)');
    return this.#begin();
  }

  async #reply(seen: Seen, answer: string): Promise<Seen> {
    const next = await this.#say(answer);
    if (next.isRefused) {
      this.#answers.refused(seen, answer);
    } else {
      this.#answered += 1;
      this.#mistyped = 0;
    }
    return next;
  }

  /** A name in letters that GSM does not have, where a text may be typed and none was refused yet. */
  #inScript(seen: Seen): string | null {
    const { persona, chance, refusals } = this.#options;
    if (persona !== 'scripts' || NUMBERED.test(seen.shown?.text ?? '') || seen.isRefused) return null;
    const question = Answers.nameOf(seen);
    const good = NAMES.filter((name) => !refusals.has(question, name));
    return good.length === 0 ? null : pick(good, chance);
  }

  async #leave({ at }: Seen): Promise<End> {
    if (this.#handset.hasSessions) await this.#hangUp('hangs up for good');
    else this.lines.push('(writes no more)');
    return { ending: 'dropped', reason: '', at };
  }

  /** To the first phone: a session is over by now, an SMS still asks. */
  async #goBack(first: Seen): Promise<Seen> {
    this.#take(0);
    return this.#handset.hasSessions ? this.#begin() : this.#show(first);
  }

  #take(index: number): void {
    const found = this.#options.handsets[index];
    if (found === undefined) throw new RangeError(`he has no phone ${index}`);
    this.#handset = found;
    this.lines.push(`(takes ${found.address})`);
  }

  async #begin(): Promise<Seen> {
    const { hasSessions } = this.#handset;
    if (hasSessions) this.sessions += 1;
    this.lines.push(hasSessions ? '(dials)' : `> ${this.#options.scenario.begin ?? 'hi'}`);
    this.messages += 1;
    return this.#show(await this.#handset.begin());
  }

  async #say(text: string): Promise<Seen> {
    this.lines.push(`> ${text}`);
    this.messages += 1;
    return this.#show(await this.#handset.say(text));
  }

  /** A session is hung up; an SMS may stay without an answer. */
  async #breakOff(): Promise<void> {
    if (this.#handset.hasSessions) await this.#hangUp('hangs up');
  }

  async #hangUp(what: string): Promise<void> {
    this.lines.push(`(${what})`);
    await this.#handset.hangUp();
  }

  #show(seen: Seen): Seen {
    if (seen.shown !== null) {
      this.screen = seen.shown.text;
      this.lines.push(`< ${seen.shown.text.replaceAll('\n', '\n  ')}`);
    }
    this.#options.onChange(this);
    return seen;
  }
}

/** Null: it goes on. */
function endOf({ shown, at, isOver, broken }: Seen): End | null {
  if (broken !== null) return { ending: 'unfinished', reason: broken, at };
  if (isOver) return { ending: 'finished', reason: '', at: null };
  if (shown === null) return { ending: 'unfinished', reason: 'nothing answers', at };
  return null;
}
