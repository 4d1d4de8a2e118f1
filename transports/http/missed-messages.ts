import type { OffsetBook } from './offset-book.ts';
import type { MissedItem, MissedList, StreamingPorts } from './streaming.ts';
import { verdictOf } from './verdict.ts';

interface MissedPorts extends Pick<StreamingPorts, 'http' | 'clock' | 'allowPrivate' | 'signal' | 'logger'> {
  readonly offsets: OffsetBook;
}

/** The rest is left alone, and that is told: a network that was away for weeks is not read from its beginning. */
const MOST_PAGES = 50;
/** Below every id: of a list that was empty, all that comes is new. */
const BEGINNING = '0';

/** Publishes what a list has beyond its offset. The first time there is none: what is there already was said to nobody. */
export async function fetchMissed<C>(list: MissedList<C>, config: C, ports: MissedPorts): Promise<void> {
  const { offsets, logger } = ports;
  let after = await offsets.get(list.name);
  if (after === null) {
    const newest = (await fetchPage(list, config, { after, ports })).at(-1);
    return offsets.set(list.name, newest?.id ?? BEGINNING);
  }
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const items: readonly MissedItem[] = await fetchPage(list, config, { after, ports });
    for (const { id, readings } of items) {
      await offsets.publish(readings, {});
      await offsets.set(list.name, id);
      after = id;
    }
    if (items.length === 0) return;
  }
  logger.warn({ list: list.name }, 'more was missed than is fetched; the rest is left alone');
}

async function fetchPage<C>(
  list: MissedList<C>,
  config: C,
  { after, ports }: { readonly after: string | null; readonly ports: MissedPorts },
): Promise<readonly MissedItem[]> {
  const { http, allowPrivate, signal, clock } = ports;
  const outcome = await http.send({ ...list.request(config, after, clock()), allowPrivate, signal });
  if (outcome.kind !== 'answered') throw new Error(outcome.reason);
  const items = outcome.status === 200 ? list.read(outcome, config) : null;
  if (items !== null) return items;
  const verdict = verdictOf(outcome, clock());
  throw new Error('reason' in verdict ? verdict.reason : `the network answered ${outcome.status}`);
}
