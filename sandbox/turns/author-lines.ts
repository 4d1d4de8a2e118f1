import { RUN_NAMES, type RunKind } from '@vumi/core';
import type { EffectFailure, StoreEffect } from '@vumi/records';
import { PLACE_FIELD } from '@vumi/core/talks';
import type { StackMapper } from '../apps/stack-mapper.ts';
import type { GuestLogLine } from '../effects.ts';
import type { FailureReason } from '../frames.ts';

/** What the platform tells an author of a message of his app. */
export const GOES_ON: GuestLogLine = {
  level: 'warn',
  text: 'the handler has ended, but code that it started goes on: what that does has no effect. Await what a handler starts',
  fields: { reason: 'not_awaited' },
};

export const HIDDEN: GuestLogLine = {
  level: 'error',
  text: 'an answer to a secret question failed before, and its text was not kept: it is not handled again. The question is still open',
  fields: { reason: 'secret' },
};

/** Names of calls that are told of one by one. */
const MOST_NAMES = 5;

export function droppedLine(names: readonly string[]): GuestLogLine {
  const some = [...new Set(names)].slice(0, MOST_NAMES).join(', ');
  return {
    level: 'warn',
    text: `the handler ended before ${names.length} of its calls were answered, and they have no effect: ${some}. Await what a handler starts`,
    fields: { reason: 'not_awaited' },
  };
}

export function notStoredLine({ effect, reason }: EffectFailure): GuestLogLine {
  return { level: 'error', text: `the store did not keep ${describeEffect(effect)}: ${reason}` };
}

/** Without what may be long or secret. */
function describeEffect(effect: StoreEffect): string {
  if (effect.kind === 'metric') return `metric ${effect.metric}`;
  if (effect.kind === 'schedule.put' || effect.kind === 'schedule.cancel')
    return `${effect.kind} ${effect.name}`;
  return effect.kind;
}

export function brakedLine(pauseMs: number): GuestLogLine {
  return {
    level: 'warn',
    text: `a schedule makes the next one without a pause again and again: it now waits ${pauseMs / 1000} s. Leave at least a second between them`,
    fields: { reason: 'pace' },
  };
}

/** Whether a handler was called because somebody has opted out, or in again. */
export function isOptout(kind: RunKind): boolean {
  return kind === 'optout' || kind === 'optin';
}

/** Nobody has to fear that a handler undoes what its user has said. */
function standing(kind: RunKind): string {
  return isOptout(kind) ? '\nThat the person has opted out, or in again, stands all the same.' : '';
}

export function failedLine(kind: RunKind, text: string, reason: FailureReason): GuestLogLine {
  return { level: 'error', text: `${text}${standing(kind)}`, fields: { reason } };
}

export function againLine(
  kind: RunKind,
  text: string,
  attempts: { attempt: number; most: number },
): GuestLogLine {
  const { attempt, most } = attempts;
  return {
    level: 'warn',
    text: `${text}${standing(kind)}\nThis ${RUN_NAMES[kind]} is handled again soon (attempt ${attempt} of ${most})`,
    fields: { attempt },
  };
}

/** What the SDK says of an error, with the places in the author's files. */
export function placedLine(line: GuestLogLine, mapStack: StackMapper): GuestLogLine {
  const { [PLACE_FIELD]: stack, ...fields } = line.fields ?? {};
  if (typeof stack !== 'string') return line;
  const frames = mapStack(stack)
    .split('\n')
    .filter((one) => one.startsWith('    at '));
  const text = [line.text, ...frames].join('\n');
  return Object.keys(fields).length === 0 ? { level: line.level, text } : { level: line.level, text, fields };
}
