import { z } from 'zod';

/**
 * Things that an app does because of what it did itself, with nobody writing in between: a message that was sent because
 * of an event, the event about that message, a schedule that it made. A chain without end is a loop, which pays for each
 * turn until somebody notices.
 */
export interface Chain {
  /** The id of what began it. */
  readonly root: string;
  /** How many times the app has answered itself, each minute of rest forgotten. */
  readonly generation: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const chainSchema = z.object({ root: z.string(), generation: z.number().nonnegative(), at: z.number() });
/** A generation is forgotten in this time: a reminder each day, or another try now and then, is no loop. */
const FORGOTTEN_MS = 60_000;

/** Reads a chain off the wire; null for none. */
export function readChain(value: unknown): Chain | null {
  return chainSchema.safeParse(value).data ?? null;
}

/** The chain as it stands now, as far as it is not forgotten; a new one when it is. */
export function chainAt(chain: Chain | null, id: string, now: number): Chain {
  const rested = chain === null ? 0 : Math.max(0, now - chain.at) / FORGOTTEN_MS;
  const generation = Math.max(0, (chain?.generation ?? 0) - rested);
  return { root: chain === null || generation === 0 ? id : chain.root, generation, at: now };
}

/** One generation more. */
export function nextGeneration(chain: Chain): Chain {
  return { ...chain, generation: chain.generation + 1 };
}
