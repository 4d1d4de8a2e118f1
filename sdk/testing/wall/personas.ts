import type { PersonaName, Scenario } from '../scenario.ts';
import { chances } from '../chance.ts';
import type { Seen } from './handset.ts';

/** What somebody does at a question. */
export type Deed =
  | 'answer'
  /** Types what is no answer. */
  | 'mistype'
  /** Goes, and does not come back. */
  | 'leave'
  | 'stop'
  /** Hangs up and dials again; by SMS writes the first word again. */
  | 'restart'
  /** Answers when the network has given the session up. */
  | 'dawdle'
  /** Takes the other phone. */
  | 'change';

/** How far a talk is. */
export interface Progress {
  /** Questions that were answered. */
  readonly answered: number;
  /** Deeds other than answers: how often. */
  readonly done: Readonly<Partial<Record<Deed, number>>>;
  /** Wrong answers in a row to the question that is open. */
  readonly mistyped: number;
  /** The question, from 0 on, at which this one does what he does. */
  readonly leavesAt: number;
}

interface Persona {
  /** Of a hundred phones where the scenario says nothing. */
  readonly share: number;
  readonly deed: (progress: Progress, chance: () => number) => Deed;
}

const answers = (): Deed => 'answer';
const once =
  (deed: Deed, when: (progress: Progress) => boolean) =>
  (progress: Progress): Deed =>
    progress.done[deed] === undefined && when(progress) ? deed : 'answer';
const MOST_DAWDLED = 3;
const MOST_MISTYPED = 2;

/** All who are on the wall (spec authoring §6.4). */
export const PERSONAS: Readonly<Record<PersonaName, Persona>> = {
  patient: { share: 60, deed: answers },
  slow: {
    share: 8,
    deed: ({ answered, done }, chance) =>
      (done.dawdle ?? 0) < MOST_DAWDLED && (answered === 1 || chance() < 0.4) ? 'dawdle' : 'answer',
  },
  fatThumb: {
    share: 10,
    deed: ({ mistyped, done }, chance) =>
      mistyped < MOST_MISTYPED && (done.mistype === undefined || chance() < 0.4) ? 'mistype' : 'answer',
  },
  drops: { share: 6, deed: once('leave', ({ answered, leavesAt }) => answered >= leavesAt) },
  redials: { share: 5, deed: once('restart', ({ answered }) => answered >= 1) },
  stops: { share: 3, deed: once('stop', ({ answered, leavesAt }) => answered >= leavesAt) },
  scripts: { share: 4, deed: answers },
  twoPhones: { share: 2, deed: once('change', ({ answered }) => answered >= 1) },
  twice: { share: 2, deed: answers },
};

export const PERSONA_NAMES = Object.keys(PERSONAS) as readonly PersonaName[];

const PHONES = 100;

/** How many the scenario asks for. */
export function phonesOf({ phones }: Pick<Scenario, 'phones'>): number {
  if (phones === undefined || typeof phones === 'number') return phones ?? PHONES;
  return PERSONA_NAMES.reduce((sum, name) => sum + (phones[name] ?? 0), 0);
}

/** Who is at which phone: shares as exact as whole phones can be, in an order that the seed gives. */
export function cast({ phones }: Pick<Scenario, 'phones'>, count: number, seed: number): PersonaName[] {
  const shares = PERSONA_NAMES.map((name) =>
    typeof phones === 'object' ? (phones[name] ?? 0) : PERSONAS[name].share,
  );
  const sum = shares.reduce((all, share) => all + share, 0);
  const exact = shares.map((share) => (share / sum) * count);
  const counts = exact.map(Math.floor);
  const missing = count - counts.reduce((all, one) => all + one, 0);
  const byRest = exact
    .map((share, index) => ({ index, rest: share - Math.floor(share) }))
    .toSorted((one, other) => other.rest - one.rest || one.index - other.index);
  for (const { index } of byRest.slice(0, missing)) counts[index] = (counts[index] ?? 0) + 1;
  const all = PERSONA_NAMES.flatMap((name, index) => Array<PersonaName>(counts[index] ?? 0).fill(name));
  return shuffled(all, chances(seed));
}

function shuffled<T>(from: readonly T[], chance: () => number): T[] {
  return from
    .map((one) => ({ one, order: chance() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ one }) => one);
}

/** Seconds before somebody does something at what he sees. */
export function pauseBefore(deed: Deed, { shown }: Seen, chance: () => number): number {
  if (deed === 'restart') return 0;
  const reading = (shown?.text.length ?? 0) / 20;
  return Math.round(1 + reading + chance() * 10);
}

const USSD_GONE_S = 180;
const SMS_LATE_S = 2 * 3600;

/** Longer than a network of USSD holds a session; by SMS, of hours, up to the next day. */
export function dawdling(hasSessions: boolean, chance: () => number): number {
  return hasSessions
    ? USSD_GONE_S + Math.round(chance() * 400)
    : Math.round(SMS_LATE_S * (1 + chance() * 11));
}
