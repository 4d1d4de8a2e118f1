import { z } from 'zod';
import { accountScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, appParams, pageOfQuery, pageQuery, present } from '../query.ts';
import { pageOf } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';
import {
  accountUsageSchema,
  appFunnelSchema,
  appUsageSchema,
  replaySchema,
  runDetailSchema,
  runSchema,
} from '../run-resources.ts';

const messageId = z.string().min(1).max(1000);
const runQuery = pageQuery.extend({
  outcome: z.string().max(40).optional().describe('ok, failed (all but ok), or one reason'),
});
const usageQuery = z.strictObject({
  from: z.string().optional().describe('Not before, ISO 8601; default: 31 days before `to`'),
  to: z.string().optional().describe('Before, ISO 8601; default: now'),
});
const replayBody = jsonBody(
  z.strictObject({
    message_id: messageId,
    version: z.int().positive().optional().describe('Default: the version that ran then'),
  }),
);

/** How messages fared in apps, what that cost, and running one again. */
export function appRunRoutes(ports: ApiPorts): Route[] {
  return [...runRoutes(ports), replayRoute(ports), ...usageRoutes(ports)];
}

function runRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps/:app/runs',
      id: 'listRuns',
      summary:
        'How messages fared in the app, newest first; the newest 1000 that worked and that failed are kept',
      access: accountScope('apps:read'),
      params: appParams,
      query: runQuery,
      answers: { 200: { description: 'Runs', schema: pageOf(runSchema) } },
      handle: async ({ params, query: { outcome, ...page } }) =>
        ok(await store.runs.list(params, { ...pageOfQuery(page), ...present({ outcome }) })),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps/:app/runs/:message_id',
      id: 'getRun',
      summary: 'One run with its record: a test case to take along',
      access: accountScope('apps:read'),
      params: appParams.extend({ message_id: messageId }),
      answers: { 200: { description: 'The run', schema: runDetailSchema } },
      handle: async ({ params: { message_id, ...ref } }) => ok(await store.runs.get(ref, message_id)),
    }),
  ];
}

function replayRoute(ports: ApiPorts): Route {
  return defineRoute({
    method: 'POST',
    path: '/accounts/:account/apps/:app/replay',
    id: 'replayRun',
    audited: { unrecorded: 'nothing takes effect' },
    summary: 'Run a recorded message again, answered from its record; nothing takes effect',
    access: accountScope('apps:deploy'),
    params: appParams,
    body: replayBody,
    answers: { 200: { description: 'What it did then and now', schema: replaySchema } },
    handle: async ({ params, body }) => ok(await ports.replay(params, body.message_id, body.version ?? null)),
  });
}

function usageRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps/:app/usage',
      id: 'getAppUsage',
      summary: 'What the app used, by the hour',
      access: accountScope('apps:read'),
      params: appParams,
      query: usageQuery,
      answers: { 200: { description: 'Totals', schema: appUsageSchema } },
      handle: async ({ params, query }) => ok(await store.usage.ofApp(params, present(query))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/apps/:app/funnel',
      id: 'getAppFunnel',
      summary: 'What became of the questions of its conversations, by version; kept for 90 days',
      access: accountScope('apps:read'),
      params: appParams,
      query: usageQuery,
      answers: { 200: { description: 'Counts', schema: appFunnelSchema } },
      handle: async ({ params, query }) => ok(await store.funnel.ofApp(params, present(query))),
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/usage',
      id: 'getAccountUsage',
      summary: 'What the apps of the account used, by app',
      access: accountScope('apps:read'),
      params: accountParams,
      query: usageQuery,
      answers: { 200: { description: 'Totals', schema: accountUsageSchema } },
      handle: async ({ params, query }) => ok(await store.usage.ofAccount(params.account, present(query))),
    }),
  ];
}
