import { stampOf, VumiError, type TransportEvent, type UserMessage } from '@vumi/core';
import type { HttpAnswer, HttpRequest } from '@vumi/http';
import type { ServedInterface } from '@vumi/store';
import { judge } from '../../receiver/verdict.ts';
import type { Callback, Dialect, Door, Note } from '../dialect.ts';
import { readSend, type JasminSend, type Report } from './send-fields.ts';

/** Programs that use the HTTP API of Jasmin, and its HTTP connectors for messages from users (spec channels §D). */
export const jasmin: Dialect = {
  async answer(request, door) {
    if (request.path === '/ping') return say(200, 'Jasmin/PONG');
    if (request.path !== '/send') return { status: 404 };
    if (request.method !== 'GET' && request.method !== 'POST')
      return { status: 405, headers: { allow: 'GET, POST' } };
    return answerSend(request, door);
  },
  tellMessage: (message, door) =>
    door.message_url === null
      ? null
      : form('POST', door.message_url, { fields: ofMessage(message), token: door.auth_token }),
  tellEvent,
  // Whoever answers otherwise has not understood it.
  judge: (outcome, now) => {
    const verdict = judge(outcome, now);
    if (verdict.kind !== 'taken' || verdict.answer.body.toString().trim() === ACKNOWLEDGED) return verdict;
    const { status } = verdict.answer;
    return { kind: 'again', reason: `answered ${status} without ${ACKNOWLEDGED}`, afterMs: 0 };
  },
  pauses: { baseMs: 30_000, capMs: 30_000 },
};

const ACKNOWLEDGED = 'ACK/Jasmin';

async function answerSend(request: HttpRequest, door: Door): Promise<HttpAnswer> {
  const asked = readSend(request);
  if (typeof asked === 'string') return refuse(400, asked);
  const own = await door.enter(asked.username, asked.password);
  if (own === null) return refuse(403, `Authentication failure for username:${asked.username}`);
  const { to, from, content, tags, validity, smpp, report } = asked;
  try {
    const { message_id: id } = await door.submit(own, {
      to,
      from,
      content,
      via: tags[0] ?? null,
      validity: validity === null || validity === 0 ? undefined : validity * 60,
      transport_metadata: Object.keys(smpp).length === 0 ? {} : { smpp },
      events: report === null ? [] : EVENTS[report.level],
      note: { report, text: content.slice(0, 20) },
    });
    return say(200, `Success "${id}"`);
  } catch (error) {
    return refusalOf(error, asked);
  }
}

const AT_NETWORK = ['ack', 'nack'];
const AT_PHONE = ['delivery_report.delivered', 'delivery_report.failed', 'nack'];
const EVENTS: Readonly<Record<Report['level'], readonly string[]>> = {
  1: AT_NETWORK,
  2: AT_PHONE,
  3: [...new Set([...AT_NETWORK, ...AT_PHONE])],
};

function refusalOf(error: unknown, { to }: JasminSend): HttpAnswer {
  if (!(error instanceof VumiError) || error.outage) throw error;
  switch (error.code) {
    case 'route.none':
    case 'route.ambiguous':
      return refuse(412, 'No route found');
    case 'message.invalid_receiver':
      return refuse(400, `Argument [to] has an invalid value: [${to}].`);
    case 'message.empty':
      return refuse(400, 'content or hex-content must be present.');
    default:
      return refuse(403, error.message);
  }
}

function refuse(status: number, text: string): HttpAnswer {
  return say(status, `Error "${text}"`);
}

function say(status: number, body: string): HttpAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

type Fields = Readonly<Record<string, string>>;

function form(
  method: 'GET' | 'POST',
  url: string,
  { fields, token }: { readonly fields: Fields; readonly token: string | null },
): Callback {
  const body = new URLSearchParams(fields).toString();
  const headers = token === null ? {} : { authorization: `Token ${token}` };
  if (method === 'GET')
    return { method, url: `${url}${url.includes('?') ? '&' : '?'}${body}`, headers, body: '' };
  return { method, url, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body };
}

function ofMessage(message: UserMessage): Fields {
  const { message_id: id, from_addr, to_addr, transport_name } = message;
  const content = message.content ?? '';
  // Outside of Latin characters Jasmin has data coding 8.
  const isUcs2 = /[^\0-\xff]/.test(content);
  const octets = isUcs2 ? Buffer.from(content, 'utf16le').swap16() : Buffer.from(content, 'latin1');
  return {
    id,
    from: from_addr ?? '',
    to: to_addr ?? '',
    'origin-connector': stampOf(message)?.route ?? transport_name ?? '',
    priority: '0',
    coding: isUcs2 ? '8' : '0',
    content,
    binary: octets.toString('hex'),
  };
}

function tellEvent(event: TransportEvent, door: ServedInterface, { report, text }: Note): Callback | null {
  const to = readReport(report);
  if (to === null) return null;
  const { level, message_status } = statusOf(event, to);
  const common = {
    id: event.user_message_id,
    message_status,
    level: String(level),
    connector: event.transport_name ?? '',
  };
  const fields = level === 1 ? common : { ...common, ...receiptOf(event, text) };
  return form(to.method, to.url, { fields, token: to.url === door.event_url ? door.auth_token : null });
}

/** What the network has said of its own has level 1, what comes of the phone the level that was asked for. */
function statusOf(
  event: TransportEvent,
  { level }: Report,
): { readonly level: Report['level']; readonly message_status: string } {
  switch (event.event_type) {
    case 'ack':
      return { level: 1, message_status: 'ESME_ROK' };
    case 'nack':
      return level === 2
        ? { level, message_status: 'UNDELIV' }
        : { level: 1, message_status: statusIn(event.nack_reason) };
    default:
      return { level, message_status: event.delivery_status === 'delivered' ? 'DELIVRD' : 'UNDELIV' };
  }
}

function statusIn(reason: string): string {
  return /\bESME_R[A-Z0-9]+\b/.exec(reason)?.[0] ?? 'ESME_RSUBMITFAIL';
}

/** The fields of a receipt (SMPP 3.4, appendix B); what nobody has said is empty. */
function receiptOf(event: TransportEvent, text: unknown): Fields {
  const isDelivered = event.event_type === 'delivery_report' && event.delivery_status === 'delivered';
  return {
    id_smsc: '',
    sub: '001',
    dlvrd: isDelivered ? '001' : '000',
    subdate: '',
    donedate: event.timestamp.replaceAll(/\D/g, '').slice(2, 12),
    err: isDelivered ? '000' : '',
    text: typeof text === 'string' ? text : '',
  };
}

function readReport(value: unknown): Report | null {
  if (typeof value !== 'object' || value === null) return null;
  const { url } = value as Partial<Report>;
  return typeof url === 'string' ? (value as Report) : null;
}
