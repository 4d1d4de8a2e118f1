import { secretSchema } from '@vumi/core';
import { isSameSecret } from '@vumi/http';
import { z } from 'zod';
import { json, plain } from '../http/answers.ts';
import { sendOptions } from '../http/send-options.ts';
import { defineUssd, jsonFields } from '../http/ussd/define-ussd.ts';
import { jsonOf, textIn, type UssdPhone } from './phone.ts';

const BEGIN = '0';
const CONTINUE = '1';
/** A session that the network, the subscriber or time has ended. */
const ENDS = new Set(['2', '4', '5']);

const own = {
  api_key: secretSchema
    .optional()
    .describe('Key that MTN gives in the header x-api-key, and that is given to MTN. Default: none'),
  service_code: z
    .string()
    .min(1)
    .optional()
    .describe('Code that sessions are opened from, for messages that name none as their from_addr'),
  outbound_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Where sessions are opened that the network did not begin: `https://api.mtn.com/v1/messages/ussd/outbound`. Default: none, such messages are refused',
    ),
  ...sendOptions,
} as const;

/**
 * USSD of MTN's API platform (spec channels §B). The names of fields are those of its documents; nobody here has seen it
 * run.
 */
export const madapiUssd = defineUssd({
  type: 'mtn_madapi_ussd',
  summary: "USSD of MTN's API platform, MADAPI; opens sessions too",
  methods: ['POST'],
  fieldsOf: jsonFields,
  required: ['sessionId', 'messageType', 'msisdn', 'serviceCode'],
  optional: ['ussdString', 'cellId', 'language', 'imsi'],
  own,
  read: (given, { headers }, { api_key }) => {
    const key = headers['x-api-key'];
    if (api_key !== undefined && !(typeof key === 'string' && isSameSecret(key, api_key.reveal())))
      return { kind: 'refused', answer: plain(401, 'Not Authorized') };
    const { sessionId, messageType, msisdn, serviceCode, ussdString = '' } = given;
    const step = { session: sessionId, from: msisdn, provider: 'mtn', keep: { serviceCode } };
    if (messageType === BEGIN)
      return { ...step, event: 'new', to: ussdString === '' ? serviceCode : ussdString, input: ussdString };
    if (messageType === CONTINUE) return { ...step, event: 'resume', to: serviceCode, input: ussdString };
    if (ENDS.has(messageType)) return { ...step, event: 'close', input: null };
    return { kind: 'ignored', why: `the messageType "${messageType}" asks for nothing` };
  },
  screen: ({ content, close, session, request, config }) => {
    const answer = json(200, {
      statusCode: '0000',
      statusMessage: 'Success',
      transactionId: session.id,
      data: {
        inboundResponse: content,
        userInputRequired: !close,
        messageType: close ? '2' : CONTINUE,
        serviceCode: session.keep['serviceCode'],
        msisdn: session.from,
      },
      _link: { self: { href: request.url.href } },
    });
    return config.api_key === undefined
      ? answer
      : { ...answer, headers: { ...answer.headers, 'x-api-key': config.api_key.reveal() } };
  },
  sending: {
    options: (config) => (config.outbound_url === undefined ? null : config),
    request: ({ message_id, to_addr, from_addr, content }, { outbound_url = '', api_key, service_code }) => ({
      method: 'POST',
      url: outbound_url,
      headers: {
        'content-type': 'application/json',
        ...(api_key === undefined ? {} : { 'x-api-key': api_key.reveal() }),
      },
      body: JSON.stringify({
        sessionId: message_id,
        messageType: BEGIN,
        msisdn: (to_addr ?? '').replace(/^\+/, ''),
        serviceCode: from_addr ?? service_code,
        ussdString: content,
      }),
    }),
  },
});

export const madapiPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }, { api_key }) => ({
    method: 'POST',
    ...(typeof api_key === 'string' ? { headers: { 'x-api-key': api_key } } : {}),
    json: {
      sessionId: session,
      messageType: { new: '0', resume: '1', close: '2' }[event],
      msisdn: from,
      serviceCode: to,
      ussdString: event === 'new' ? to : input,
    },
  }),
  show: (answer) => {
    const data = jsonOf(answer)['data'] as Record<string, unknown>;
    return { text: textIn(data, 'inboundResponse'), ends: data['userInputRequired'] !== true };
  },
};
