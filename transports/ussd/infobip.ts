import { json } from '../http/answers.ts';
import type { HttpAnswer } from '@vumi/http';
import type { ChannelRequest } from '../http/channel.ts';
import { withModules } from '../aliases.ts';
import { defineUssd, jsonFields } from '../http/ussd/define-ussd.ts';
import { jsonOf, textIn, type UssdPhone } from './phone.ts';

const SUCCESS = { responseExitCode: 200, responseMessage: '' };

/** Errors are said inside an answer of 200. */
function failure(responseMessage: string): HttpAnswer {
  return json(200, { responseExitCode: 400, responseMessage });
}

/** Session and event are parts of the path: `/<session>/start`, `response`, `end`, `status`. */
function partsOf({ path }: ChannelRequest): { session: string; action: string } {
  const [session = '', action = ''] = path.split('/').filter((part) => part !== '');
  return { session: decodeURIComponent(session), action };
}

/** Its first answer must not close the session, says its manual. */
export const infobipUssd = defineUssd({
  type: 'infobip_ussd',
  aliases: withModules(['vumi.transports.infobip', 'vumi.transports.infobip.infobip'], {
    InfobipTransport: {},
  }),
  summary: 'USSD of Infobip',
  methods: ['POST', 'GET', 'PUT'],
  below: true,
  fieldsOf: (request) => (request.body.length === 0 ? new Map() : jsonFields(request)),
  required: [],
  optional: [
    'msisdn',
    'imsi',
    'text',
    'shortCode',
    'optional',
    'ussdGwId',
    'ussdNodeId',
    'exitCode',
    'reason',
  ],
  initialContent: 'text',
  read: ({ msisdn, text, shortCode, ussdGwId }, request) => {
    const { session, action } = partsOf(request);
    const lacks = (field: string) => ({
      kind: 'refused' as const,
      answer: failure(`Missing required JSON field: ${field}`),
    });
    switch (action) {
      case 'start':
        if (msisdn === undefined) return lacks('msisdn');
        if (text === undefined) return lacks('text');
        return { session, from: msisdn, event: 'new', to: shortCode ?? '', input: text, provider: ussdGwId };
      case 'response':
        return text === undefined ? lacks('text') : { session, event: 'resume', input: text };
      case 'end':
        return { session, event: 'close', input: null };
      case 'status':
        return { session, input: null, asks: (sessionActive) => json(200, { sessionActive, ...SUCCESS }) };
      default:
        return { kind: 'refused', answer: failure(`Unknown action: ${action}`) };
    }
  },
  refuse: ({ unexpected: [unexpected] }) =>
    failure(unexpected === undefined ? 'Invalid JSON' : `Unexpected JSON field: ${unexpected}`),
  screen: ({ content, close }) => json(200, { shouldClose: close, ussdMenu: content, ...SUCCESS }),
  ended: () => json(200, SUCCESS),
  unknown: ({ session }) => failure(`Invalid USSD session '${session.id}'`),
});

export const infobipPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => ({
    method: 'POST',
    path: `/${encodeURIComponent(session)}/${{ new: 'start', resume: 'response', close: 'end' }[event]}`,
    json: {
      new: { msisdn: from, text: to, shortCode: to, imsi: '655010000000001', ussdGwId: 'gw1' },
      resume: { msisdn: from, text: input },
      close: { exitCode: 200 },
    }[event],
  }),
  show: (answer) => {
    const fields = jsonOf(answer);
    if (fields['responseExitCode'] !== 200) return { text: textIn(fields, 'responseMessage'), ends: true };
    return { text: textIn(fields, 'ussdMenu'), ends: fields['shouldClose'] === true };
  },
};
