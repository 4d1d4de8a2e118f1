import { auditOrigin, type AuditEntry, type NewAuditEntry, type Store } from '@vumi/store';
import { paged } from './memory-page.fixture.ts';

const CREATED = '2026-11-22T08:00:00.000Z';

/** The audit log in memory. The store's own parts write nothing to it here. */
export function memoryAudit(): Store['audit'] {
  const entries: AuditEntry[] = [];
  const add = (entry: NewAuditEntry, outcome: string): string => {
    const id = String(entries.length + 1);
    const origin = auditOrigin();
    const from = { request_id: origin?.requestId ?? null, source: origin?.source ?? null };
    entries.push({ target: null, ...entry, ...from, id, at: CREATED, outcome });
    return id;
  };
  return {
    list: async (account, query) =>
      paged(
        entries
          .filter((entry) => account === null || entry.account === account)
          .filter((entry) => query.action === undefined || entry.action.startsWith(query.action))
          .toReversed(),
        query,
      ),
    begin: async (entry) => add(entry, 'unknown'),
    finish: async (id, code) => {
      const index = Number(id) - 1;
      const entry = entries[index];
      if (entry !== undefined) entries[index] = { ...entry, outcome: code ?? 'done' };
    },
    refused: async (entry) => void add(entry, 'refused'),
    trim: async () => {},
  };
}
