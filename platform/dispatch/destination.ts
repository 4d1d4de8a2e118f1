import type { End } from '@vumi/core';

/** Copies of a message keep it, JSON does not. */
const DESTINATION = Symbol('destination');

/** Says where a message that was consumed goes: the router is not asked. For middleware that remembers. */
export function withDestination<M extends object>(message: M, end: End): M {
  return { ...message, [DESTINATION]: end };
}

export function destinationOf(message: object): End | null {
  return (message as { readonly [DESTINATION]?: End })[DESTINATION] ?? null;
}

export function withoutDestination<M extends object>(message: M): M {
  if (!(DESTINATION in message)) return message;
  const { [DESTINATION]: _gone, ...rest } = message;
  return rest as M;
}
