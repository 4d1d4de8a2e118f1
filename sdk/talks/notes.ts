import { NOTE_TALK, type TalkCount, type TalkNote } from '@vumi/core/talks';
import type { EventApp } from '../app.ts';
import type { Talk, Wait } from './journal.ts';
import type { Input, Verdict } from './verdict.ts';

/** Of a name that is counted. */
const MOST_CHARACTERS = 128;

/** Has it counted, where there is a platform that counts. */
export function note(app: EventApp, { what, screen, question, at, began }: TalkNote): void {
  const take = (app as EventApp & { readonly [NOTE_TALK]?: (note: TalkNote) => void })[NOTE_TALK];
  const short = (name: string): string => name.slice(0, MOST_CHARACTERS);
  take?.({
    what,
    screen: short(screen),
    question: short(question),
    at,
    ...(began !== undefined && { began }),
  });
}

/** The same of the question that is open. */
export function noteOpen(app: EventApp, talk: Talk | null, what: TalkCount): void {
  const screen = talk?.frames.at(-1)?.screen;
  if (talk === null || screen === undefined) return;
  note(app, { what, screen, question: talk.wait.tag, at: talk.wait.since, began: talk.began });
}

/** Hears what is counted, of a screen where the question is empty. */
export type Count = (what: TalkCount, screen: string, question: string) => void;

/** Counts what became of an open question. */
export function countVerdict(
  { count, input, talk }: { readonly count: Count; readonly input: Input; readonly talk: Pick<Talk, 'wait'> },
  verdict: Verdict,
  screen: string,
  question: string,
): void {
  const what = countOf(verdict, input, talk.wait);
  if (what !== null) count(what, screen, question);
}

/** Null: it is only shown again. */
function countOf(verdict: Verdict, input: Input, wait: Wait): TalkCount | null {
  if (verdict.kind === 'accepted' && input.kind !== 'late')
    return verdict.isGivenUp === true ? 'gave_up' : 'answered';
  if (verdict.kind === 'accepted' || verdict.kind === 'timed_out') return 'timed_out';
  if (verdict.kind === 'interrupted') return 'helped';
  if (verdict.kind === 'home') return 'back';
  if (verdict.kind !== 'again') return verdict.kind;
  if (verdict.isHelp === true) return 'helped';
  return verdict.showing.tries > wait.tries ? 'refused' : null;
}
