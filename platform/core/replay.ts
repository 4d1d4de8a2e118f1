/** A member of a message or event that somebody has replayed: which replay it is. */
const MEMBER = 'replay_id';

export function withReplay<M extends object>(message: M, id: string): M {
  return { ...message, [MEMBER]: id };
}

/** Null for what was not replayed. */
export function replayOf(message: object): string | null {
  const id = (message as Readonly<Record<string, unknown>>)[MEMBER];
  return typeof id === 'string' && id !== '' ? id : null;
}
