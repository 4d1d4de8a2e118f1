import { foldContact, type Contact } from './contact.ts';
import type { ContactQuery, WordPattern } from './contact-query.ts';

/** Whether a contact is one that the query means. */
export function contactMatches(query: ContactQuery, contact: Contact): boolean {
  return recordMatches(query, foldContact(contact), contact.groups);
}

type Texts = Readonly<Record<string, string>>;

/** The same of any record of lower-case texts. */
export function recordMatches(query: ContactQuery, record: Texts, groups: readonly string[] = []): boolean {
  switch (query.kind) {
    case 'all':
      return true;
    case 'not':
      return !recordMatches(query.query, record, groups);
    case 'and':
      return query.queries.every((part) => recordMatches(part, record, groups));
    case 'or':
      return query.queries.some((part) => recordMatches(part, record, groups));
    case 'group':
      return groups.includes(query.key);
    default:
      return fieldMatches(query, record);
  }
}

function fieldMatches(
  query: ContactQuery & { kind: 'exists' | 'equals' | 'matches' },
  record: Texts,
): boolean {
  const value = query.field !== null && Object.hasOwn(record, query.field) ? record[query.field] : undefined;
  if (query.kind === 'exists') return value !== undefined;
  if (query.kind === 'equals') return value === query.value;
  if (query.field === null) return Object.values(record).some((text) => textMatches(query, text));
  return value !== undefined && textMatches(query, value);
}

type Words = ContactQuery & { kind: 'matches' };

function textMatches({ words, isWhole }: Words, text: string): boolean {
  if (words.length === 0) return false;
  const given = text.split(/\s+/).filter((word) => word !== '');
  if (isWhole && given.length !== words.length) return false;
  for (let start = 0; start + words.length <= given.length; start++) {
    if (words.every((pattern, index) => wordMatches(pattern, given[start + index] ?? ''))) return true;
  }
  return false;
}

/**
 * Without a regular expression, whose cost a pattern's author could choose: what stands between two stars is looked for
 * once, from where the last was found. At most as many steps as word and pattern have characters, multiplied.
 */
function wordMatches(pattern: WordPattern, word: string): boolean {
  const runs = runsOf(pattern);
  const [first = [], ...others] = runs;
  if (!runFits(first, word, 0)) return false;
  if (others.length === 0) return runLength(first) === word.length;
  let at = runLength(first);
  const last = others.pop() ?? [];
  for (const run of others) {
    at = findRun(run, word, at);
    if (at === -1) return false;
    at += runLength(run);
  }
  const end = word.length - runLength(last);
  return end >= at && runFits(last, word, end);
}

/** Texts, and null for one character of any kind. */
type Run = readonly (string | null)[];

/** A pattern cut at its stars. */
function runsOf(pattern: WordPattern): Run[] {
  const runs: (string | null)[][] = [[]];
  for (const part of pattern) {
    if (typeof part === 'string') runs.at(-1)?.push(part);
    else if (part.wildcard === '?') runs.at(-1)?.push(null);
    else runs.push([]);
  }
  return runs;
}

function runLength(run: Run): number {
  return run.reduce((sum, part) => sum + (part?.length ?? 1), 0);
}

function findRun(run: Run, word: string, from: number): number {
  const [only] = run;
  if (run.length === 1 && typeof only === 'string') return word.indexOf(only, from);
  const last = word.length - runLength(run);
  for (let at = from; at <= last; at++) if (runFits(run, word, at)) return at;
  return -1;
}

function runFits(run: Run, word: string, from: number): boolean {
  let at = from;
  for (const part of run) {
    if (part !== null && !word.startsWith(part, at)) return false;
    at += part?.length ?? 1;
  }
  return at <= word.length;
}

/** Steps that `recordMatches` takes at most. */
export function matchCost(query: ContactQuery, record: Texts): number {
  const length = Object.values(record).reduce((sum, text) => sum + text.length, 1);
  return length * queryLength(query);
}

function queryLength(query: ContactQuery): number {
  switch (query.kind) {
    case 'not':
      return queryLength(query.query);
    case 'and':
    case 'or':
      return query.queries.reduce((sum, part) => sum + queryLength(part), 0);
    case 'matches':
      return query.words.reduce((sum, word) => sum + patternLength(word), 1);
    default:
      return 1;
  }
}

function patternLength(pattern: WordPattern): number {
  return pattern.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 1), 0);
}
