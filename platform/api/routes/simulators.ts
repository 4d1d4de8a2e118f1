import { VumiError } from '@vumi/core';
import { z } from 'zod';
import type { Access } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { Simulator } from '../ports.ts';
import { pageOf, phoneMessageSchema } from '../resources.ts';
import { created, defineRoute, ok, type Route } from '../route.ts';

const address = z.string().trim().min(1).max(40);
const phoneMessageBody = jsonBody(
  z.strictObject({ from_addr: address, to_addr: address, content: z.string().max(2_000) }),
);

const phoneQuery = z.strictObject({
  address: address.optional().describe('The number of one phone'),
  limit: z.coerce.number().int().min(1).optional().describe('The newest only'),
});

/** The simulator's phones. They see what every account sends: on a platform, `access` is the administrator's. */
export function simulatorRoutes(ports: { readonly simulator: Simulator | null }, access: Access): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/simulators/smsc/messages',
      id: 'writeFromPhone',
      summary: 'Write a message on a simulated phone; answered when the platform has taken it',
      access,
      body: phoneMessageBody,
      answers: { 201: { description: 'Taken', schema: z.looseObject({}) } },
      handle: async ({ body }) => created({ ...body, ...(await simulatorOf(ports).inject(body)) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/simulators/smsc/messages',
      id: 'listPhoneMessages',
      summary: 'What simulated phones received, newest last',
      access,
      query: phoneQuery,
      answers: { 200: { description: 'Messages', schema: pageOf(phoneMessageSchema) } },
      handle: async ({ query }) => {
        const filter = query.address === undefined ? {} : { address: query.address };
        const items = simulatorOf(ports).messages(filter);
        return ok({
          items: query.limit === undefined ? items : items.slice(-query.limit),
          next_cursor: null,
        });
      },
    }),
  ];
}

function simulatorOf(ports: { readonly simulator: Simulator | null }): Simulator {
  if (ports.simulator !== null) return ports.simulator;
  throw new VumiError(
    'simulator.not_here',
    'no SMSC simulator runs in this process; start one with "npx vumi up" or "npx vumi smsc"',
  );
}
