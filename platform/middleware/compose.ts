import type { Middleware, Next, Transit } from '@vumi/core';

/** Sends a transit through middleware, the first of them first, and what is left of it to the end. */
export type Passing = (transit: Transit, end: Next) => Promise<void>;

export function compose(middlewares: readonly Middleware[]): Passing {
  const step = (place: number, transit: Transit, end: Next): Promise<void> => {
    const middleware = middlewares[place];
    // What throws at once rejects: whoever is before it need not tell the two apart.
    try {
      return middleware === undefined
        ? end(transit)
        : middleware(transit, (following) => step(place + 1, following, end));
    } catch (error) {
      return Promise.reject(error);
    }
  };
  return (transit, end) => step(0, transit, end);
}
