import type { ContactQuery, WordPattern } from '@vumi/records';

/** Takes a value into the statement's parameters and answers its place: `$3`. */
export type Given = (value: unknown) => string;

/** A query as a condition on `contacts`. Whatever somebody wrote is a parameter; the text is ours. */
export function contactCondition(query: ContactQuery, given: Given): string {
  switch (query.kind) {
    case 'all':
      return 'true';
    case 'not':
      // A field that is not there matches nothing, so its negation has to match.
      return `(${contactCondition(query.query, given)}) is not true`;
    case 'and':
    case 'or':
      return query.queries.map((part) => `(${contactCondition(part, given)})`).join(` ${query.kind} `);
    case 'group':
      return `groups @> array[${given(query.key)}]::text[]`;
    case 'exists':
      return `folded ? ${given(query.field)}`;
    case 'equals':
      return `folded @> ${given(JSON.stringify({ [query.field]: query.value }))}::jsonb`;
    default:
      return wordsCondition(query, given);
  }
}

function wordsCondition({ field, words, isWhole }: ContactQuery & { kind: 'matches' }, given: Given): string {
  if (words.length === 0) return 'false';
  const pattern = words.map(expressionOf).join('\\s+');
  const place = given(isWhole ? `^\\s*${pattern}\\s*$` : `(^|\\s)${pattern}(\\s|$)`);
  return field === null
    ? `exists (select from jsonb_each_text(folded) as entry where entry.value ~ ${place})`
    : `folded ->> ${given(field)}::text ~ ${place}`;
}

/** Without back references Postgres' expressions take time in proportion to the text. */
function expressionOf(word: WordPattern): string {
  return word
    .map((part) => {
      if (typeof part === 'string') return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
      return part.wildcard === '*' ? '\\S*' : '\\S';
    })
    .join('');
}
