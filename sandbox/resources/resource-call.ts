import { hasMoreParts, VumiError } from '@vumi/core';
import type { z } from 'zod';
import type { TurnScope } from './turn-scope.ts';

/** More than the largest contact has. Each value of arguments is checked, and each that is wrong costs an issue. */
const MOST_PARTS = 4000;

/** Answers one kind of call of a handler with something that JSON can say. Rejects with a text for the author. */
export type ResourceCall = (args: unknown, turn: TurnScope) => Promise<unknown>;

/** A resource call whose arguments are checked: they come from a tenant. */
export function defineCall<S extends z.ZodType>(
  args: S,
  run: (args: z.infer<S>, turn: TurnScope) => unknown,
): ResourceCall {
  return async (given, turn) => {
    turn.effects.mustRun();
    if (hasMoreParts(given, MOST_PARTS))
      throw new VumiError('request.invalid', `arguments: at most ${MOST_PARTS} values in all`);
    const parsed = args.safeParse(given);
    if (parsed.success) return (await run(parsed.data, turn)) ?? null;
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    throw new VumiError('request.invalid', `${field === '' ? 'arguments' : field}: ${issue?.message}`, {
      field,
    });
  };
}
