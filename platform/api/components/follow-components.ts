import { sleep, type Clock } from '@vumi/core';

const POLL_MS = 1000;
/** A comment now and then tells a client from one that has gone without a word. */
const KEEP_ALIVE_MS = 15_000;

interface Snapshot<T> {
  readonly items: readonly T[];
  readonly summary: object;
}

interface FollowOptions<T> {
  /** Shared by all who follow. */
  readonly read: () => Promise<Snapshot<T>>;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** All components as a server-sent event, and then what is new of them and which are gone, until the signal aborts. */
export async function* followComponents<T extends { readonly name: string }>({
  read,
  signal,
  clock,
}: FollowOptions<T>): AsyncGenerator<string> {
  let told = new Map<string, string>();
  let toldSummary = '';
  let written = 0;
  while (!signal.aborted) {
    const { items, summary } = await read();
    const texts = new Map(items.map((item) => [item.name, JSON.stringify(item)]));
    const changed = [...texts].filter(([name, text]) => told.get(name) !== text).map(([, text]) => text);
    const gone = [...told.keys()].filter((name) => !texts.has(name));
    const summaryText = JSON.stringify(summary);
    if (changed.length > 0 || gone.length > 0 || summaryText !== toldSummary) {
      const data = `{"items":[${changed.join(',')}],"gone":${JSON.stringify(gone)},"summary":${summaryText}}`;
      yield `event: components\ndata: ${data}\n\n`;
      written = clock();
    } else if (clock() - written >= KEEP_ALIVE_MS) {
      yield ': still here\n\n';
      written = clock();
    }
    told = texts;
    toldSummary = summaryText;
    await sleep(POLL_MS, signal).catch(() => {});
  }
}
