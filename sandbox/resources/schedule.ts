import {
  nextGeneration,
  nextOccurrence,
  OPTOUT_SCHEDULES,
  recurrenceSchema,
  VumiError,
  type Chain,
  type Recurrence,
} from '@vumi/core';
import { recordText } from '@vumi/records';
import { z } from 'zod';
import { defineCall } from './resource-call.ts';
import { leave, type TurnScope } from './turn-scope.ts';

const MAX_DATA = 16_384;
/** Two years and a day. */
const MAX_SECONDS = 731 * 24 * 3600;

/** Who leaves less time between two of his schedules goes on without a pause. */
const PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

const name = recordText(128)
  .refine((text) => text !== '', 'a schedule needs a name')
  .refine(
    (text) => !text.startsWith(OPTOUT_SCHEDULES),
    `names that begin with "${OPTOUT_SCHEDULES}" are the platform's own: give the schedule another`,
  );
/** The address of the user whom it is for. */
const user = recordText(256)
  .refine((text) => text !== '', 'the address of a user is missing')
  .nullable()
  .default(null);

const when = z.union(
  [
    z.strictObject({ in: z.number().min(0).max(MAX_SECONDS) }),
    z.strictObject({ at: z.number().nonnegative() }),
  ],
  `say when: "in" so many seconds (up to ${MAX_SECONDS}), or "at" milliseconds since the epoch`,
);

function dueOf(given: z.infer<typeof when>, now: number): number {
  const due = Math.round('at' in given ? given.at : now + given.in * 1000);
  if (due <= now + MAX_SECONDS * 1000) return due;
  throw new VumiError('request.invalid', `a schedule may be ${MAX_SECONDS} seconds away at most`);
}

async function checkRoom({ records, origin, effects, app }: TurnScope): Promise<void> {
  effects.schedules ??= records.countSchedules(origin.ref);
  const stored = await effects.schedules;
  const own = effects.store.filter(({ kind }) => kind === 'schedule.put').length;
  const max = app.limits.schedules;
  if (stored + own < max) return;
  throw new VumiError(
    'app.limit',
    `limit: an app may have ${max} open schedules: cancel some, or wait until some have been fired`,
  );
}

/** A schedule made by a schedule or an event goes on with its chain, by a generation when there is no pause between. */
function chainOf({ origin, now }: TurnScope, due: number): Chain | null {
  const { chain } = origin;
  if (chain === undefined) return null;
  return due - now < PAUSE_MS ? nextGeneration(chain) : chain;
}

/** Half of the generations that are allowed have no pause between them; from then on each pause is twice the one before. */
function pauseAfter({ generation }: Chain, { generations }: { readonly generations: number }): number {
  const free = generations / 2;
  return generation <= free ? 0 : Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** (generation - free));
}

const scheduled = z.strictObject({ name, data: z.unknown().default(null), user });

interface Asked extends z.infer<typeof scheduled> {
  readonly due: number;
  readonly repeat?: Recurrence;
}

async function put(turn: TurnScope, asked: Asked): Promise<{ id: string; due: number }> {
  const id = turn.effects.nextId(turn.origin.id);
  if (JSON.stringify(asked.data).length > MAX_DATA) {
    throw new VumiError('app.limit', `limit: the data of a schedule may have ${MAX_DATA} characters`);
  }
  await checkRoom(turn);
  const chain = chainOf(turn, asked.due);
  const pause = chain === null ? 0 : pauseAfter(chain, turn.app.limits);
  const due = Math.max(asked.due, turn.now + pause);
  if (due > asked.due) turn.effects.brakedMs = Math.max(turn.effects.brakedMs, due - asked.due);
  const effect = { kind: 'schedule.put', id, ...asked, due } as const;
  leave(turn, chain === null ? effect : { ...effect, chain });
  return { id, due };
}

/** Things that are to happen once or again and again, at a time. A new one takes the place of an open one of its name and user. */
export const SCHEDULE_CALLS = {
  'schedule.once': defineCall(scheduled.extend({ when }), ({ when: given, ...args }, turn) =>
    put(turn, { ...args, due: dueOf(given, turn.now) }),
  ),

  'schedule.repeat': defineCall(scheduled.extend({ repeat: recurrenceSchema }), (args, turn) =>
    put(turn, { ...args, due: nextOccurrence(args.repeat, turn.now) }),
  ),

  'schedule.cancel': defineCall(z.strictObject({ name, user }), (args, turn) => {
    leave(turn, { kind: 'schedule.cancel', ...args });
  }),
} as const;
