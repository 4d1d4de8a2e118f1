import { csvLine } from '@vumi/core';
import type { AuditEntry, AuditQuery, Page } from '@vumi/store';
import { z } from 'zod';
import { accountScope, platformScope, type Access } from '../access.ts';
import { EXPORT_TYPES } from '../message-export.ts';
import type { ApiPorts } from '../ports.ts';
import { accountOf, accountParams, pageOfQuery, pageQuery, present } from '../query.ts';
import { auditEntrySchema, pageOf } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

const PAGE = 1000;
const COLUMNS = [
  'id',
  'at',
  'account',
  'actor',
  'action',
  'target',
  'outcome',
  'source',
  'request_id',
  'details',
] as const satisfies readonly (keyof AuditEntry)[];

const instant = z.string().max(40).optional();
const filters = z.strictObject({
  from: instant.describe('Not before this instant, ISO 8601'),
  to: instant.describe('Before this instant, ISO 8601'),
  actor: z.string().min(1).max(200).optional().describe('A part of who it was'),
  action: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('An action such as route.put, or how some begin, such as token or refused.auth'),
  outcome: z.enum(['acts', 'refused']).optional().describe('What was done or tried, or what was refused'),
});
const query = pageQuery.extend(filters.shape);

interface Place {
  readonly prefix: string;
  readonly name: string;
  readonly read: Access;
  readonly params: z.ZodObject;
  readonly summary: string;
}

const PLACES: readonly Place[] = [
  {
    prefix: '/accounts/:account',
    name: 'Account',
    read: accountScope('audit:read'),
    params: accountParams,
    summary: 'Who changed what in the account, and what was refused to its tokens, newest first',
  },
  {
    prefix: '',
    name: '',
    read: platformScope('audit:read'),
    params: z.strictObject({}),
    summary: 'The same of all accounts and of the platform, and what was refused to others',
  },
];

export function auditRoutes(ports: ApiPorts): Route[] {
  return PLACES.flatMap((place) => [
    listRoute(ports, place),
    exportRoute(ports, place, 'csv'),
    exportRoute(ports, place, 'ndjson'),
  ]);
}

function listRoute({ store }: ApiPorts, { prefix, name, read, params, summary }: Place): Route {
  return defineRoute({
    method: 'GET',
    path: `${prefix}/audit`,
    id: `list${name}Audit`,
    summary,
    access: read,
    params,
    query,
    answers: { 200: { description: 'Entries', schema: pageOf(auditEntrySchema) } },
    handle: async ({ params: where, query: { cursor, limit, ...given } }) =>
      ok(await store.audit.list(accountOf(where), { ...present(given), ...pageOfQuery({ cursor, limit }) })),
  });
}

function exportRoute(
  { store }: ApiPorts,
  { prefix, name, read, params }: Place,
  format: keyof typeof EXPORT_TYPES,
): Route {
  const type = EXPORT_TYPES[format];
  return defineRoute({
    method: 'GET',
    path: `${prefix}/exports/audit.${format}`,
    id: `export${name}Audit${format === 'csv' ? 'Csv' : 'Ndjson'}`,
    summary: `The audit log as ${format.toUpperCase()}, newest first`,
    access: read,
    params,
    query: filters,
    answers: { 200: { description: 'Entries', type } },
    handle: async ({ params: where, query: given }) => {
      const list = (page: AuditQuery): Promise<Page<AuditEntry>> =>
        store.audit.list(accountOf(where), { ...present(given), ...page });
      // What cannot be asked for is told before the answer begins.
      const first = await list({ limit: PAGE });
      return { status: 200, type, chunks: chunksOf(first, list, format) };
    },
  });
}

async function* chunksOf(
  first: Page<AuditEntry>,
  list: (page: AuditQuery) => Promise<Page<AuditEntry>>,
  format: keyof typeof EXPORT_TYPES,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(COLUMNS);
  for (let page = first; ;) {
    const { items, next_cursor: cursor } = page;
    yield items.map((entry) => lineOf(entry, format)).join('');
    if (cursor === null) return;
    page = await list({ limit: PAGE, cursor });
  }
}

function lineOf(entry: AuditEntry, format: keyof typeof EXPORT_TYPES): string {
  return format === 'csv' ? csvLine(COLUMNS.map((column) => entry[column])) : `${JSON.stringify(entry)}\n`;
}
