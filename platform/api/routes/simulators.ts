import { VumiError } from '@vumi/core';
import { z } from 'zod';
import type { Access } from '../access.ts';
import { jsonBody } from '../body.ts';
import type { SimulatedMessage, Simulator } from '../ports.ts';
import { pageOf, phoneMessageSchema } from '../resources.ts';
import { created, defineRoute, done, ok, type Route } from '../route.ts';

const address = z.string().trim().min(1).max(40);
const octet = z.int().min(0).max(255);
const hex = z
  .string()
  .max(200_000)
  .regex(/^([0-9a-fA-F]{2})*$/, 'octets in hexadecimal');

const tlvValue = z.union([z.number(), z.string()]);

const phoneMessageBody = jsonBody(
  z
    .strictObject({
      from_addr: address,
      to_addr: address,
      content: z.string().max(40_000).optional().describe('The text; or octets as they are'),
      octets: hex.optional(),
      data_coding: octet.optional(),
      esm_class: octet.optional(),
      service_type: z.string().max(5).optional(),
      udh: hex.optional().describe('User data header without its length'),
      tlvs: z
        .union([
          z.record(z.string(), z.union([tlvValue, z.array(tlvValue).max(50)])),
          z
            .array(z.strictObject({ tag: z.union([z.int().min(0).max(0xffff), z.string()]), value: hex }))
            .max(50),
        ])
        .optional()
        .describe('By name or tag, `{"source_port": 5, "0x1401": "00ff"}`; or a list of tags and octets'),
      parts: z.enum(['udh8', 'udh16', 'sar', 'payload']).optional(),
      reference: z.int().min(0).max(0xffff).optional(),
      order: z
        .array(z.int().min(1).max(255))
        .min(1)
        .max(1000)
        .optional()
        .describe('Numbers of the parts in order of sending; some may be missing or come twice'),
      system_id: z.string().max(15).optional().describe('Only this client may get it'),
    })
    .refine(({ content, octets }) => (content === undefined) !== (octets === undefined), {
      message: 'give either content or octets',
      path: ['content'],
    }),
);
const scriptBody = jsonBody(z.looseObject({}));
const faultBody = jsonBody(
  z.strictObject({
    fault: z
      .union([z.string(), z.looseObject({})])
      .describe(
        'disconnect, disconnect_mid_pdu, unbind, malformed, not_smpp, stop_reading, stop_answering, {raw}',
      ),
    system_id: z.string().max(15).optional(),
  }),
);
const outbindBody = jsonBody(
  z.strictObject({
    host: z.string().min(1),
    port: z.int().min(1).max(65_535),
    system_id: z.string().max(64).default('vumi-smsc'),
    password: z.string().max(64).default(''),
  }),
);

const limit = z.coerce.number().int().min(1).optional().describe('The newest only');
const phoneQuery = z.strictObject({ address: address.optional().describe('The number of one phone'), limit });
const logQuery = z.strictObject({
  limit,
  after: z.coerce.number().int().min(0).optional().describe('Those after this number'),
  session: z.coerce.number().int().min(1).optional(),
});
const countersQuery = z.strictObject({
  at_least: z.coerce.number().int().min(1).default(2).describe('Items: messages that came so often'),
});

const BASE = '/simulators/smsc';
const anything = z.looseObject({});

/** The simulator's phones. They see what every account sends: on a platform, `access` is the administrator's. */
export function simulatorRoutes(ports: { readonly simulator: Simulator | null }, access: Access): Route[] {
  return [...phoneRoutes(ports, access), ...scriptRoutes(ports, access), ...observationRoutes(ports, access)];
}

function phoneRoutes(ports: { readonly simulator: Simulator | null }, access: Access): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: `${BASE}/messages`,
      id: 'writeFromPhone',
      audited: { unrecorded: 'it writes as a simulated phone: the message itself is the record' },
      summary: 'Write a message on a simulated phone; answered when the platform has taken it',
      access,
      body: phoneMessageBody,
      answers: { 201: { description: 'Taken', schema: anything } },
      handle: async ({ body }) =>
        created({ ...body, ...(await simulatorOf(ports).inject(asSimulatedMessage(body))) }),
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/messages`,
      id: 'listPhoneMessages',
      summary: 'What simulated phones received, newest last',
      access,
      query: phoneQuery,
      answers: { 200: { description: 'Messages', schema: pageOf(phoneMessageSchema) } },
      handle: async ({ query }) => {
        const filter = query.address === undefined ? {} : { address: query.address };
        const items = simulatorOf(ports).messages(filter);
        return page(query.limit === undefined ? items : items.slice(-query.limit));
      },
    }),
  ];
}

function asSimulatedMessage(body: Awaited<ReturnType<typeof phoneMessageBody.read>>): SimulatedMessage {
  const { octets, udh, ...rest } = body;
  return {
    ...given(rest),
    from_addr: body.from_addr,
    to_addr: body.to_addr,
    ...(octets === undefined ? {} : { octets: Buffer.from(octets, 'hex') }),
    ...(udh === undefined ? {} : { udh: Buffer.from(udh, 'hex') }),
  };
}

/** Without what was not said. */
function given<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}

function scriptRoutes(ports: { readonly simulator: Simulator | null }, access: Access): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${BASE}/script`,
      id: 'getSimulatorScript',
      summary: 'What the simulator does',
      access,
      answers: { 200: { description: 'The script', schema: anything } },
      handle: async () => ok(simulatorOf(ports).script),
    }),
    defineRoute({
      method: 'PUT',
      path: `${BASE}/script`,
      id: 'replaceSimulatorScript',
      summary: 'Have the simulator do something else, from now on and from the seed on',
      access,
      body: scriptBody,
      answers: { 200: { description: 'The script', schema: anything } },
      handle: async ({ body }) => {
        simulatorOf(ports).replaceScript(body);
        return ok(body);
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/faults`,
      id: 'failSimulator',
      summary: 'Let something go wrong now, in all sessions or in those of one client',
      access,
      body: faultBody,
      answers: { 200: { description: 'In how many sessions', schema: z.object({ sessions: z.int() }) } },
      handle: async ({ body }) => ok({ sessions: simulatorOf(ports).fail(body.fault, body.system_id) }),
    }),
    defineRoute({
      method: 'POST',
      path: `${BASE}/outbinds`,
      id: 'outbind',
      summary: 'Connect to an ESME that listens and ask it to bind',
      access,
      body: outbindBody,
      answers: { 201: { description: 'Asked', schema: anything } },
      handle: async ({ body }) => {
        await simulatorOf(ports)
          .outbind(body)
          .catch((cause: unknown) => {
            const text = `nobody listens at ${body.host}:${body.port}`;
            throw new VumiError('transport.not_connected', text, { cause });
          });
        return created({ host: body.host, port: body.port, system_id: body.system_id });
      },
    }),
  ];
}

function observationRoutes(ports: { readonly simulator: Simulator | null }, access: Access): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: `${BASE}/sessions`,
      id: 'listSimulatorSessions',
      summary: 'Who is connected',
      access,
      answers: { 200: { description: 'Sessions', schema: pageOf(anything) } },
      handle: async () => page(simulatorOf(ports).sessions()),
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/counters`,
      id: 'countSimulator',
      summary: 'How many messages came, how many of them twice, and which',
      access,
      query: countersQuery,
      answers: { 200: { description: 'Counters', schema: anything } },
      handle: async ({ query }) => {
        const simulator = simulatorOf(ports);
        return ok({ ...simulator.counts(), items: simulator.seen(query.at_least) });
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: `${BASE}/counters`,
      id: 'resetSimulatorCounters',
      summary: 'Count from 0 again',
      access,
      answers: { 204: { description: 'Done' } },
      handle: async () => {
        simulatorOf(ports).resetCounts();
        return done;
      },
    }),
    defineRoute({
      method: 'GET',
      path: `${BASE}/log`,
      id: 'listSimulatorPdus',
      summary: 'The newest PDUs of all sessions, decoded, without passwords',
      access,
      query: logQuery,
      answers: { 200: { description: 'PDUs, oldest first', schema: pageOf(anything) } },
      handle: async ({ query }) => page(simulatorOf(ports).log(given(query))),
    }),
  ];
}

function page(items: readonly unknown[]) {
  return ok({ items, next_cursor: null });
}

function simulatorOf(ports: { readonly simulator: Simulator | null }): Simulator {
  if (ports.simulator !== null) return ports.simulator;
  throw new VumiError(
    'simulator.not_here',
    'no SMSC simulator runs in this process; start one with "npx vumi up" or "npx vumi smsc"',
  );
}
