import type { Entries } from '../guest/host.ts';
import type { Limits } from '../limits.ts';
import type { EntryReferences } from './isolate.ts';
import type { AppCode } from './app-code.ts';

/** The one limit that an entry is bound by. */
type EntryLimits = Pick<Limits, 'entry_cpu_ms'>;

/**
 * V8's timeout is wall time, which innocent code may use up on a busy machine: the watchdog measures CPU. This is for
 * the case that the watchdog sleeps, and for threads that V8 has parked.
 */
export const BACKSTOP_MS = 60_000;

/** One entry into the guest, to be made when its tenant's turn has come. */
export interface Entry {
  /** The turn that gets the CPU of it on its bill; null for those that belong to none. */
  readonly turn: string | null;
  /** CPU that it may use. */
  readonly limitMs: number;
  readonly name: Exclude<keyof Entries, 'take'>;
  readonly args: (string | number)[];
  /** Of a `load`: V8's code cache of the worker, null where there is none. */
  readonly cache?: AppCode['cache'];
}

export function loadEntry(limits: EntryLimits, { code, cache }: AppCode, settings: string): Entry {
  return { turn: null, limitMs: limits.entry_cpu_ms, name: 'load', args: [code, settings], cache };
}

export function turnEntry(
  limits: EntryLimits,
  name: 'dispatch' | 'settle',
  [turn, text]: [string, string],
): Entry {
  return { turn, limitMs: limits.entry_cpu_ms, name, args: [Number(turn), text] };
}

/** Makes the guest forget a turn. */
export function dropEntry(limits: EntryLimits, turn: string): Entry {
  return { turn: null, limitMs: limits.entry_cpu_ms, name: 'drop', args: [Number(turn)] };
}

/** Enters the guest on a thread of isolated-vm. */
export async function enterThreaded(entries: EntryReferences, entry: Entry): Promise<void> {
  await entries[entry.name].apply(undefined, entry.args as never, { timeout: BACKSTOP_MS });
}

/**
 * Enters the guest on this thread: nothing else of this process happens meanwhile. The guest holds its posts back, which
 * would each wake the event loop, and hands them over when all that the entry has started has run.
 */
export function enterInline(entries: EntryReferences, { name, args }: Entry, timeoutMs: number): unknown {
  const options = { timeout: timeoutMs };
  entries[name].applySync(undefined, [args[0], args[1], true] as never, options);
  return entries.take.applySync(undefined, [], options);
}
