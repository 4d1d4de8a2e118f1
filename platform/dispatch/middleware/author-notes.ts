import { appOf, VumiError, type AppRef, type Middleware, type UserMessage } from '@vumi/core';

/** What an author mends: by routes, or in his app. */
const WAYLESS: ReadonlySet<string> = new Set([
  'route.none',
  'route.ambiguous',
  'number.not_assigned',
  'message.invalid_receiver',
  'message.empty',
  'credit.insufficient',
]);

/** Tells authors of messages of their apps that could not be sent for something that they can mend. */
export function createAuthorNotes(
  tell: (message: UserMessage, ref: AppRef, reason: string) => void,
): Middleware {
  return async (transit, next) => {
    if (transit.flow !== 'outbound' || transit.stage !== 'consume') return next(transit);
    try {
      await next(transit);
    } catch (error) {
      const ref = appOf(transit.message);
      if (ref !== null && error instanceof VumiError && WAYLESS.has(error.code)) {
        tell(transit.message, ref, error.message);
      }
      throw error;
    }
  };
}
