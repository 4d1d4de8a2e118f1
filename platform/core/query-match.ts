import { foldContact, type Contact } from './contact.ts';
import type { ContactQuery } from './contact-query.ts';

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
  const pattern = new RegExp(query.pattern);
  if (query.field === null) return Object.values(record).some((text) => pattern.test(text));
  return value !== undefined && pattern.test(value);
}
