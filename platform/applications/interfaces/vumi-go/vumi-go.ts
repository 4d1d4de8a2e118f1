import { VumiError, type TransportEvent, type UserMessage } from '@vumi/core';
import { readBasic, type HttpAnswer, type HttpRequest } from '@vumi/http';
import type { ServedInterface } from '@vumi/store';
import { charactersOf } from '../characters.ts';
import { ALL_EVENTS, type Callback, type Dialect, type Door, type Submission } from '../dialect.ts';
import { readMetrics, readPayload, type GoPayload } from './payload.ts';

/** `…/http_api_nostream/<conversation>/messages.json` */
const PATH = /^\/api\/v1\/go\/(http_api|http_api_nostream)\/([^/]+)\/(messages|events|metrics)\.json$/;
const DAY_MS = 24 * 3_600_000;

/** Programs that use Vumi Go's HTTP API; its conversation key is the interface's name (spec channels §D, vumi-go §4). */
export const vumiGo: Dialect = {
  async answer(request, door) {
    const [, kind, name, of] = PATH.exec(request.path) ?? [];
    if (name === undefined) return { status: 404 };
    const own = await enter(request, name, door);
    if (own === null) return UNAUTHORIZED;
    if (request.method === 'GET' && kind === 'http_api') return read(request, own, { of, door });
    const put = PUTS[of ?? ''];
    if (put === undefined || request.method !== 'PUT')
      return { status: 405, headers: { allow: put === undefined ? 'GET' : 'PUT' } };
    return put(request, own, door);
  },
  tellMessage: (message, door) => post(door.message_url, message, door),
  tellEvent: (event, door) => post(door.event_url, event, door),
  lineOf: (told, door) => JSON.stringify(shown(told, door)),
  pauses: { baseMs: 1000, capMs: 300_000 },
  answeredWithinMs: DAY_MS,
};

type Put = (request: HttpRequest, own: ServedInterface, door: Door) => Promise<HttpAnswer>;
const PUTS: Readonly<Record<string, Put>> = { messages: putMessage, metrics: putMetrics };

const UNAUTHORIZED: HttpAnswer = {
  status: 401,
  headers: { 'www-authenticate': 'Basic realm="Conversation Realm"' },
  body: 'Unauthorized',
};

/** The account and a token, as name and password. */
async function enter(
  { headers }: HttpRequest,
  conversation: string,
  door: Door,
): Promise<ServedInterface | null> {
  const given = readBasic(headers.authorization);
  if (given === null) return null;
  const own = await door.enter(conversation, given.password);
  return own?.account === given.username ? own : null;
}

async function putMessage({ body }: HttpRequest, own: ServedInterface, door: Door): Promise<HttpAnswer> {
  const payload = readPayload(body);
  if (typeof payload === 'string') return refuse(payload);
  const tooLong = tooLongFor(own, payload);
  if (tooLong !== null) return refuse(tooLong);
  const original = await originalOf(payload, own, door);
  if (original === null) return refuse('Invalid in_reply_to value');
  const to = original?.from_addr ?? payload.to_addr ?? '';
  if (original === undefined && (await door.isOptedOut(own, to)))
    return refuse(`Recipient with msisdn ${to} has opted out`);
  try {
    return json(200, shown(await door.submit(own, submissionOf(payload, { own, to, original })), own));
  } catch (error) {
    if (!(error instanceof VumiError) || error.outage) throw error;
    return refuse(error.message);
  }
}

function tooLongFor({ character_limit: limit }: ServedInterface, { content }: GoPayload): string | null {
  const length = charactersOf(content);
  return limit !== null && length > limit ? `Payload content too long: ${length} > ${limit}` : null;
}

function submissionOf(
  { content, session_event: sessionEvent, helper_metadata }: GoPayload,
  { own, to, original }: { own: ServedInterface; to: string; original: UserMessage | undefined },
): Submission {
  return {
    to,
    from: null,
    content: content ?? '',
    sessionEvent,
    helper_metadata,
    ...(original === undefined ? {} : { inReplyTo: original }),
    events: own.event_url === null && !own.stream ? [] : ALL_EVENTS,
    note: {},
  };
}

/** Undefined: it answers nothing; null: there is no such message, or it is too old. */
async function originalOf(
  { in_reply_to: asked }: GoPayload,
  own: ServedInterface,
  door: Door,
): Promise<UserMessage | null | undefined> {
  return asked === null ? undefined : door.original(own, asked);
}

async function putMetrics({ body }: HttpRequest, own: ServedInterface, door: Door): Promise<HttpAnswer> {
  const metrics = readMetrics(body);
  if (metrics === null) return refuse('Invalid Message');
  await door.fire(own, metrics);
  return json(200, { success: true, reason: 'Metrics published' });
}

function read(
  request: HttpRequest,
  own: ServedInterface,
  { of, door }: { of: string | undefined; door: Door },
): HttpAnswer {
  if (of !== 'messages' && of !== 'events') return { status: 405, headers: { allow: 'PUT' } };
  if (!own.stream) return json(400, { success: false, reason: 'This conversation has no streams' });
  const lines = door.lines(own, of, request.gone);
  if (lines === null) return json(403, { success: false, reason: 'Too many concurrent connections' });
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-accel-buffering': 'no' };
  return { status: 200, headers, pieces: ended(lines) };
}

async function* ended(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

function post(
  url: string | null,
  told: UserMessage | TransportEvent,
  door: ServedInterface,
): Callback | null {
  if (url === null) return null;
  const { auth_token: token } = door;
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(token === null ? {} : { authorization: `Token ${token}` }),
    },
    body: JSON.stringify(shown(told, door)),
  };
}

/** The whole message or event; in place of what is the platform's own it has what Vumi Go put there. */
function shown(
  told: UserMessage | TransportEvent,
  { account, name, stream: streams }: ServedInterface,
): object {
  const { vumi: _, ...helper_metadata } = told.helper_metadata;
  const conversation_type = streams ? 'http_api' : 'http_api_nostream';
  const go = { user_account: account, conversation_key: name, conversation_type };
  return { ...told, helper_metadata: { ...helper_metadata, go } };
}

function refuse(reason: string): HttpAnswer {
  return json(400, { success: false, reason });
}

function json(status: number, value: unknown): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
  };
}
