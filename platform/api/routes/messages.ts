import {
  endpointSchema,
  LONGEST_VALIDITY,
  nameSchema,
  richOptionsSchema,
  slugSchema,
  timestampToIso,
  VumiError,
  type UserMessage,
} from '@vumi/core';
import { z } from 'zod';
import { accountScope, platformScope } from '../access.ts';
import { jsonBody } from '../body.ts';
import { idempotencyKeyOf, onceUnderKey, sendHeaders } from '../idempotency.ts';
import { listQuery } from '../message-query.ts';
import type { ApiPorts } from '../ports.ts';
import { accountParams, pageOfQuery, present } from '../query.ts';
import { messageSchema, timelineSchema } from '../message-resources.ts';
import { pageOf } from '../resources.ts';
import { defineRoute, ok, type Answer, type Route } from '../route.ts';
import { answerExport } from './message-exports.ts';

const MAX_CONTENT = 20_000;
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
    ...richOptionsSchema.shape,
  }),
);

export function messageRoutes(ports: ApiPorts): Route[] {
  const single = [getRoute(ports), ...timelineRoutes(ports), sendRoute(ports), cancelRoute(ports)];
  return [listRoute(ports), listAllRoute(ports), ...single];
}

const LIST_ANSWERS = { 200: { description: 'Messages', schema: pageOf(messageSchema) } };

function listRoute(ports: ApiPorts): Route {
  return defineRoute({
    method: 'GET',
    path: '/accounts/:account/messages',
    id: 'listMessages',
    summary: 'List messages, newest first',
    access: accountScope('messages:read'),
    params: accountParams,
    query: listQuery,
    answers: LIST_ANSWERS,
    handle: ({ params, query }) => answerList(ports, params.account, query),
  });
}

function listAllRoute(ports: ApiPorts): Route {
  return defineRoute({
    method: 'GET',
    path: '/messages',
    id: 'listAllMessages',
    summary: 'As above, of all accounts and of none: what no route matched is here only',
    access: platformScope('messages:read'),
    query: listQuery,
    answers: LIST_ANSWERS,
    handle: ({ query }) => answerList(ports, null, query),
  });
}

async function answerList(
  { store }: ApiPorts,
  account: string | null,
  { format, limit, ...query }: z.infer<typeof listQuery>,
): Promise<Answer> {
  if (format !== 'json') {
    return answerExport(store, account, { form: { of: 'messages', format, columns: 'all' }, query });
  }
  const { cursor, ...filters } = query;
  return ok(await store.messages.list({ ...present(filters), account, ...pageOfQuery({ cursor, limit }) }));
}

function getRoute({ store }: ApiPorts): Route {
  return defineRoute({
    method: 'GET',
    path: '/accounts/:account/messages/:id',
    id: 'getMessage',
    summary: 'One message with its events',
    access: accountScope('messages:read'),
    params: messageParams,
    answers: { 200: { description: 'The message', schema: messageSchema } },
    handle: async ({ params }) => ok(await store.messages.get(params.account, params.id)),
  });
}

const TIMELINE_ANSWERS = { 200: { description: 'What happened, oldest first', schema: timelineSchema } };

function timelineRoutes({ store }: ApiPorts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:account/messages/:id/timeline',
      id: 'getMessageTimeline',
      summary:
        'All that happened to a message and to what belongs to it: what the user wrote, and what answers that. By its id, the beginning of it, or the id of its network',
      access: accountScope('messages:read'),
      params: messageParams,
      answers: TIMELINE_ANSWERS,
      handle: async ({ params }) => ok(await store.timelines.get(params.account, params.id)),
    }),
    defineRoute({
      method: 'GET',
      path: '/messages/:id/timeline',
      id: 'getAnyMessageTimeline',
      summary: 'The same for a message of any account, or of none',
      access: platformScope('messages:read'),
      params: messageParams.omit({ account: true }),
      answers: TIMELINE_ANSWERS,
      handle: async ({ params }) => ok(await store.timelines.get(null, params.id)),
    }),
  ];
}

function sendRoute(ports: ApiPorts): Route {
  return defineRoute({
    method: 'POST',
    path: '/accounts/:account/messages',
    id: 'sendMessage',
    audited: { unrecorded: 'the message itself is the record, with its account and its times' },
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
      const key = idempotencyKeyOf(header);
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
    group: message.group,
    in_reply_to: message.in_reply_to,
    timestamp: timestampToIso(message.timestamp),
    status: 'queued',
    reason: null,
    events: [],
  };
}
