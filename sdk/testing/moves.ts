import type { SimulatedPhone } from './phone.ts';
import type { Step } from './script.ts';
import type { TestWorld } from './world.ts';

/** Words that no parser knows of. */
export const HELP = 'help';
export const STOP = 'STOP';
export const START = 'START';
/** The menu of whoever comes back, in place of the question that is open: its text is no part of it. */
export const GO_ON = 'go on?';
const NUMBERED = /^(\d+)[.)] /gm;
/** As a question that a page answers is called (sdk/talks/verbs.ts). */
const LINK = 'link ';
const MINUTE_MS = 60_000;

/** What somebody can do whose open question takes these answers, and who begins with that word. */
export interface Possible {
  /** Its number. */
  readonly phone: number;
  readonly samples: readonly string[];
  readonly begin: string;
}

/** All that the user of a phone can do now. */
export function movesOf(
  world: TestWorld,
  phone: SimulatedPhone,
  { phone: number, samples, begin }: Possible,
): Step[] {
  const type = (words: readonly string[]): Step[] =>
    [...new Set(words)].map((text) => ({ phone: number, kind: 'text', text }));
  if (phone.hasSessions && !phone.isOpen) return [{ phone: number, kind: 'dial' }];
  if (phone.screen === null) return type([begin]);
  const { tag, tries, timers } = world.talkOf(phone)?.wait ?? { tag: '', tries: 0, timers: [] };
  // Whoever was wrong once is wrong again: what right answers do is known from the first time.
  if (tries > 0) return type([samples.at(-1) ?? 'x']);
  const isOfPage = isAnsweredByPage(tag);
  const answers: Step[] = isOfPage ? samples.map((json) => ({ phone: number, kind: 'answer', json })) : [];
  const typed = isOfPage ? ['x'] : samples;
  const words = [...typed, ...numbersIn(phone.screen.text), ...(typed.length === 0 ? [begin] : []), HELP];
  const times = waits(world, phone, { number, timers });
  if (!phone.hasSessions) return [...answers, ...type([...words, ...wishes(world, phone)]), ...times];
  return [...answers, ...type(words), { phone: number, kind: 'hangUp' }, ...times];
}

function wishes(world: TestWorld, phone: SimulatedPhone): string[] {
  return world.mayComeBack(phone) ? [STOP, START] : [STOP];
}

/** Whether a question, by its tag, is one that only a page answers. */
export function isAnsweredByPage(tag: string): boolean {
  return tag.startsWith(LINK);
}

/** Options and keys that stand in a text. */
export function numbersIn(text: string): string[] {
  return [...text.matchAll(NUMBERED)].map(([, number = '']) => number);
}

function waits(
  world: TestWorld,
  { address }: SimulatedPhone,
  { number, timers }: { readonly number: number; readonly timers: readonly string[] },
): Step[] {
  const next = world.schedules.find(({ name, user }) => user === address && timers.includes(name));
  if (next === undefined) return [];
  const minutes = Math.max(1, Math.ceil((Date.parse(next.due) - world.now) / MINUTE_MS));
  return [{ phone: number, kind: 'wait', minutes }];
}
