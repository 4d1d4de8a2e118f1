/** What a stream works with, however it comes. */
export interface StreamPorts {
  readonly take: (text: string) => Promise<void> | void;
  readonly greetings: readonly string[];
  readonly beatMs: number | undefined;
  /** Hangs up. */
  readonly signal: AbortSignal;
  /** The connection stands, and whoever is there may see the request from now on. */
  readonly onConnected: () => void;
  readonly onOpen: () => void;
}

interface Beaten {
  /** What has come is not read yet: nobody can say that nothing came. */
  readonly isBusy: () => boolean;
  /** For a sign of life. */
  readonly ask: () => void;
  /** Nobody is there. */
  readonly onSilent: (reason: string) => void;
}

interface Beats extends Disposable {
  noteLife(): void;
}

/** Signs of life that may be missing in a row: one may be there and not read yet. */
const MOST_MISSED = 3;

/**
 * Notices that nobody is there any more. It counts beats and measures no time: between two of them this process has read
 * what had come, however slow the machine is. Null: there are none.
 */
export function startBeats(everyMs: number | null, { isBusy, ask, onSilent }: Beaten): Beats {
  let missed = 0;
  const beat = (): void => {
    if (isBusy()) return;
    missed += 1;
    if (missed > MOST_MISSED) onSilent('the other side gives no sign of life');
    else ask();
  };
  const timer = everyMs === null ? undefined : setInterval(beat, everyMs).unref();
  return {
    noteLife: () => void (missed = 0),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
