import { findKind, nameSchema, parseInput, suggestion, VumiError } from '@vumi/core';
import type { TransportRow } from '@vumi/store';
import { z } from 'zod';
import { accountScope, platformScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { maskSecrets } from '../mask-secrets.ts';
import { accountParams, flag } from '../query.ts';
import {
  accountTransportSchema,
  dialledScreenSchema,
  pageOf,
  transportSchema,
  transportTypeSchema,
  transportUrlSchema,
} from '../resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';

const transportParams = z.strictObject({ name: nameSchema });
const transportBody = jsonBody(
  z.strictObject({
    type: z.string().describe("smpp, http_api, …; a class name of Vumi's will do"),
    config: z.record(z.string(), z.unknown()).describe("The options of the type, by Vumi's names"),
  }),
);

const address = z.string().trim().min(1).max(160);
const dialBody = jsonBody(
  z.strictObject({
    session: z.string().min(1).max(100).describe('A name of your choice; the same for all steps'),
    from_addr: address.describe('The number of the phone'),
    to_addr: address.describe('The code that was dialled, such as *384#'),
    event: z.enum(['new', 'resume', 'close']),
    input: z.string().max(1000).default('').describe('What is typed; nothing in the opening'),
    before: z.array(z.string().max(1000)).max(200).default([]).describe('What was typed before'),
    number: z.int().min(1).max(1000).default(1).describe('Of the step, from 1'),
    next: z.string().max(4000).nullable().default(null).describe('Of the answer to the step before'),
  }),
);

export function transportRoutes(
  ports: Pick<ApiPorts, 'store' | 'transportTypes' | 'checkMiddleware'>,
): Route[] {
  const { store, transportTypes } = ports;
  const show = (row: TransportRow): TransportRow => showTransport(transportTypes, row);
  return [
    defineRoute({
      method: 'PUT',
      path: '/transports/:name',
      id: 'putTransport',
      summary: 'Start a transport, or start it again with another configuration',
      access: platformScope('transports:write'),
      params: transportParams,
      body: transportBody,
      answers: { 200: { description: 'The transport', schema: transportSchema } },
      handle: async ({ params, body }) => {
        const before = (await store.transports.list()).find(({ name }) => name === params.name);
        const made = await complete(ports, body, before);
        await store.transports.put(params.name, made);
        return ok(show({ name: params.name, ...made }));
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/transports',
      id: 'listTransports',
      summary: 'List the transports',
      access: platformScope('transports:read'),
      answers: { 200: { description: 'Transports', schema: pageOf(transportSchema) } },
      handle: async () => {
        const rows = await store.transports.list();
        return ok({ items: rows.map(show), next_cursor: null });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/transports/:name',
      id: 'getTransport',
      summary: 'One transport',
      access: platformScope('transports:read'),
      params: transportParams,
      answers: { 200: { description: 'The transport', schema: transportSchema } },
      handle: async ({ params }) => ok(show(await store.transports.get(params.name))),
    }),
    deleteRoute(ports),
  ];
}

function deleteRoute({ store }: Pick<ApiPorts, 'store'>): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/transports/:name',
    id: 'deleteTransport',
    summary:
      'Stop a transport and forget it. 409 names the routes that lead over it: by force they stay and do nothing until they are set again, since its numbers are nobody’s',
    access: platformScope('transports:write'),
    params: transportParams,
    query: z.strictObject({ force: flag(false).describe('Also while routes lead over it') }),
    answers: { 204: { description: 'Stopped' } },
    handle: async ({ params, query }) => {
      await store.transports.remove(params.name, query);
      return done;
    },
  });
}

/** What operators have to know before and after they make a transport. */
export function transportHelpRoutes(ports: ApiPorts): Route[] {
  const { store, transportTypes, publicUrl } = ports;
  return [
    defineRoute({
      method: 'POST',
      path: '/transports/:name/phone',
      id: 'dialTransport',
      audited: { unrecorded: 'it dials as a simulated phone: the message itself is the record' },
      summary: 'Make a step of a USSD session at a phone, as the network of the transport does',
      access: platformScope('transports:write'),
      params: transportParams,
      body: dialBody,
      answers: { 200: { description: 'What the phone shows', schema: dialledScreenSchema } },
      handle: async ({ params, body }) => {
        const { from_addr: from, to_addr: to, ...step } = body;
        const transport = await store.transports.get(params.name);
        const { text, ends, next = null } = await ports.dial(transport, { from, to, ...step });
        return ok({ text, ends, next });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/transports/:name/urls',
      id: 'listTransportUrls',
      summary: 'Where the network of a transport finds it, secrets included',
      access: platformScope('transports:read'),
      params: transportParams,
      answers: { 200: { description: 'URLs', schema: pageOf(transportUrlSchema) } },
      handle: async ({ params }) => {
        const { name, type, config } = await store.transports.get(params.name);
        const places = findKind(transportTypes, type)?.kind.places?.(config) ?? [];
        const items = places.map(({ purpose, path, paste }) => {
          const url = path.startsWith('/') ? `${publicUrl}/hooks/${name}${path === '/' ? '' : path}` : path;
          return Object.assign({ purpose, url }, paste === undefined ? {} : { paste: paste(url) });
        });
        return ok({ items, next_cursor: null });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/transport-types',
      id: 'listTransportTypes',
      summary: 'The kinds of transports that there are, and their options',
      access: platformScope('transports:read'),
      answers: { 200: { description: 'Kinds', schema: pageOf(transportTypeSchema) } },
      handle: async () => {
        const items = Object.entries(transportTypes).map(([type, { summary, aliases, configSchema }]) => ({
          type,
          summary,
          aliases: Object.keys(aliases),
          options: z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }),
        }));
        return ok({ items, next_cursor: null });
      },
    }),
  ];
}

/** What accounts see of the transports that they use. */
export function accountTransportRoutes(ports: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/transports',
      id: 'listAccountTransports',
      summary: 'The transports that the routes of an account lead over, and how they are',
      access: accountScope('transports:read'),
      params: accountParams,
      answers: { 200: { description: 'Transports', schema: pageOf(accountTransportSchema) } },
      handle: async ({ params }) =>
        ok({ items: await ports.transportsOf(params.account), next_cursor: null }),
    }),
  ];
}

/** What is to be stored of what was asked for: under our name of the type, complete and checked. */
async function complete(
  { transportTypes: types, checkMiddleware }: Pick<ApiPorts, 'transportTypes' | 'checkMiddleware'>,
  { type, config }: { type: string; config: Record<string, unknown> },
  before: TransportRow | undefined,
): Promise<Omit<TransportRow, 'name'>> {
  const found = findKind(types, type);
  if (found === null) {
    throw new VumiError(
      'transport.unknown_type',
      `there is no transport type "${type}"${suggestion(type, Object.keys(types))}`,
      { field: 'type' },
    );
  }
  const { name, kind, options } = found;
  const known = before?.type === name ? before.config : null;
  const asked = { ...options, ...config };
  const made = { type: name, config: kind.fillIn?.(asked, known) ?? asked };
  const own = await checkMiddleware(made.config);
  const schema = z.strictObject({ type: z.string(), config: kind.configSchema });
  parseInput(schema, { type: name, config: own }, 'config.invalid');
  return made;
}

/** A transport without its passwords. */
function showTransport(
  types: ApiPorts['transportTypes'],
  { name, type, config }: TransportRow,
): TransportRow {
  const schema = findKind(types, type)?.kind.configSchema ?? null;
  return { name, type, config: maskSecrets(config, schema) };
}
