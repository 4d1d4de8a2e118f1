import { FAILURE_STATES, type FailureFilter } from '@vumi/store';
import { z } from 'zod';
import { type Access, accountScope, actorOf, platformScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import { failureDetailSchema, failureSchema, settledSchema } from '../failure-resources.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery, present } from '../query.ts';
import { pageOf } from '../resources.ts';
import { defineRoute, ok, type Route } from '../route.ts';

const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'use ISO 8601, such as 2026-11-22T08:00:00Z')
  .transform((text) => new Date(text).toISOString());
const filters = {
  connector: z.string().min(1).max(200).optional().describe('Only those of this connector'),
  reason: z.string().min(1).max(200).optional().describe('A part of the reason, or the code of an error'),
  from: instant.optional().describe('Failed not before this instant'),
  to: instant.optional().describe('Failed before this instant'),
};
const listQuery = pageQuery.extend({
  ...filters,
  state: z.enum(FAILURE_STATES).default('dead').describe('Default: dead, those that were given up'),
});
const bulkBody = jsonBody(
  z
    .strictObject({
      ...filters,
      all: z.literal(true).optional().describe('Instead of a filter: all of them'),
    })
    .refine((given) => Object.keys(given).length > 0, 'say which: give a filter, or {"all": true}'),
);

/** The same for an account, and for administrators of all of them and of none. */
interface Place {
  readonly prefix: string;
  readonly name: string;
  readonly whose: string;
  readonly read: Access;
  readonly write: Access;
}

const OF_ACCOUNT: Place = {
  prefix: '/accounts/:account',
  name: 'Failure',
  whose: "an account's",
  read: accountScope('failures:read'),
  write: accountScope('failures:write'),
};
const OF_ALL: Place = {
  prefix: '',
  name: 'AnyFailure',
  whose: 'all',
  read: platformScope('failures:read'),
  write: platformScope('failures:write'),
};

export function failureRoutes(ports: ApiPorts): Route[] {
  const kinds = [readRoutes, oneRoutes, bulkRoutes];
  return [OF_ACCOUNT, OF_ALL].flatMap((place) => kinds.flatMap((routesOf) => routesOf(ports, place)));
}

function accountOf(params: object): string | null {
  return 'account' in params ? String(params.account) : null;
}

function paramsOf({ prefix }: Place) {
  return prefix === '' ? z.strictObject({}) : accountParams;
}

function idParamsOf(place: Place) {
  return paramsOf(place).extend({ id: z.string().min(1).max(100) });
}

function readRoutes({ store }: ApiPorts, place: Place): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${place.prefix}/failures`,
      id: `list${place.name}s`,
      summary: `Messages and events of ${place.whose} that could not be handled, newest first; kept for 30 days`,
      access: place.read,
      params: paramsOf(place),
      query: listQuery,
      answers: { 200: { description: 'Failures', schema: pageOf(failureSchema) } },
      handle: async ({ params, query: { cursor, limit, ...given } }) =>
        ok(
          await store.failures.list({
            ...present(given),
            account: accountOf(params),
            ...pageOfQuery({ cursor, limit }),
          }),
        ),
    }),
    defineRoute({
      method: 'GET',
      path: `${place.prefix}/failures/:id`,
      id: `get${place.name}`,
      summary: 'One failure with its message',
      access: place.read,
      params: idParamsOf(place),
      answers: { 200: { description: 'The failure', schema: failureDetailSchema } },
      handle: async ({ params }) => ok(await store.failures.get(accountOf(params), params.id)),
    }),
  ];
}

function oneRoutes({ store }: ApiPorts, place: Place): Route[] {
  const actions = [
    { verb: 'replay', summary: 'Bring it back to where it came from, once; 409 unless it is dead' },
    { verb: 'drop', summary: 'Be done with it: it is not tried again' },
  ] as const;
  return actions.map(({ verb, summary }) =>
    defineRoute({
      method: 'POST',
      path: `${place.prefix}/failures/:id/${verb}`,
      id: `${verb}${place.name}`,
      summary,
      access: place.write,
      params: idParamsOf(place),
      answers: { 202: { description: 'The failure', schema: failureDetailSchema } },
      handle: async ({ params, caller }) => {
        const account = accountOf(params);
        await store.failures[verb](account, params.id, actorOf(caller));
        return { status: 202, json: await store.failures.get(account, params.id) };
      },
    }),
  );
}

function bulkRoutes({ store }: ApiPorts, place: Place): Route[] {
  const actions = [
    { verb: 'replay', all: 'replayAll', summary: 'Bring back all that are dead and match, once each' },
    { verb: 'drop', all: 'dropAll', summary: 'Be done with all that are dead and match' },
  ] as const;
  return actions.map(({ verb, all, summary }) =>
    defineRoute({
      method: 'POST',
      path: `${place.prefix}/failures/${verb}`,
      id: `${verb}${place.name}s`,
      summary,
      access: place.write,
      params: paramsOf(place),
      body: bulkBody,
      answers: { 202: { description: 'How many', schema: settledSchema } },
      handle: async ({ params, body, caller }) => {
        const { all: _, ...given } = body;
        const filter: FailureFilter = { ...present(given), account: accountOf(params) };
        return { status: 202, json: { failures: await store.failures[all](filter, actorOf(caller)) } };
      },
    }),
  );
}
