import type { AppRef } from '@vumi/core';
import type { LogRow, Page } from '@vumi/store';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import { followLogs } from '../follow-logs.ts';
import { UNDOCUMENTED } from '../openapi.ts';
import type { ApiPorts } from '../ports.ts';
import { appParams, flag } from '../query.ts';
import { logSchema, pageOf } from '../resources.ts';
import { defineRoute, ok, type Answer, type Route } from '../route.ts';

/** The store keeps so many of an app. */
const KEPT = 1000;

/** The least important first. */
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

const logQuery = z.strictObject({
  level: z.enum(LEVELS).default('debug').describe('Only lines of this level and more important ones'),
  after: z.string().max(500).optional().describe('A next_cursor: only what came later'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(KEPT)
    .default(100)
    .describe('Without `after`: so many, the newest'),
  follow: flag(false).meta({ [UNDOCUMENTED]: true }),
});

const LINES = 'application/x-ndjson; charset=utf-8';

export function appLogRoutes(ports: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps/:app/logs',
      id: 'readLogs',
      summary: 'What the app and the platform logged, oldest first; the newest 1000 are kept',
      access: accountScope('apps:read'),
      cursor: 'after',
      params: appParams,
      query: logQuery,
      answers: { 200: { description: 'Log lines', schema: pageOf(logSchema) } },
      handle: ({ params, query, signal }) => answerLogs(ports, params, query, signal),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps/:app/logs/follow',
      id: 'followLogs',
      summary: 'The same as NDJSON, a line for each; the answer stays open for what comes',
      access: accountScope('apps:read'),
      cursor: 'after',
      params: appParams,
      query: logQuery.omit({ follow: true }),
      answers: { 200: { description: 'Log lines', type: LINES } },
      handle: ({ params, query, signal }) => answerLogs(ports, params, { ...query, follow: true }, signal),
    }),
  ];
}

async function answerLogs(
  { store, clock }: ApiPorts,
  ref: AppRef,
  { level, follow, after, limit }: z.infer<typeof logQuery>,
  signal: AbortSignal,
): Promise<Answer> {
  await store.apps.get(ref);
  const listAfter = async (cursor: string | undefined) => {
    const query = { limit: KEPT, ...(cursor === undefined ? {} : { after: cursor }) };
    return atLeast(level, await store.logs.list(ref, query));
  };
  const first = after === undefined ? newest(await listAfter(undefined), limit) : await listAfter(after);
  if (!follow) return ok(first);
  return { status: 200, type: LINES, chunks: followLogs({ after, first, listAfter, signal, clock }) };
}

/** The page goes on after its last row, shown or not. */
function atLeast(level: Level, page: Page<LogRow>): Page<LogRow> {
  const least = LEVELS.indexOf(level);
  return {
    ...page,
    items: page.items.filter((row) => LEVELS.findIndex((known) => known === row.level) >= least),
  };
}

function newest(page: Page<LogRow>, limit: number): Page<LogRow> {
  return { ...page, items: page.items.slice(-limit) };
}
