import type { TransportEvent } from '@vumi/core';
import { readBasic, type HttpAnswer, type HttpRequest } from '@vumi/http';
import type { ServedInterface } from '@vumi/store';
import type { Callback, Dialect, Door, Note } from '../dialect.ts';
import { answerOperator } from './channels.ts';
import { channelOf, ofChange } from './channel-status.ts';
import { errors, result, type JunebugError } from './envelope.ts';
import { answerMessages, nameOf, ofMessage } from './messages.ts';
import { destinationsFor } from './destinations-for.ts';
import { answerDestination, answerRouters, readRouterPath, type RouterPath } from './routers.ts';

const REPLIES_MS = 600_000;

/** Programs that use Junebug; its channel is the interface (spec channels §D, vumi-go §5). */
export const junebug: Dialect = {
  async answer(request, door) {
    const path = request.path.replace(/\/$/, '');
    if (path === '/health') return result(200, 'health ok', {});
    const router = readRouterPath(path);
    const [, id = null, rest = ''] = /^\/channels(?:\/([^/]+)(\/.*)?)?$/.exec(path) ?? [];
    if (path !== '/channels' && id === null && router === null)
      return errors(404, 'not found', [NO_SUCH_PAGE]);
    const { name, token } = credentialsOf(request);
    const own = await door.enter(name, token);
    if (own !== null)
      return router === null
        ? answerProgram(request, { own, id, rest }, door)
        : answerOfRouter(request, { own, path: router }, door);
    const operator = await door.operator(name, token, request);
    if (operator === null) return errors(401, 'unauthorized', [UNKNOWN]);
    return router === null
      ? answerOperator(request, { operator, id, rest }, door)
      : answerRouters(request, { operator, path: router }, door);
  },
  tellMessage: (message, door) =>
    door.message_url === null ? null : post(door.message_url, door.auth_token, ofMessage(message, door)),
  tellSeveral: (message, door) =>
    door.router === null
      ? null
      : destinationsFor(door.router, message.to_addr).map(([url, token]) =>
          post(url, token, ofMessage(message, door)),
        ),
  tellEvent,
  tellStatus: (change, door) =>
    door.status_url === null ? null : post(door.status_url, null, ofChange(change, door.name)),
  answeredWithinMs: REPLIES_MS,
};

const NO_SUCH_PAGE: JunebugError = { type: 'NotFound', message: 'There is nothing here' };
const NO_SUCH_CHANNEL: JunebugError = { type: 'ChannelNotFound', message: 'The token is of another channel' };
const NOT_BY_CHANNEL: JunebugError = {
  type: 'Forbidden',
  message:
    'The token of a channel sends by it; who sets channels up signs in with the name of the account and a token that may',
};
const UNKNOWN: JunebugError = {
  type: 'Unauthorized',
  message:
    'Send as Basic credentials the name of the channel and a token of it, or the name of the account and a token for it',
};

/** Basic with the channel's or account's name, or the token alone. */
function credentialsOf({ headers: { authorization = '' } }: HttpRequest): {
  readonly name: string | null;
  readonly token: string;
} {
  const basic = readBasic(authorization);
  if (basic !== null) return { name: basic.username, token: basic.password };
  return { name: null, token: /^(?:token|bearer) +(\S+)$/i.exec(authorization)?.[1] ?? '' };
}

interface Asked {
  readonly own: ServedInterface;
  /** The channel; null: all of them. */
  readonly id: string | null;
  /** Below the channel; begins with "/". */
  readonly rest: string;
}

/** A program knows its own channel. */
async function answerProgram(
  request: HttpRequest,
  { own, id, rest }: Asked,
  door: Door,
): Promise<HttpAnswer> {
  const { method } = request;
  if (id !== null && id !== own.name) return errors(404, 'channel not found', [NO_SUCH_CHANNEL]);
  if (id === null && method === 'GET') return result(200, 'channels listed', [own.name]);
  if (id !== null && rest === '' && method === 'GET')
    return result(200, 'channel found', channelOf(own, null, []));
  const answer = id === null ? null : await answerMessages(request, { own, rest }, door);
  return answer ?? errors(403, 'forbidden', [NOT_BY_CHANNEL]);
}

/** A program sends by the destinations of its own channel's router. */
async function answerOfRouter(
  request: HttpRequest,
  { own, path }: { readonly own: ServedInterface; readonly path: RouterPath },
  door: Door,
): Promise<HttpAnswer> {
  const answer = path.id === own.name ? await answerDestination(request, { own, path }, door) : null;
  return answer ?? errors(403, 'forbidden', [NOT_BY_CHANNEL]);
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

function post(url: string, token: string | null, told: object): Callback {
  const authorization = token === null ? {} : { authorization: `Token ${token}` };
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify(told),
  };
}
