import { path, type Client } from '../client.ts';
import { outcomeOf, type Outcome, type RowTarget } from './import-rows.ts';
import type { Row } from './rows.ts';

export interface KvEntry {
  readonly key: string;
  readonly value: unknown;
  /** Seconds. */
  readonly ttl?: number;
}

/** Of one request, of which the platform takes a megabyte. */
const BATCH = 100;
const BATCH_CHARACTERS = 500_000;

export interface KvTargetOptions {
  readonly client: Client;
  readonly account: string;
  readonly app: string;
  /** The address of a user, for what an app of the SDK keeps of that user. */
  readonly user?: string | undefined;
  /** What keys in the file begin with and are not called here. */
  readonly strip?: string | undefined;
  /** The app is not there yet: everything is new. */
  readonly isNew?: boolean;
}

function read({ fields }: Row, strip: string): KvEntry {
  const { key, value, ttl = fields['seconds'] } = fields;
  if (typeof key !== 'string' || key === '') throw new Error('it has no key');
  if (value === undefined) throw new Error('it has no value');
  const name = key.startsWith(strip) ? key.slice(strip.length) : key;
  const entry = { key: name, value: typeof value === 'string' ? parsed(value) : value };
  return ttl === undefined || ttl === null || ttl === '' ? entry : { ...entry, ttl: Number(ttl) };
}

/** Vumi Go kept JSON: a value that reads as such is meant as such. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

interface Written {
  readonly made: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** In no order: which of them is which nobody asks. */
function outcomesOf({ made, changed, unchanged }: Written): Outcome[] {
  return [
    ...Array.from({ length: made }, () => 'made' as const),
    ...Array.from({ length: changed }, () => 'changed' as const),
    ...Array.from({ length: unchanged }, () => 'same' as const),
  ];
}

/** Sets what an app keeps. What has its value already is left alone. */
export function kvTarget(options: KvTargetOptions): RowTarget {
  const { client, account, app, user, strip = '', isNew = false } = options;
  const state = path`/accounts/${account}/apps/${app}/state`;
  const set = async (items: readonly KvEntry[], dry: boolean): Promise<readonly (Outcome | Error)[]> => {
    if (isNew && dry) return items.map(() => 'made');
    let written: Written = { made: 0, changed: 0, unchanged: 0 };
    const outcome = await outcomeOf(async () => {
      written = await client.call<Written>('POST', state, { query: { user }, body: { items, dry_run: dry } });
      return 'changed';
    });
    if (outcome === 'changed') return outcomesOf(written);
    if (items.length === 1) return [outcome];
    // One of them is refused: which one shows when each goes alone.
    const alone: (Outcome | Error)[] = [];
    for (const item of items) alone.push(...(await set([item], dry)));
    return alone;
  };
  return {
    batch: BATCH,
    async put(rows, dry) {
      const entries = rows.map((row) => readOrError(row, strip));
      const outcomes = new Map<number, Outcome | Error>();
      for (const batch of batchesOf(entries)) {
        const items = batch.map(({ entry }) => entry);
        for (const [index, outcome] of (await set(items, dry)).entries())
          outcomes.set(batch[index]?.index ?? 0, outcome);
      }
      return entries.map((one, index) => (one instanceof Error ? one : (outcomes.get(index) ?? 'same')));
    },
  };
}

function readOrError(row: Row, strip: string): KvEntry | Error {
  try {
    return read(row, strip);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

interface Placed {
  readonly entry: KvEntry;
  readonly index: number;
}

/** As many as one request takes. */
function batchesOf(entries: readonly (KvEntry | Error)[]): Placed[][] {
  const batches: Placed[][] = [];
  let characters = Infinity;
  for (const [index, entry] of entries.entries()) {
    if (entry instanceof Error) continue;
    const size = JSON.stringify(entry).length;
    if (characters + size > BATCH_CHARACTERS) {
      batches.push([]);
      characters = 0;
    }
    characters += size;
    batches.at(-1)?.push({ entry, index });
  }
  return batches;
}
