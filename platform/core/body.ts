/** Not enumerable: a spread of the message, which may change it, leaves it behind, and JSON does not see it. */
const BODY = Symbol('body');

/** Levels of a message that are frozen: a tag lies on the fourth, and what is much deeper nobody changes by mistake. */
const FROZEN_LEVELS = 4;

interface Carrier {
  [BODY]?: string | undefined;
}

/**
 * The message's JSON, as it goes into queues, outboxes and rows: made once, however often it is asked for. From then on
 * the message is frozen, because a change would be lost; who wants another message makes a copy.
 */
export function bodyOf(message: object): string {
  const known = (message as Carrier)[BODY];
  if (known !== undefined) return known;
  const body = JSON.stringify(message);
  withBody(message, body);
  return body;
}

/** The same message, frozen, which remembers the JSON that it was read from. */
export function withBody<M extends object>(message: M, body: string): M {
  if (Object.isExtensible(message)) Object.defineProperty(message, BODY, { value: body });
  freeze(message, FROZEN_LEVELS);
  return message;
}

/** A copy for one more receiver; it keeps the JSON where there is one. */
export function copyOf<M extends object>(message: M): M {
  const copy = { ...message };
  const body = (message as Carrier)[BODY];
  return body === undefined ? copy : withBody(copy, body);
}

function freeze(value: object, levels: number): void {
  Object.freeze(value);
  if (levels === 1) return;
  for (const member of Object.values(value) as unknown[]) {
    if (typeof member === 'object' && member !== null && !Object.isFrozen(member)) freeze(member, levels - 1);
  }
}
