import { recordText, VumiError } from '@vumi/core';
import { z } from 'zod';
import { defineCall } from './resource-call.ts';
import { leave, type TurnScope } from './turn-scope.ts';

const MAX_DATA = 16_384;
/** Two years and a day. */
const MAX_SECONDS = 731 * 24 * 3600;

const name = recordText(128).refine((text) => text !== '', 'a schedule needs a name');
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

/** Things that are to happen once, at a time. A new one takes the place of an open one of its name and user. */
export const SCHEDULE_CALLS = {
  'schedule.once': defineCall(
    z.strictObject({ name, when, data: z.unknown().default(null), user }),
    async (args, turn) => {
      const id = turn.effects.nextId(turn.origin.id);
      const due = dueOf(args.when, turn.now);
      if (JSON.stringify(args.data).length > MAX_DATA) {
        throw new VumiError('app.limit', `limit: the data of a schedule may have ${MAX_DATA} characters`);
      }
      await checkRoom(turn);
      leave(turn, { kind: 'schedule.put', id, name: args.name, user: args.user, due, data: args.data });
      return { id, due };
    },
  ),

  'schedule.cancel': defineCall(z.strictObject({ name, user }), (args, turn) => {
    leave(turn, { kind: 'schedule.cancel', ...args });
  }),
} as const;
