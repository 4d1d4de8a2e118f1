import { keptFor } from '@vumi/core';
import { COMPONENT_KINDS, COMPONENT_LEVELS } from '@vumi/store';
import { z } from 'zod';
import { accountScope, platformScope } from '../access.ts';
import { followComponents } from '../components/follow-components.ts';
import {
  accountComponentSchema,
  componentChangeSchema,
  componentDetailSchema,
  componentSchema,
} from '../components/component-resources.ts';
import type { ApiPorts } from '../ports.ts';
import { UNDOCUMENTED } from '../openapi.ts';
import { accountParams, flag, pageOfQuery, pageQuery } from '../query.ts';
import { pageOf } from '../resources.ts';
import { defineRoute, ok, type Answer, type Route } from '../route.ts';

/** However many look, the components are read so often at most. */
const KEPT_MS = 1000;
const HISTORY = 20;
const EVENTS = 'text/event-stream; charset=utf-8';

const listQuery = pageQuery.extend({
  level: z.enum(COMPONENT_LEVELS).optional().describe('Only those of this level'),
  kind: z.enum(COMPONENT_KINDS).optional().describe('Only processes, workers, or parts of transports'),
  follow: flag(false).meta({ [UNDOCUMENTED]: true }),
  search: z.string().min(1).max(200).optional().describe('Part of a name'),
});
const named = z.strictObject({ name: z.string().min(1).max(700) });

type Ports = Pick<ApiPorts, 'components' | 'clock' | 'transportsOf'>;

export function componentRoutes(ports: Ports): Route[] {
  return [...listRoutes(ports), ...namedRoutes(ports), accountComponents(ports)];
}

function listRoutes({ components, clock }: Ports): Route[] {
  const read = keptFor(KEPT_MS, clock, async () => ({
    items: await components.all(),
    summary: await components.summary(),
  }));
  const stream = (signal: AbortSignal): Answer => ({
    status: 200,
    type: EVENTS,
    chunks: followComponents({ read, signal, clock }),
  });
  return [
    defineRoute({
      method: 'GET',
      path: '/components',
      id: 'listComponents',
      summary: 'How everything is that runs, and since when, by name',
      access: platformScope('status:read'),
      query: listQuery,
      answers: { 200: { description: 'Components', schema: pageOf(componentSchema) } },
      handle: async ({ query: { level, kind, search, follow, ...page }, signal }) =>
        follow ? stream(signal) : ok(await components.list({ level, kind, search, ...pageOfQuery(page) })),
    }),
    defineRoute({
      method: 'GET',
      path: '/components/follow',
      id: 'followComponents',
      summary: 'All of them as a server-sent event, then what changes; the answer stays open',
      access: platformScope('status:read'),
      answers: { 200: { description: 'Events "components": {items, gone, summary}', type: EVENTS } },
      handle: async ({ signal }) => stream(signal),
    }),
  ];
}

function namedRoutes({ components }: Ports): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/components/:name',
      id: 'getComponent',
      summary: 'One of them, with what it was before',
      access: platformScope('status:read'),
      params: named,
      answers: { 200: { description: 'The component', schema: componentDetailSchema } },
      handle: async ({ params: { name } }) => {
        const found = await components.get(name);
        const { items: history } = await components.history(name, { limit: HISTORY });
        return ok({ ...found, history });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/components/:name/history',
      id: 'listComponentChanges',
      summary: 'What it was before, newest first; the last 100 changes are kept',
      access: platformScope('status:read'),
      params: named,
      query: pageQuery,
      answers: { 200: { description: 'Changes', schema: pageOf(componentChangeSchema) } },
      handle: async ({ params: { name }, query }) => {
        await components.get(name);
        return ok(await components.history(name, pageOfQuery(query)));
      },
    }),
  ];
}

function accountComponents(ports: Ports): Route {
  return defineRoute({
    method: 'GET',
    path: '/accounts/:account/components',
    id: 'listAccountComponents',
    summary: 'How the parts of the transports are over which the account sends or receives',
    access: accountScope('transports:read'),
    params: accountParams,
    query: pageQuery,
    answers: { 200: { description: 'Components', schema: pageOf(accountComponentSchema) } },
    handle: async ({ params: { account }, query }) => {
      const partsOf = (await ports.transportsOf(account)).map(({ name }) => name);
      const { items, next_cursor } = await ports.components.list({ partsOf, ...pageOfQuery(query) });
      const shown = items.map(({ name, worker, part, level, since }) => ({
        name,
        worker,
        part,
        level,
        since,
      }));
      return ok({ items: shown, next_cursor });
    },
  });
}
