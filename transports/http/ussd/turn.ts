import { deriveId, newId, type SessionEvent } from '@vumi/core';
import type { UssdConfig } from './options.ts';
import type { UssdStep } from './dialect.ts';

/** A session as it is kept between its steps. */
export interface Session {
  readonly from: string;
  readonly to: string;
  readonly provider: string | null;
  readonly keep: Readonly<Record<string, string>>;
  /** How many steps it has had. */
  readonly steps: number;
  /** What the ids of its messages are derived from. */
  readonly ids: string;
  /** Of the last step: its message, and by what it is known when it comes again. */
  readonly messageId: string;
  readonly event: SessionEvent;
  readonly content: string | null;
  readonly input: string | null;
  readonly marker: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface TurnRules extends Pick<UssdConfig, 'initial_content' | 'unknown_session'> {
  readonly transport: string;
  readonly now: number;
  /** Whether a request waits for the reply to a message. */
  isWaiting(messageId: string): boolean;
}

/** How long the opening of a session that has a name may be a repetition. */
const REPEATED_MS = 60_000;

/** What a session is after a step, a repeated one as it was; null: nobody knows the session, and it is none that opens here. */
export function nextTurn(step: UssdStep, known: Session | null, rules: TurnRules): Session | null {
  if (known !== null && isRepeated(step, known, rules)) return known;
  return known === null || step.event === 'new' ? opened(step, known, rules) : goneOn(step, known, rules.now);
}

/** What a step is known by when the network repeats it; null where it says nothing of the kind. */
function markerOf({ sequence, cumulative, input }: UssdStep): string | null {
  if (sequence !== undefined) return sequence;
  return cumulative === undefined ? null : (input ?? '');
}

/** The id of a message that stays the same without anybody's memory: that of the network's session and step, if it has both. */
export function lastingId(step: UssdStep, transport: string): string | null {
  const marker = markerOf(step);
  return step.session === undefined || marker === null
    ? null
    : deriveId(deriveId(transport, step.session), marker);
}

/** Nobody can type twice before he has seen an answer: the same again while the first waits is the first (spec channels §1.4). */
function isRepeated(step: UssdStep, known: Session, rules: TurnRules): boolean {
  if (step.event === 'new' && known.event !== 'new') return false;
  const marker = markerOf(step);
  if (marker !== null) return marker === known.marker;
  if (step.input !== known.input) return false;
  const isFresh = rules.now - known.at <= REPEATED_MS;
  return rules.isWaiting(known.messageId) || (step.event === 'new' && step.session !== undefined && isFresh);
}

function opened(step: UssdStep, known: Session | null, rules: TurnRules): Session | null {
  const { from, to, input, provider = null, keep = {}, isOurs = false } = step;
  if (from === undefined || to === undefined || isStray(step, rules)) return null;
  const marker = markerOf(step);
  const ids = idsOf(step, known, rules);
  return {
    from,
    to,
    provider,
    keep,
    steps: 1,
    ids,
    marker,
    input,
    at: rules.now,
    event: isOurs ? 'resume' : 'new',
    content: firstContent(step, rules),
    messageId: deriveId(ids, marker ?? 1),
  };
}

/** It goes on with a session that is not known, and none begins so. */
function isStray({ event, isOurs = false }: UssdStep, { unknown_session }: TurnRules): boolean {
  return event === 'resume' && unknown_session === 'end' && !isOurs;
}

function firstContent({ input, isOurs = false }: UssdStep, { initial_content }: TurnRules): string | null {
  const contents = { null: null, empty: '', text: input ?? '' };
  return isOurs ? contents.text : contents[initial_content];
}

/** A name that is used a second time makes no ids that were there before. */
function idsOf(step: UssdStep, known: Session | null, { transport }: TurnRules): string {
  const isNamed = step.session !== undefined && markerOf(step) !== null && known === null;
  return isNamed ? deriveId(transport, step.session) : newId();
}

function goneOn(step: UssdStep, known: Session, now: number): Session {
  const { input, cumulative, provider = known.provider, from = known.from } = step;
  const marker = markerOf(step);
  const steps = known.steps + 1;
  const typed = cumulative === undefined ? null : typedSince(known.input ?? '', input ?? '', cumulative);
  // A network that has gone back says again what it has said before.
  const ids = typed?.isBack === true ? newId() : known.ids;
  return {
    from,
    to: known.to,
    provider,
    steps,
    ids,
    marker,
    input,
    at: now,
    keep: {
      ...known.keep,
      ...step.keep,
    },
    event: 'resume',
    content: typed === null ? (input ?? '') : typed.text,
    messageId: deriveId(ids, marker ?? steps),
  };
}

/** What was typed last, of all inputs and of those before. An input may have the separator in itself. */
function typedSince(before: string, all: string, separator: string): { text: string; isBack: boolean } {
  if (before === '') return { text: all, isBack: false };
  if (all.startsWith(before + separator))
    return { text: all.slice(before.length + separator.length), isBack: false };
  return { text: all.slice(all.lastIndexOf(separator) + 1), isBack: true };
}
