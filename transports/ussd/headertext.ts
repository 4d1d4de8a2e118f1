import { z } from 'zod';
import type { HttpAnswer } from '@vumi/http';
import { childOf, readXml, writeXml, xmlNode } from '../http/xml.ts';
import { XML_HEADERS } from '../http/xml-rpc.ts';
import { withModules } from '../aliases.ts';
import { defineUssd } from '../http/ussd/define-ussd.ts';
import type { PhoneAnswer, PhoneScreen, UssdPhone } from './phone.ts';

/** A text, and where the answer to it goes: null ends the session. Vumi escaped nothing. */
function headertext(content: string, callback: string | null, display: string): HttpAnswer {
  const option = { command: '1', order: '1', callback: callback ?? '', display };
  const options = xmlNode('options', {}, xmlNode('option', option));
  const text = xmlNode('headertext', {}, content);
  const body = writeXml(xmlNode('request', {}, text, ...(callback === null ? [] : [options])));
  return { status: 200, headers: XML_HEADERS, body };
}

const vodacomOptions = {
  ussd_string_prefix: z
    .string()
    .min(1)
    .describe('What a request that opens a session begins with, such as `*120*666`'),
} as const;

/** Never tells that a session is over. What is dialled has the prefix; nothing else tells that a session begins. */
export const vodacomUssd = defineUssd({
  type: 'vodacom_messaging',
  aliases: withModules(
    ['vumi.transports.vodacom_messaging', 'vumi.transports.vodacom_messaging.vodacom_messaging'],
    { VodacomMessagingTransport: {} },
  ),
  summary: 'USSD of Vodacom Messaging (South Africa)',
  methods: ['GET', 'POST'],
  required: ['msisdn', 'request', 'provider', 'ussdSessionId'],
  initialContent: 'text',
  own: vodacomOptions,
  read: ({ msisdn, request, provider, ussdSessionId }, _request, { ussd_string_prefix: prefix }) => ({
    session: ussdSessionId,
    from: msisdn,
    ...(request.startsWith(prefix) ? { event: 'new', to: request } : { event: 'resume' }),
    input: request,
    provider,
  }),
  screen: ({ content, close, request: { url } }) =>
    headertext(content, close ? null : url.origin + url.pathname, 'False'),
});

/** The URL that an answer names has the code in it, so that the session needs nobody's memory. */
export const aatUssd = defineUssd({
  type: 'aat_ussd',
  aliases: withModules(['vumi2.transports.aat_ussd', 'vumi2.transports'], { AatUssdTransport: {} }),
  summary: 'USSD of AAT (South Africa)',
  methods: ['GET'],
  required: ['msisdn', 'provider', 'request'],
  optional: ['ussdSessionId', 'to_addr'],
  read: ({ msisdn, provider, request, ussdSessionId, to_addr }) => ({
    session: ussdSessionId,
    from: msisdn,
    ...(to_addr === undefined
      ? { event: 'new', to: request }
      : { event: 'resume', to: to_addr, isOurs: true }),
    input: request,
    provider,
    metadata: { aat_ussd: { provider, ussd_session_id: ussdSessionId ?? null } },
    helper: { session_id: ussdSessionId ?? null },
  }),
  screen: ({ content, close, session, request: { url } }) => {
    // Vumi's way to write it.
    const to = encodeURIComponent(session.to).replaceAll('*', '%2A');
    const callback = `${url.origin}${url.pathname}?to_addr=${to}`;
    return headertext(content, close ? null : callback, 'false');
  },
});

/** The text of an answer, and the query of the URL in it. */
function showHeadertext({ body }: PhoneAnswer): PhoneScreen {
  const root = readXml(Buffer.from(body));
  const text = root === null ? undefined : childOf(root, 'headertext')?.text;
  if (root === null || text === undefined) throw new SyntaxError(`the answer has no headertext: ${body}`);
  const callback = childOf(root, 'options')?.children[0]?.attributes['callback'];
  return {
    text,
    ends: callback === undefined,
    next: callback === undefined ? null : new URL(callback).search.slice(1),
  };
}

export const vodacomPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => ({
    method: 'GET',
    query: {
      msisdn: from,
      request: event === 'new' ? to : input,
      provider: 'Vodacom',
      ussdSessionId: session,
    },
  }),
  show: showHeadertext,
};

export const aatPhone: UssdPhone = {
  ask: ({ session, from, to, event, input, next }) => ({
    method: 'GET',
    query: {
      ...Object.fromEntries(new URLSearchParams(next ?? '')),
      msisdn: from,
      request: event === 'new' ? to : input,
      provider: 'MTN',
      ussdSessionId: session,
    },
  }),
  show: showHeadertext,
};
