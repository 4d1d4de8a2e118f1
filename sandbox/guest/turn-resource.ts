import { andThen, TrustedError } from './primordials.ts';
import type { Turn } from './turn.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** Asks the host for a resource (resources/registry.ts). Arguments that are undefined are not sent. */
export function ask<T>(turn: Turn, name: string, args: Arguments): Promise<T> {
  return turn.call({ call: 'resource', name, args }) as Promise<T>;
}

/** One member of the answer. */
export function askFor<T>(
  turn: Turn,
  name: string,
  { args, member }: { args: Arguments; member: string },
): Promise<T> {
  const answer = ask<Readonly<Record<string, T>>>(turn, name, args);
  return andThen(answer, (members) => members[member] as T);
}

/** The same, and null where the host says that there is none. */
export function askForOrNull<T>(
  turn: Turn,
  name: string,
  { args, member, missing }: { args: Arguments; member: string; missing: (text: string) => boolean },
): Promise<T | null> {
  const answer = ask<Readonly<Record<string, T>>>(turn, name, args);
  return andThen(
    answer,
    (members): T | null => members[member] as T,
    (error) => {
      if (error instanceof TrustedError && missing(error.message)) return null;
      throw error;
    },
  );
}
