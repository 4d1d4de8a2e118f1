import { formatTimestamp, VumiError, type UserMessage } from '@vumi/core';
import type { HttpAnswer, HttpRequest } from '@vumi/http';
import type { MessageEvent, ServedInterface } from '@vumi/store';
import { charactersOf } from '../characters.ts';
import { ALL_EVENTS, type Door, type Submission } from '../dialect.ts';
import { isFaults, readMessage, type JunebugMessage } from './body.ts';
import { errors, refusal, result } from './envelope.ts';

/** What is asked of the messages of a channel; null: there is nothing of the kind. */
export async function answerMessages(
  request: HttpRequest,
  { own, rest }: { readonly own: ServedInterface; readonly rest: string },
  door: Door,
): Promise<HttpAnswer | null> {
  if (rest === '/messages' && request.method === 'POST') return postMessage(request, own, door);
  const message = /^\/messages\/([^/]+)$/.exec(rest)?.[1];
  return message !== undefined && request.method === 'GET' ? getMessage(message, own, door) : null;
}

async function postMessage({ body }: HttpRequest, own: ServedInterface, door: Door): Promise<HttpAnswer> {
  const asked = readMessage(body);
  if (isFaults(asked)) return errors(400, 'api usage error', asked);
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
    return refusal(error);
  }
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

export function nameOf(status: string): string {
  return EVENT_NAMES[status] ?? status;
}

function detailsOf(event: MessageEvent): object {
  return event.nack_reason === undefined ? {} : { reason: event.nack_reason };
}

/** A message in either direction. */
export function ofMessage(message: UserMessage, { name }: ServedInterface): object {
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
