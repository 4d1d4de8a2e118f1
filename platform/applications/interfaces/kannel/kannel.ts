import { parseTimestamp, stampOf, VumiError, type TransportEvent, type UserMessage } from '@vumi/core';
import type { HttpAnswer, HttpRequest } from '@vumi/http';
import type { ServedInterface } from '@vumi/store';
import { textOfAnswer } from '../../receiver/verdict.ts';
import type { Callback, Dialect, Door, Note, Submission } from '../dialect.ts';
import { fillUrl, kannelDate, type Escapes } from './escapes.ts';
import { answerOf, bitOf, eventsOf } from './reports.ts';
import { htmlText } from './html-text.ts';
import { readFields } from './request.ts';
import { readSendSms, type SendSms } from './sendsms.ts';

const PATH = '/cgi-bin/sendsms';
const ACCEPTED = '0: Accepted for delivery';
const QUEUED = '3: Queued for later delivery';
const UNAUTHORIZED = 'Authorization failed for sendsms';
const DENIED = 'Number(s) has/have been denied by white- and/or black-lists.';

/** Programs that send by Kannel's sendsms, and those that its sms-services ask (spec channels §D). */
export const kannel: Dialect = {
  async answer(request, door) {
    if (request.path !== PATH) return { status: 404 };
    if (request.method !== 'GET' && request.method !== 'POST')
      return { status: 405, headers: { allow: 'GET, POST' } };
    return answerSendSms(request, door);
  },
  tellMessage: (message, door) =>
    door.message_url === null ? null : get(fillUrl(door.message_url, ofMessage(message, door)), door),
  tellEvent,
  replyOf: (answer) => {
    const type = answer.headers['content-type'] ?? 'text/plain';
    if (/^text\/html\b/i.test(type)) return htmlText(textOfAnswer(answer));
    return /^text\/plain\b/i.test(type) ? textOfAnswer(answer).trim() : '';
  },
};

async function answerSendSms(request: HttpRequest, door: Door): Promise<HttpAnswer> {
  const fields = readFields(request);
  if (fields === null) return say(400, 'Invalid content-type');
  const said = (name: string): string => fields.field(name)?.toString() ?? '';
  const username = said('username');
  const own = await door.enter(username, said('password'));
  if (own === null) return say(403, UNAUTHORIZED);
  const asked = readSendSms(fields);
  if (typeof asked === 'string') return say(400, asked);
  const submission = submissionOf(asked, username, own);
  try {
    const sent: UserMessage[] = [];
    for (const to of asked.receivers) sent.push(await door.submit(own, submission(to)));
    const isOnItsWay = own.forwarder || sent.every(({ transport_name }) => door.isUp(transport_name ?? ''));
    return say(202, isOnItsWay ? ACCEPTED : QUEUED);
  } catch (error) {
    return refusalOf(error);
  }
}

function submissionOf(
  asked: SendSms,
  username: string,
  { event_url }: ServedInterface,
): (to: string) => Submission {
  const { content, from, smsc, validity, dlrMask: mask } = asked;
  const url = asked.dlrUrl ?? event_url;
  const text = content.slice(0, 1000);
  return (to) => ({
    to,
    content,
    from,
    via: smsc,
    validity: validity === null || validity === 0 ? undefined : validity * 60,
    transport_metadata: asked.options,
    events: url === null ? [] : eventsOf(mask),
    note: { url, text, from, username },
  });
}

/** What Kannel says when no SMSC may have a message, and when it cannot take one now. */
function refusalOf(error: unknown): HttpAnswer {
  if (!(error instanceof VumiError) || error.outage) throw error;
  if (error.code === 'message.invalid_receiver') return say(400, DENIED);
  return say(403, `Not routable. Do not try again. ${error.message}`);
}

/** What came from the client is no markup. */
function say(status: number, text: string): HttpAnswer {
  return { status, headers: { 'content-type': 'text/html' }, body: text.replaceAll(/[<>]/g, '') };
}

function get(url: string, { auth_token: token }: ServedInterface): Callback {
  return { method: 'GET', url, headers: token === null ? {} : { authorization: `Token ${token}` }, body: '' };
}

/** Of what a user wrote "%p" is the user. */
function ofMessage(message: UserMessage, { name }: ServedInterface): Escapes {
  const { from_addr, to_addr, content, transport_name, message_id, timestamp } = message;
  const [keyword = '', ...rest] = (content ?? '').split(/\s+/);
  return {
    p: from_addr,
    q: from_addr,
    P: to_addr,
    Q: to_addr,
    a: content,
    k: keyword,
    r: rest.join(' '),
    i: transport_name,
    I: message_id,
    n: stampOf(message)?.route ?? name,
    ...ofTime(parseTimestamp(timestamp)),
  };
}

/** Of what was sent "%p" is whom it was sent to. */
function tellEvent(event: TransportEvent, door: ServedInterface, note: Note): Callback | null {
  const { url, text, from, to, username } = note;
  if (typeof url !== 'string') return null;
  const escapes = {
    d: bitOf(event),
    A: answerOf(event),
    F: event.event_type === 'ack' ? event.sent_message_id : '',
    p: textIn(to),
    q: textIn(to),
    P: textIn(from),
    Q: textIn(from),
    a: textIn(text),
    n: textIn(username),
    i: event.transport_name ?? '',
    I: event.user_message_id,
    ...ofTime(parseTimestamp(event.timestamp)),
  };
  return get(fillUrl(url, escapes), { ...door, auth_token: url === door.event_url ? door.auth_token : null });
}

function ofTime(epochMs: number | null): Escapes {
  const at = epochMs ?? 0;
  return { t: kannelDate(at), T: Math.floor(at / 1000) };
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
