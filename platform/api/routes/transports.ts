import { nameSchema, parseInput, suggestion, VumiError } from '@vumi/core';
import type { TransportRow } from '@vumi/store';
import { z } from 'zod';
import { accountScope, administrator } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams } from '../query.ts';
import { accountTransportSchema, pageOf, transportSchema } from '../resources.ts';
import { defineRoute, done, ok, type Route } from '../route.ts';

const transportParams = z.strictObject({ name: nameSchema });
const transportBody = jsonBody(
  z.strictObject({
    type: z.string().describe('smpp, …'),
    config: z.record(z.string(), z.unknown()).describe("The options of the type, by Vumi's names"),
  }),
);
const SECRET_OPTION = /password|passphrase|secret|token|_key$/i;
const MASK = '***';

export function transportRoutes({ store, transportTypes }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: '/transports/:name',
      id: 'putTransport',
      summary: 'Start a transport, or start it again with another configuration',
      access: administrator,
      params: transportParams,
      body: transportBody,
      answers: { 200: { description: 'The transport', schema: transportSchema } },
      handle: async ({ params, body }) => {
        checkConfig(transportTypes, body);
        await store.transports.put(params.name, body);
        return ok(showTransport({ name: params.name, ...body }));
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/transports',
      id: 'listTransports',
      summary: 'List the transports',
      access: administrator,
      answers: { 200: { description: 'Transports', schema: pageOf(transportSchema) } },
      handle: async () => {
        const rows = await store.transports.list();
        return ok({ items: rows.map(showTransport), next_cursor: null });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/transports/:name',
      id: 'getTransport',
      summary: 'One transport',
      access: administrator,
      params: transportParams,
      answers: { 200: { description: 'The transport', schema: transportSchema } },
      handle: async ({ params }) => ok(showTransport(await store.transports.get(params.name))),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/transports/:name',
      id: 'deleteTransport',
      summary: 'Stop a transport and forget it',
      access: administrator,
      params: transportParams,
      answers: { 204: { description: 'Stopped' } },
      handle: async ({ params }) => {
        await store.transports.remove(params.name);
        return done;
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
      access: accountScope('account:read'),
      params: accountParams,
      answers: { 200: { description: 'Transports', schema: pageOf(accountTransportSchema) } },
      handle: async ({ params }) =>
        ok({ items: await ports.transportsOf(params.account), next_cursor: null }),
    }),
  ];
}

function checkConfig(types: ApiPorts['transportTypes'], body: { type: string; config: unknown }): void {
  const type = Object.hasOwn(types, body.type) ? types[body.type] : undefined;
  if (type === undefined) {
    const known = Object.keys(types);
    throw new VumiError(
      'transport.unknown_type',
      `there is no transport type "${body.type}"${suggestion(body.type, known)}`,
      { field: 'type' },
    );
  }
  parseInput(z.strictObject({ type: z.string(), config: type.configSchema }), body, 'config.invalid');
}

/** A transport without its passwords. */
function showTransport({ name, type, config }: TransportRow): TransportRow {
  return { name, type, config: maskSecrets(config) };
}

function maskSecrets(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown = Object.entries(options).map(([option, value]) => {
    if (SECRET_OPTION.test(option) && value !== null && value !== '') return [option, MASK];
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    return [option, isSection ? maskSecrets(value as Record<string, unknown>) : value];
  });
  return Object.fromEntries(shown) as Record<string, unknown>;
}
