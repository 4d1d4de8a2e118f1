import { partOf } from './segments.ts';
import type { ReceivedPart } from './tables.ts';

/** What somebody sent, of one part or several. */
export interface Received {
  /** What came first of it. */
  readonly first: ReceivedPart;
  /** Its parts in their order; those that did not come in time are missing. */
  readonly parts: readonly ReceivedPart[];
  readonly text: string;
  /** Counted from 1; empty when it is whole. */
  readonly missing: readonly number[];
}

/** Messages of which all parts are there, or were waited for long enough, in the order in which they began to come. */
export function joinParts(rows: readonly ReceivedPart[]): Received[] {
  const groups = Map.groupBy(rows, keyOf);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const joined = join(first, group);
    return joined.missing.length === 0 || group.every(({ isOld }) => isOld) ? [joined] : [];
  });
}

function keyOf(row: ReceivedPart): string {
  const about = partOf(row.header);
  if (about === null) return `row ${row.id}`;
  return JSON.stringify([row.phone, row.from, about.reference, about.total]);
}

function join(first: ReceivedPart, group: readonly ReceivedPart[]): Received {
  const total = partOf(first.header)?.total ?? 1;
  const numbers = Array.from({ length: total }, (_, index) => index + 1);
  const found = numbers.map((number) => group.find(({ header }) => (partOf(header)?.part ?? 1) === number));
  return {
    first,
    // The same part that came twice is taken with the others.
    parts: group,
    text: found.map((part) => part?.text ?? '').join(''),
    missing: numbers.filter((_, index) => found[index] === undefined),
  };
}
