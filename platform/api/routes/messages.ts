import {
  endpointSchema,
  LONGEST_VALIDITY,
  nameSchema,
  slugSchema,
  timestampToIso,
  VumiError,
  type UserMessage,
} from '@vumi/core';
import {
  MESSAGE_STATUSES,
  type MessageQuery,
  type MessageRow,
  type Page,
  type PageQuery,
  type Store,
} from '@vumi/store';
import { z } from 'zod';
import { accountScope, administrator } from '../access.ts';
import { jsonBody } from '../body.ts';
import { onceUnderKey } from '../idempotency.ts';
import { exportMessages, EXPORT_TYPES } from '../message-export.ts';
import { UNDOCUMENTED } from '../openapi.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, pageQuery, present } from '../query.ts';
import { messageSchema, pageOf } from '../resources.ts';
import { defineRoute, ok, type Answer, type Route } from '../route.ts';

const MAX_CONTENT = 20_000;
const KEY_PATTERN = /^[\x21-\x7e]{1,200}$/;

const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'use ISO 8601, such as 2026-11-22T08:00:00Z')
  .transform((text) => new Date(text).toISOString());
const listQuery = pageQuery.extend({
  from: instant.optional().describe('Not before this instant'),
  to: instant.optional().describe('Before this instant'),
  direction: z.enum(['inbound', 'outbound']).optional(),
  app: slugSchema.optional(),
  address: z.string().max(160).optional().describe('Sender or receiver, however the number is written'),
  status: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(MESSAGE_STATUSES)).max(MESSAGE_STATUSES.length))
    .optional()
    .describe(`Only these, with commas between them: ${MESSAGE_STATUSES.join(', ')}`),
  format: z
    .enum(['json', 'ndjson', 'csv'])
    .default('json')
    .meta({ [UNDOCUMENTED]: true }),
});
const exportQuery = listQuery.omit({ format: true, limit: true });
const sendHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .regex(KEY_PATTERN)
    .optional()
    .describe(
      'A text of your choice, such as a UUID: who asks the same again under it within 24 hours is answered as the first time, and nothing is sent twice. Another body under it is refused with 409',
    ),
});
const messageParams = accountParams.extend({ id: z.string().min(1).max(200) });
const sendBody = jsonBody(
  z.strictObject({
    to_addr: z
      .string()
      .max(160)
      .describe('The receiver; a number as people write it: +27 76 123-4567. 422 when it is none'),
    validity: z
      .number()
      .min(1)
      .max(LONGEST_VALIDITY)
      .optional()
      .describe('Seconds after which it is not sent any more; default: as its transport has it'),
    content: z.string().max(MAX_CONTENT).describe('The text; 422 when it is empty'),
    app: slugSchema
      .optional()
      .describe('Who gets the events and, unless from_addr is given, whose route to send by'),
    endpoint: endpointSchema.optional().describe('Send by the route of this endpoint'),
    transport: nameSchema.optional().describe('Send over this transport'),
    from_addr: z
      .string()
      .trim()
      .min(1)
      .max(160)
      .optional()
      .describe(
        "One of the account's addresses. What is not said here must leave one route, or one marked default",
      ),
  }),
);

export function messageRoutes(ports: ApiPorts): Route[] {
  const exports = EXPORT_FORMATS.flatMap((format) => exportRoutes(ports, format));
  const single = [getRoute(ports), sendRoute(ports), cancelRoute(ports)];
  return [listRoute(ports), listAllRoute(ports), ...exports, ...single];
}

const LIST_ANSWERS = { 200: { description: 'Messages', schema: pageOf(messageSchema) } };
const EXPORT_FORMATS = ['csv', 'ndjson'] as const;

function listRoute({ store }: ApiPorts): Route {
  return defineRoute({
    method: 'GET',
    path: '/accounts/:account/messages',
    id: 'listMessages',
    summary: 'List messages, newest first',
    access: accountScope('account:read'),
    params: accountParams,
    query: listQuery,
    answers: LIST_ANSWERS,
    handle: ({ params, query }) => answerList(store, params.account, query),
  });
}

function listAllRoute({ store }: ApiPorts): Route {
  return defineRoute({
    method: 'GET',
    path: '/messages',
    id: 'listAllMessages',
    summary: 'As above, of all accounts and of none: what no route matched is here only',
    access: administrator,
    query: listQuery,
    answers: LIST_ANSWERS,
    handle: ({ query }) => answerList(store, null, query),
  });
}

async function answerList(
  store: Store,
  account: string | null,
  { format, cursor, limit, ...filters }: z.infer<typeof listQuery>,
): Promise<Answer> {
  const filter: MessageQuery = { ...present(filters), account };
  const list = (page: PageQuery): Promise<Page<MessageRow>> => store.messages.list({ ...filter, ...page });
  if (format === 'json') return ok(await list(pageOfQuery({ cursor, limit })));
  return { status: 200, type: EXPORT_TYPES[format], chunks: exportMessages(format, list, cursor) };
}

function exportRoutes({ store }: ApiPorts, format: (typeof EXPORT_FORMATS)[number]): Route[] {
  const type = EXPORT_TYPES[format];
  const name = format === 'csv' ? 'Csv' : 'Ndjson';
  const common = {
    method: 'GET',
    query: exportQuery,
    answers: { 200: { description: 'Messages, all from the cursor on', type } },
  } as const;
  return [
    defineRoute({
      ...common,
      path: `/accounts/:account/exports/messages.${format}`,
      id: `exportMessages${name}`,
      summary: `Messages as ${format.toUpperCase()}, newest first`,
      access: accountScope('account:read'),
      params: accountParams,
      handle: ({ params, query }) => answerList(store, params.account, { ...query, format, limit: 0 }),
    }),
    defineRoute({
      ...common,
      path: `/exports/messages.${format}`,
      id: `exportAllMessages${name}`,
      summary: 'The same of all accounts and of none',
      access: administrator,
      handle: ({ query }) => answerList(store, null, { ...query, format, limit: 0 }),
    }),
  ];
}

function getRoute({ store }: ApiPorts): Route {
  return defineRoute({
    method: 'GET',
    path: '/accounts/:account/messages/:id',
    id: 'getMessage',
    summary: 'One message with its timeline',
    access: accountScope('account:read'),
    params: messageParams,
    answers: { 200: { description: 'The message', schema: messageSchema } },
    handle: async ({ params }) => ok(await store.messages.get(params.account, params.id)),
  });
}

function sendRoute(ports: ApiPorts): Route {
  return defineRoute({
    method: 'POST',
    path: '/accounts/:account/messages',
    id: 'sendMessage',
    summary:
      'Send a message; what could leave by several routes is refused with 409, and they are listed as candidates',
    access: accountScope('messages:send'),
    params: accountParams,
    headers: sendHeaders,
    body: sendBody,
    answers: { 202: { description: 'The message, queued', schema: messageSchema } },
    handle: async ({ params: { account }, body, header }) => {
      const send = async (id: string | null) =>
        showQueued(await ports.send(account, body, id), { account, app: body.app ?? null });
      const key = idempotencyKey(header('idempotency-key'));
      const asked = { account, door: 'POST messages', key, body };
      const json = key === null ? await send(null) : await onceUnderKey(ports.store, { ...asked, key }, send);
      return { status: 202, json };
    },
  });
}

function cancelRoute(ports: ApiPorts): Route {
  return defineRoute({
    method: 'POST',
    path: '/accounts/:account/messages/:id/cancel',
    id: 'cancelMessage',
    summary: 'Cancel a message that is queued. 409 message.too_late: the network has it, or may have it',
    access: accountScope('messages:send'),
    params: messageParams,
    answers: {
      200: { description: 'It is not sent', schema: messageSchema },
      202: {
        description: 'Its transport runs nowhere now: it decides before it sends anything',
        schema: messageSchema,
      },
    },
    handle: async ({ params: { account, id } }) => {
      const outcome = await ports.cancel(account, id);
      const message = await ports.store.messages.get(account, id);
      if (outcome === 'cancelled') return ok({ ...message, status: 'cancelled' });
      if (outcome === 'asked') return { status: 202, json: message };
      throw new VumiError(
        'message.too_late',
        `the message is ${message.status}: it cannot be cancelled any more`,
      );
    },
  });
}

function idempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (KEY_PATTERN.test(header)) return header;
  throw new VumiError(
    'request.invalid',
    'an Idempotency-Key is 1 to 200 visible ASCII characters without spaces; a UUID is a good one',
    { field: 'Idempotency-Key' },
  );
}

function showQueued(message: UserMessage, { account, app }: { account: string; app: string | null }) {
  const mark = message.helper_metadata['vumi'] as { app?: string } | undefined;
  return {
    message_id: message.message_id,
    direction: 'outbound',
    account,
    app: mark?.app ?? app,
    transport_name: message.transport_name,
    from_addr: message.from_addr,
    to_addr: message.to_addr,
    content: message.content,
    session_event: message.session_event,
    in_reply_to: message.in_reply_to,
    timestamp: timestampToIso(message.timestamp),
    status: 'queued',
    reason: null,
    events: [],
  };
}
