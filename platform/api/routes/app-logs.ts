import type { LogRow, Page } from '@vumi/store';
import { z } from 'zod';
import { accountScope } from '../access.ts';
import { followLogs } from '../follow-logs.ts';
import type { ApiPorts } from '../ports.ts';
import { appParams, flag } from '../query.ts';
import { logSchema, pageOf } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

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
  follow: flag(false).describe('true: NDJSON, and the answer stays open for what comes'),
});

export function appLogRoutes({ store, clock }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps/:app/logs',
      id: 'readLogs',
      summary: 'What the app and the platform logged, oldest first; the newest 1000 are kept',
      access: accountScope('account:read'),
      params: appParams,
      query: logQuery,
      answers: {
        200: { description: 'Log lines', schema: pageOf(logSchema), types: ['application/x-ndjson'] },
      },
      handle: async ({ params, query: { level, follow, after, limit }, signal }) => {
        await store.apps.get(params);
        const listAfter = async (cursor: string | undefined) => {
          const query = { limit: KEPT, ...(cursor === undefined ? {} : { after: cursor }) };
          return atLeast(level, await store.logs.list(params, query));
        };
        const first =
          after === undefined ? newest(await listAfter(undefined), limit) : await listAfter(after);
        if (!follow) return ok(first);
        return {
          status: 200,
          type: 'application/x-ndjson; charset=utf-8',
          chunks: followLogs({ first, listAfter, signal, clock }),
        };
      },
    }),
  ];
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
