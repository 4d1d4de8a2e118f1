import { formatTimestamp, VumiError, type TransportEvent, type UserMessage } from '@vumi/core';
import { readBasic, type HttpAnswer, type HttpRequest } from '@vumi/http';
import type { MessageEvent, ServedInterface } from '@vumi/store';
import {
  ALL_EVENTS,
  type Callback,
  type Dialect,
  type Door,
  type Note,
  type Submission,
} from '../dialect.ts';
import { charactersOf } from '../characters.ts';
import { readMessage, type JunebugError, type JunebugMessage } from './body.ts';

const REPLIES_MS = 600_000;

/** Programs that use Junebug; its channel is the interface (spec channels §D, vumi-go §5). */
export const junebug: Dialect = {
  async answer(request, door) {
    const path = request.path.replace(/\/$/, '');
    if (path === '/health') return result(200, 'health ok', {});
    const [, id = null, rest = ''] = /^\/channels(?:\/([^/]+)(\/.*)?)?$/.exec(path) ?? [];
    if (path !== '/channels' && id === null) return errors(404, 'not found', [NO_SUCH_PAGE]);
    const own = await enter(request, door);
    if (own === null) return errors(401, 'unauthorized', [UNKNOWN]);
    if (id !== null && id !== own.name) return errors(404, 'channel not found', [NO_SUCH_CHANNEL]);
    return answerChannel(request, { own, isList: id === null, rest }, door);
  },
  tellMessage: (message, door) =>
    door.message_url === null ? null : post(door.message_url, door.auth_token, ofMessage(message, door)),
  tellEvent,
  answeredWithinMs: REPLIES_MS,
};

const NO_SUCH_PAGE: JunebugError = { type: 'NotFound', message: 'There is nothing here' };
const NO_SUCH_CHANNEL: JunebugError = { type: 'ChannelNotFound', message: 'The token is of another channel' };
const NOT_BY_CHANNEL: JunebugError = {
  type: 'ApiUsageError',
  message:
    'Channels are set up, restarted and looked after with "npx vumi interface" and "npx vumi transport"',
};
const UNKNOWN: JunebugError = {
  type: 'Unauthorized',
  message: 'Send the name of the channel and a token of it as Basic credentials',
};

/** Basic with the channel's name, or the token alone. */
async function enter(
  { headers: { authorization = '' } }: HttpRequest,
  door: Door,
): Promise<ServedInterface | null> {
  const basic = readBasic(authorization);
  const token = basic?.password ?? /^(?:token|bearer) +(\S+)$/i.exec(authorization)?.[1];
  return token === undefined ? null : door.enter(basic?.username ?? null, token);
}

interface Asked {
  readonly own: ServedInterface;
  /** Of all channels, not of one. */
  readonly isList: boolean;
  /** Below the channel; begins with "/". */
  readonly rest: string;
}

async function answerChannel(
  request: HttpRequest,
  { own, isList, rest }: Asked,
  door: Door,
): Promise<HttpAnswer> {
  const { method } = request;
  if (isList && method === 'GET') return result(200, 'channels listed', [own.name]);
  if (!isList && rest === '' && method === 'GET') return result(200, 'channel found', channelOf(own));
  if (rest === '/messages' && method === 'POST') return postMessage(request, own, door);
  const message = /^\/messages\/([^/]+)$/.exec(rest)?.[1];
  if (message !== undefined && method === 'GET') return getMessage(message, own, door);
  return errors(405, 'method not allowed', [NOT_BY_CHANNEL]);
}

function channelOf(own: ServedInterface): object {
  const { name, label, metadata, message_url, character_limit, transport } = own;
  return {
    id: name,
    type: 'vumi',
    label,
    config: { transport },
    metadata,
    status_url: null,
    mo_url: message_url,
    character_limit,
    status: { status: null, components: {} },
  };
}

async function postMessage({ body }: HttpRequest, own: ServedInterface, door: Door): Promise<HttpAnswer> {
  const asked = readMessage(body);
  if (isFault(asked)) return errors(400, 'api usage error', asked);
  const limit = own.character_limit;
  const length = charactersOf(asked.content);
  if (limit !== null && length > limit)
    return errors(400, 'message too long', [
      { type: 'MessageTooLong', message: `Message content too long: ${length} > ${limit}` },
    ]);
  const original = await originalOf(asked, own, door);
  if (original === null)
    return errors(400, 'message not found', [
      { type: 'MessageNotFound', message: `Inbound message with id ${asked.reply_to} not found` },
    ]);
  try {
    const sent = await door.submit(own, submissionOf(asked, own, original));
    return result(201, 'message submitted', { ...ofMessage(sent, own), reply_to: asked.reply_to ?? null });
  } catch (error) {
    if (!(error instanceof VumiError) || error.outage) throw error;
    const status = error.code === 'number.not_assigned' ? 403 : 400;
    return errors(status, 'api usage error', [{ type: 'ApiUsageError', message: error.message }]);
  }
}

function isFault(read: JunebugMessage | readonly JunebugError[]): read is readonly JunebugError[] {
  return Array.isArray(read);
}

/** Undefined: it answers nothing, or what it answers is too old and it says to whom it goes anyway; null: there is none. */
async function originalOf(
  { reply_to: asked, to }: JunebugMessage,
  own: ServedInterface,
  door: Door,
): Promise<UserMessage | null | undefined> {
  if (asked == null || asked === '') return undefined;
  const found = await door.original(own, asked);
  return found === null && to != null && to !== '' ? undefined : found;
}

function submissionOf(
  asked: JunebugMessage,
  own: ServedInterface,
  original: UserMessage | undefined,
): Submission {
  const { to, from, content, channel_data = {} } = asked;
  const { session_event, continue_session, ...helper_metadata } = channel_data;
  const note = eventsTo(asked, own);
  const isEnd = continue_session === false;
  return {
    to: original?.from_addr ?? to ?? '',
    from: from ?? null,
    content: content ?? '',
    sessionEvent: session_event ?? (isEnd ? 'close' : null),
    helper_metadata,
    ...(original === undefined ? {} : { inReplyTo: original }),
    events: note.url === null ? [] : ALL_EVENTS,
    note,
  };
}

/** Where it is told what becomes of a message. */
function eventsTo(
  { event_url: url, event_auth_token: token = null }: JunebugMessage,
  { event_url, auth_token }: ServedInterface,
): { readonly url: string | null; readonly token: string | null } {
  return url == null ? { url: event_url, token: auth_token } : { url, token };
}

async function getMessage(id: string, own: ServedInterface, door: Door): Promise<HttpAnswer> {
  try {
    const { message_id, events } = await door.message(own, id);
    const shown = events.map((event) => ({
      event_type: nameOf(event.status),
      timestamp: formatTimestamp(Date.parse(event.timestamp)),
      message_id,
      channel_id: own.name,
      event_details: detailsOf(event),
    }));
    const last = shown.at(-1);
    return result(200, 'message status', {
      id: message_id,
      last_event_type: last?.event_type ?? null,
      last_event_timestamp: last?.timestamp ?? null,
      events: shown,
    });
  } catch (error) {
    if (!(error instanceof VumiError) || error.code !== 'not_found') throw error;
    return errors(404, 'message not found', [
      { type: 'MessageNotFound', message: `Message ${id} not found` },
    ]);
  }
}

/** What Junebug calls what became of a message. */
const EVENT_NAMES: Readonly<Record<string, string>> = {
  ack: 'submitted',
  nack: 'rejected',
  delivered: 'delivery_succeeded',
  failed: 'delivery_failed',
  undelivered: 'delivery_failed',
  pending: 'delivery_pending',
};

function nameOf(status: string): string {
  return EVENT_NAMES[status] ?? status;
}

function detailsOf(event: MessageEvent): object {
  return event.nack_reason === undefined ? {} : { reason: event.nack_reason };
}

function tellEvent(event: TransportEvent, door: ServedInterface, { url, token }: Note): Callback | null {
  if (typeof url !== 'string') return null;
  const status = event.event_type === 'delivery_report' ? event.delivery_status : event.event_type;
  return post(url, typeof token === 'string' ? token : null, {
    event_type: nameOf(status),
    message_id: event.user_message_id,
    channel_id: door.name,
    timestamp: event.timestamp,
    event_details: event.event_type === 'nack' ? { reason: event.nack_reason } : {},
  });
}

/** A message in either direction. */
function ofMessage(message: UserMessage, { name }: ServedInterface): object {
  const { vumi: _, ...helper_metadata } = message.helper_metadata;
  return {
    to: message.to_addr,
    from: message.from_addr,
    group: message.group,
    message_id: message.message_id,
    channel_id: name,
    timestamp: message.timestamp,
    reply_to: message.in_reply_to,
    content: message.content,
    channel_data: { ...helper_metadata, session_event: message.session_event },
  };
}

function post(url: string, token: string | null, told: object): Callback {
  const authorization = token === null ? {} : { authorization: `Token ${token}` };
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify(told),
  };
}

const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
};

function result(status: number, description: string, given: unknown): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status, code: PHRASES[status], description, result: given }),
  };
}

function errors(status: number, description: string, given: readonly JunebugError[]): HttpAnswer {
  const answer = result(status, description, { errors: given });
  const realm = { ...answer.headers, 'www-authenticate': 'Basic realm="Junebug"' };
  return status === 401 ? { ...answer, headers: realm } : answer;
}
