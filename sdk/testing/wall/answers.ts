import type { OpenQuestion } from '../api.ts';
import { numbersIn } from '../moves.ts';
import type { Scenario } from '../scenario.ts';
import type { Seen } from './handset.ts';

/** As a question is called, with its `id`: `ask "name"` (sdk/talks). */
const ID = /"(.*)"$/;
/** Keys of menus that lead elsewhere: home, back and more (sdk/talks/menu.ts). */
const ELSEWHERE: ReadonlySet<string> = new Set(['0', '00', '98', '99']);

const LETTERED = /^([a-z])[.)] /gim;

/** What is typed where nobody says what is asked, by words of the question; the last is for all else. */
const GUESSES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\b(?:date|day|when|born|birth)\b/i, ['24-12-2030', '1990-12-24', '24']],
  [/\b(?:old|age|number|many|much|year|code|pin|weight|phone)\b/i, ['24', '1234', '+27761234567', '1']],
  [/\b(?:yes|no)\b/i, ['yes', 'no']],
  [/(?:)/, ['Thandi', '1', '24', 'yes', '24-12-2030']],
];

/** What phones of one run have learnt together: answers that are none, by question. */
export class Refusals {
  readonly #refused = new Map<string, Set<string>>();

  add(question: string, answer: string): void {
    const known = this.#refused.get(question) ?? new Set();
    this.#refused.set(question, known.add(answer));
  }

  has(question: string, answer: string): boolean {
    return this.#refused.get(question)?.has(answer) ?? false;
  }

  of(question: string): string[] {
    return [...(this.#refused.get(question) ?? [])];
  }
}

interface AnswerOptions {
  readonly scenario: Pick<Scenario, 'answers'>;
  readonly phone: number;
  readonly chance: () => number;
  readonly refusals: Refusals;
}

/** What one subscriber answers. */
export class Answers {
  readonly #options: AnswerOptions;
  /** What he has answered, by question. */
  readonly #given = new Map<string, string[]>();

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  /** What a question is known by: where it is asked, else its text. */
  static nameOf({ at, shown }: Pick<Seen, 'at' | 'shown'>): string {
    return at === null ? (shown?.text ?? '') : `${at.screen} ${at.question}`;
  }

  /** A right one, as far as anybody knows. */
  right(seen: Seen): string {
    const name = Answers.nameOf(seen);
    const before = this.#given.get(name) ?? [];
    const answer = this.#written(seen, before.length) ?? this.#chosen(name, before, candidatesOf(seen));
    this.#given.set(name, [...before, answer]);
    return answer;
  }

  /** One that is none: what was refused before, else a key beside the right one. */
  wrong(seen: Seen): string {
    const known = this.#options.refusals.of(Answers.nameOf(seen));
    return pick(known.length > 0 ? known : ['x', '77', '#'], this.#options.chance);
  }

  /** The last answer was refused. */
  refused(seen: Seen, answer: string): void {
    this.#options.refusals.add(Answers.nameOf(seen), answer);
  }

  /** What the scenario says; null: nothing. */
  #written({ at, shown }: Seen, times: number): string | null {
    const { scenario, phone, chance } = this.#options;
    const text = shown?.text ?? '';
    const given = Object.entries(scenario.answers ?? {});
    const found = given.find(([key]) => isOf(key, at)) ?? given.find(([key]) => standsIn(key, text));
    if (found === undefined) return null;
    const [, answer] = found;
    if (typeof answer === 'function') return answer({ text, at, phone, times });
    return typeof answer === 'string' ? answer : pick(answer, chance);
  }

  /** What was not tried first, so that a menu that comes again is not answered in the same way. */
  #chosen(name: string, before: readonly string[], candidates: readonly string[]): string {
    const { refusals, chance } = this.#options;
    const good = candidates.filter((one) => !refusals.has(name, one));
    const fresh = good.filter((one) => !before.includes(one));
    return pick(fresh.length > 0 ? fresh : good.length > 0 ? good : candidates, chance);
  }
}

function isOf(key: string, at: OpenQuestion | null): boolean {
  if (at === null) return false;
  const id = at.question.match(ID)?.[1];
  return key === at.question || key === id || key === `${at.screen}/${id}`;
}

/** As whole words, however they are written. */
function standsIn(key: string, text: string): boolean {
  const letter = /[\p{L}\p{N}]/u;
  const [low, all] = [key.toLowerCase(), text.toLowerCase()];
  for (let at = all.indexOf(low); at >= 0; at = all.indexOf(low, at + 1))
    if (!letter.test(all[at - 1] ?? '') && !letter.test(all[at + low.length] ?? '')) return true;
  return false;
}

function candidatesOf({ samples, shown }: Seen): readonly string[] {
  const text = shown?.text ?? '';
  const options = [...numbersIn(text).filter((number) => !ELSEWHERE.has(number)), ...lettersIn(text)];
  if (samples !== null && samples.length > 0) return likely(samples);
  if (options.length > 0) return options;
  return GUESSES.find(([words]) => words.test(text))?.[1] ?? ['1'];
}

/** Options of menus that apps write themselves: `a) Before you eat`. */
function lettersIn(text: string): string[] {
  return [...text.matchAll(LETTERED)].map(([, letter = '']) => letter);
}

/** The last of many is none; of two the second is at the edge, where few people are. */
function likely(samples: readonly string[]): readonly string[] {
  const [first = ''] = samples;
  return samples.length > 2 ? samples.slice(0, -1) : [first, first, first, ...samples];
}

/** One of some; they are not none. */
export function pick<T>(from: readonly T[], chance: () => number): T {
  const found = from[Math.floor(chance() * from.length)];
  if (found === undefined) throw new RangeError('there is nothing to choose from');
  return found;
}
