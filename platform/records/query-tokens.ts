/** What a query is made of. The value of a term is texts and wildcards in their order. */
export type QueryToken =
  | { readonly kind: 'and' | 'or' | 'not' | 'must' | 'open' | 'close' }
  | {
      readonly kind: 'term';
      readonly field: string | null;
      readonly value: readonly (string | { readonly wildcard: '*' | '?' })[];
    };

type Term = QueryToken & { kind: 'term' };
type Refuse = (reason: string) => Error;

const SYMBOLS: Readonly<Record<string, QueryToken['kind'] & ('open' | 'close' | 'not' | 'must')>> = {
  '(': 'open',
  ')': 'close',
  '!': 'not',
  '-': 'not',
  '+': 'must',
};
const WORDS: Readonly<Record<string, 'and' | 'or' | 'not'>> = {
  AND: 'and',
  '&&': 'and',
  OR: 'or',
  '||': 'or',
  NOT: 'not',
};
const FIELD = /^([\p{L}\p{N}_.-]+|\*):/u;
/** Other languages' and Lucene's own marks that mean something here that is not offered. */
const REFUSED = /^[[\]{}^~/]/;
const BARE = /^(?:\\[\s\S]|[^\s()"\\[\]{}^~:])+/;
const PHRASE = /^"((?:\\[\s\S]|[^"\\])*)"/;

/** Cuts a query into tokens; what cannot be one throws what `refuse` makes of the reason. */
export function tokenize(text: string, refuse: Refuse): QueryToken[] {
  const tokens: QueryToken[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const { token, length } = nextToken(rest, refuse);
    tokens.push(token);
    rest = rest.slice(length).trimStart();
  }
  return tokens;
}

function nextToken(text: string, refuse: Refuse): { token: QueryToken; length: number } {
  const symbol = SYMBOLS[text.charAt(0)];
  if (symbol !== undefined) return { token: { kind: symbol }, length: 1 };
  const operator = /^(AND|OR|NOT)(?=[\s(]|$)|^(&&|\|\|)/.exec(text)?.[0];
  const word = operator === undefined ? undefined : WORDS[operator];
  if (operator !== undefined && word !== undefined) return { token: { kind: word }, length: operator.length };
  const named = FIELD.exec(text);
  const prefix = named?.[0].length ?? 0;
  const { term, length } = readValue(text.slice(prefix), named?.[1] ?? null, refuse);
  return { token: term, length: prefix + length };
}

function readValue(text: string, field: string | null, refuse: Refuse): { term: Term; length: number } {
  const phrase = PHRASE.exec(text);
  if (phrase !== null) {
    const value = [unescape(phrase[1] ?? '')];
    return { term: { kind: 'term', field, value }, length: phrase[0].length };
  }
  if (text.startsWith('"')) throw refuse('a quotation has no end');
  if (REFUSED.test(text))
    throw refuse(`"${text.charAt(0)}" is not offered: put it into quotes to search for it`);
  const bare = BARE.exec(text)?.[0];
  if (bare === undefined) {
    throw refuse(field === null ? `"${text.charAt(0)}" cannot stand here` : `"${field}:" has no value`);
  }
  const after = text.charAt(bare.length);
  if (after === ':' || REFUSED.test(after)) {
    throw refuse(`"${after}" after "${bare}" is not offered: put a backslash before it, or use quotes`);
  }
  return { term: { kind: 'term', field, value: readWord(bare) }, length: bare.length };
}

function unescape(text: string): string {
  return text.replaceAll(/\\([\s\S])/g, '$1');
}

/** A word's letters and its wildcards; what follows a backslash is a letter. */
function readWord(word: string): Term['value'] {
  const parts: (string | { wildcard: '*' | '?' })[] = [];
  for (const [piece] of word.matchAll(/\\[\s\S]|[*?]|[^\\*?]+/g)) {
    if (piece === '*' || piece === '?') parts.push({ wildcard: piece });
    else parts.push(unescape(piece));
  }
  return parts;
}
