/**
 * The part of Lucene's query language that searches of contacts and smart groups understand:
 *
 *     name:jane                    a word of the field, in any case
 *     name:"jane doe"              words in this order
 *     surname:d*e extras-city:c?t  wildcards within a word; with a star alone: the field has a value
 *     msisdn:\+27761234567         an address or key is compared whole, a number in any spelling; a special character
 *                                  needs a backslash or quotes
 *     groups:5f3c…                 members of a group, by its key
 *     jane                         without a field: in any of them
 *     a AND b   a OR b   NOT a   +a -b   ( … )   *:*
 *
 * Clauses without an operator between them are alternatives, as in Lucene. Ranges, fuzzy words and boosts are refused.
 */
import { ADDRESS_FIELDS, normaliseAddress } from './contact.ts';
import { VumiError } from '@vumi/core';
import { tokenize, type QueryToken } from './query-tokens.ts';

/** One word of a value: texts in lower case and wildcards, in their order. */
export type WordPattern = readonly (string | { readonly wildcard: '*' | '?' })[];

/** A question about one record. */
export type ContactQuery =
  | { readonly kind: 'all' }
  | { readonly kind: 'not'; readonly query: ContactQuery }
  | { readonly kind: 'and' | 'or'; readonly queries: readonly ContactQuery[] }
  | { readonly kind: 'group'; readonly key: string }
  | { readonly kind: 'exists'; readonly field: string }
  /** The whole value of a field. */
  | { readonly kind: 'equals'; readonly field: string; readonly value: string }
  /** Words of a value, next to each other. */
  | {
      readonly kind: 'matches';
      /** Null: any field. */
      readonly field: string | null;
      readonly words: readonly WordPattern[];
      /** Whether these are all of its words. */
      readonly isWhole: boolean;
    };

const MAX_LENGTH = 1000;
const MAX_DEPTH = 20;
const MAX_TERMS = 50;
const MAX_WILDCARDS = 4;
const WHOLE_FIELDS: ReadonlySet<string> = new Set(['key', ...ADDRESS_FIELDS]);

/** Throws `request.invalid`, saying what cannot be read. */
export function parseContactQuery(text: string): ContactQuery {
  if (text.length > MAX_LENGTH) throw refuse(`it is longer than ${MAX_LENGTH} characters`);
  const tokens = tokenize(text, refuse);
  if (tokens.filter(({ kind }) => kind === 'term').length > MAX_TERMS) {
    throw refuse(`it has more than ${MAX_TERMS} terms`);
  }
  const parser = new Parser(tokens);
  const query = parser.clauses(0);
  parser.expectEnd();
  return query;
}

function refuse(reason: string): VumiError {
  return new VumiError('request.invalid', `the query cannot be read: ${reason}`, { field: 'query' });
}

interface Clause {
  readonly occurs: 'must' | 'not' | 'may';
  readonly query: ContactQuery;
}

/** By recursive descent: alternatives of conjunctions of clauses. */
class Parser {
  readonly #tokens: readonly QueryToken[];
  #at = 0;

  constructor(tokens: readonly QueryToken[]) {
    this.#tokens = tokens;
  }

  expectEnd(): void {
    if (this.#at < this.#tokens.length) throw refuse('there is a ")" without its "("');
  }

  clauses(depth: number): ContactQuery {
    if (depth > MAX_DEPTH) throw refuse(`it nests deeper than ${MAX_DEPTH}`);
    const clauses: Clause[] = [];
    while (this.#at < this.#tokens.length && !this.#sees('close')) {
      const isFirst = clauses.length === 0;
      if (this.#take('or') && isFirst) throw refuse('OR has nothing before it');
      clauses.push(this.#conjunction(depth));
    }
    if (clauses.length === 0) throw refuse('something is missing: write field:value');
    return combine(clauses);
  }

  #conjunction(depth: number): Clause {
    const first = this.#clause(depth);
    const parts = [first];
    while (this.#take('and')) parts.push(this.#clause(depth));
    if (parts.length === 1) return first;
    const queries = parts.map(({ occurs, query }): ContactQuery =>
      occurs === 'not' ? { kind: 'not', query } : query,
    );
    return { occurs: 'may', query: { kind: 'and', queries } };
  }

  #clause(depth: number): Clause {
    if (this.#take('not')) return { occurs: 'not', query: this.#operand(depth) };
    if (this.#take('must')) return { occurs: 'must', query: this.#operand(depth) };
    return { occurs: 'may', query: this.#operand(depth) };
  }

  #operand(depth: number): ContactQuery {
    if (this.#take('open')) {
      const query = this.clauses(depth + 1);
      if (!this.#take('close')) throw refuse('there is a "(" without its ")"');
      return query;
    }
    const token = this.#tokens[this.#at++];
    if (token?.kind !== 'term') throw refuse('an operator has nothing to work on');
    return readTerm(token);
  }

  #sees(kind: QueryToken['kind']): boolean {
    return this.#tokens[this.#at]?.kind === kind;
  }

  #take(kind: QueryToken['kind']): boolean {
    const seen = this.#sees(kind);
    if (seen) this.#at += 1;
    return seen;
  }
}

/** Lucene's rule: all that must, none that must not, and where nothing must, one of the others. */
function combine(clauses: readonly Clause[]): ContactQuery {
  const of = (wanted: Clause['occurs']) =>
    clauses.filter(({ occurs }) => occurs === wanted).map(({ query }) => query);
  const must = of('must');
  const may = of('may');
  const queries = [...must, ...of('not').map((query): ContactQuery => ({ kind: 'not', query }))];
  if (must.length === 0 && may.length > 0) queries.push(any(may));
  const [only] = queries;
  return queries.length === 1 && only !== undefined ? only : { kind: 'and', queries };
}

function any(queries: readonly ContactQuery[]): ContactQuery {
  const [only] = queries;
  return queries.length === 1 && only !== undefined ? only : { kind: 'or', queries };
}

type Term = QueryToken & { kind: 'term' };

function readTerm({ field, value }: Term): ContactQuery {
  if (value.filter(isWildcard).length > MAX_WILDCARDS)
    throw refuse(`a word may have ${MAX_WILDCARDS} wildcards`);
  if (isStar(value)) return field === null || field === '*' ? { kind: 'all' } : { kind: 'exists', field };
  if (field === 'groups') return { kind: 'group', key: wholeText(value) };
  if (field !== null && WHOLE_FIELDS.has(field)) {
    if (value.some(isWildcard)) return { kind: 'matches', field, words: wordsOf(value), isWhole: true };
    const text = wholeText(value);
    // Numbers are kept in one spelling.
    return {
      kind: 'equals',
      field,
      value: field === 'msisdn' ? normaliseAddress(field, text) : text.toLowerCase(),
    };
  }
  return { kind: 'matches', field, words: wordsOf(value), isWhole: false };
}

function isWildcard(part: Term['value'][number]): boolean {
  return typeof part !== 'string';
}

function isStar(value: Term['value']): boolean {
  const [first] = value;
  return value.length === 1 && typeof first === 'object' && first.wildcard === '*';
}

function wholeText(value: Term['value']): string {
  return value
    .map((part) => {
      if (typeof part !== 'string') throw refuse('a group is named by its whole key');
      return part;
    })
    .join('');
}

/** A value cut at its white space, which a backslash or quotes have kept in it. */
function wordsOf(value: Term['value']): WordPattern[] {
  const words: (string | { readonly wildcard: '*' | '?' })[][] = [[]];
  for (const part of value) {
    if (typeof part !== 'string') words.at(-1)?.push(part);
    else {
      for (const [index, piece] of part.toLowerCase().split(/\s+/).entries()) {
        if (index > 0) words.push([]);
        if (piece !== '') words.at(-1)?.push(piece);
      }
    }
  }
  return words.filter((word) => word.length > 0);
}
