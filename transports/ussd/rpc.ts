import type { HttpAnswer } from '@vumi/http';
import {
  readCall,
  readResponse,
  writeCall,
  writeFault,
  writeResponse,
  XML_HEADERS,
  type RpcValue,
} from '../http/xml-rpc.ts';
import { withModules } from '../aliases.ts';
import type { ChannelRequest } from '../http/channel.ts';
import { listensAt, renamed, renamedOptions, serverEndpoint } from '../lifted-options.ts';
import { defineUssd } from '../http/ussd/define-ussd.ts';
import { textIn, type PhoneAnswer, type UssdPhone } from './phone.ts';

type Struct = Readonly<Record<string, RpcValue>>;

const METHOD = 'method';
const MISSING = { code: 4001, text: '4001: Missing Parameters' };

function answered(body: string): HttpAnswer {
  return { status: 200, headers: XML_HEADERS, body };
}

/** The members of the one struct of a call, and the name of the call as `method`. */
function structOf({ body }: ChannelRequest): ReadonlyMap<string, readonly unknown[]> | null {
  const call = readCall(body);
  const [struct] = call?.params ?? [];
  if (call === null || typeof struct !== 'object' || Array.isArray(struct)) return null;
  return new Map(
    [...Object.entries(struct), [METHOD, call.method] as const].map(([name, value]) => [name, [value]]),
  );
}

const ECHOED = [
  'TransactionId',
  'TransactionTime',
  'MSISDN',
  'USSDServiceCode',
  'USSDRequestString',
] as const;

const RWANDA_NAMES = { timeout: 'request_timeout', session_timeout_period: 'ussd_session_timeout' } as const;

/** Calls handleUSSD with each step. Vumi's ack named the inbound message; here it names the reply. */
export const mtnRwandaUssd = defineUssd({
  type: 'mtn_rwanda_ussd',
  aliases: withModules(['vumi.transports.mtn_rwanda', 'vumi.transports.mtn_rwanda.mtn_rwanda_ussd'], {
    MTNRwandaUSSDTransport: {},
  }),
  summary: 'USSD of MTN Rwanda, XML-RPC',
  own: { ...renamedOptions(RWANDA_NAMES), twisted_endpoint: serverEndpoint() },
  lift: (options) => ({
    ...listensAt('twisted_endpoint', { host: 'web_host', port: 'web_port' })(options),
    ...renamed(RWANDA_NAMES)(options),
  }),
  methods: ['POST'],
  fieldsOf: structOf,
  required: [METHOD, ...ECHOED],
  optional: ['response'],
  read: (given) => ({
    session: given.TransactionId,
    from: given.MSISDN,
    to: given.USSDServiceCode,
    input: given.USSDRequestString,
    metadata: {
      mtn_rwanda_ussd: { transaction_id: given.TransactionId, transaction_time: given.TransactionTime },
    },
  }),
  refuse: () => answered(writeFault(MISSING.code, MISSING.text)),
  screen: ({ content, close, request }) => {
    const asked = structOf(request);
    const echo = ECHOED.map((name) => [name, textOf(asked?.get(name)?.[0])]);
    const action = close ? 'end' : 'request';
    return answered(writeResponse({ ...Object.fromEntries(echo), USSDResponseString: content, action }));
  },
});

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const EVENTS: Readonly<Record<string, 'new' | 'resume' | 'close'>> = {
  'USSD.INIT': 'new',
  'USSD.CONT': 'resume',
  'USSD.END': 'close',
};

const TRUEAFRICAN_NAMES = {
  port: 'web_port',
  interface: 'web_host',
  session_timeout: 'ussd_session_timeout',
} as const;

/** Three calls: USSD.INIT, USSD.CONT, USSD.END. */
export const trueAfricanUssd = defineUssd({
  type: 'trueafrican_ussd',
  aliases: withModules(['vumi.transports.trueafrican', 'vumi.transports.trueafrican.transport'], {
    TrueAfricanUssdTransport: {},
  }),
  summary: 'USSD of TrueAfrican (Uganda), XML-RPC',
  own: renamedOptions(TRUEAFRICAN_NAMES),
  lift: renamed(TRUEAFRICAN_NAMES),
  methods: ['POST'],
  fieldsOf: structOf,
  required: [METHOD, 'session'],
  optional: ['msisdn', 'shortcode', 'response'],
  read: ({ method, session, msisdn, shortcode, response = '' }) => {
    const event = EVENTS[method];
    if (event === undefined)
      return { kind: 'refused', answer: answered(writeFault(8001, `no such method: ${method}`)) };
    if (event === 'new' && (msisdn === undefined || shortcode === undefined))
      return { kind: 'refused', answer: answered(writeFault(MISSING.code, MISSING.text)) };
    return {
      session,
      from: msisdn,
      event,
      ...(event === 'new' ? { to: shortcode } : {}),
      input: event === 'resume' ? response : null,
    };
  },
  refuse: () => answered(writeFault(MISSING.code, MISSING.text)),
  screen: ({ content, close, session }) =>
    answered(writeResponse({ session: session.id, type: close ? 'end' : 'cont', message: content })),
  ended: () => answered(writeResponse({})),
});

function responseOf({ body }: PhoneAnswer): Struct {
  const response = readResponse(Buffer.from(body));
  if (response === null || !('value' in response)) throw new SyntaxError(`the answer is a fault: ${body}`);
  return response.value as Struct;
}

export const mtnRwandaPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => ({
    method: 'POST',
    xml: writeCall('handleUSSD', {
      TransactionId: session,
      TransactionTime: '20261129T10:00:00',
      MSISDN: from,
      USSDServiceCode: to,
      USSDRequestString: event === 'new' ? to : input,
    }),
  }),
  show: (answer) => {
    const struct = responseOf(answer);
    return { text: textIn(struct, 'USSDResponseString'), ends: struct['action'] === 'end' };
  },
};

export const trueAfricanPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => ({
    method: 'POST',
    xml: {
      new: writeCall('USSD.INIT', { session, msisdn: from, shortcode: to }),
      resume: writeCall('USSD.CONT', { session, response: input }),
      close: writeCall('USSD.END', { session }),
    }[event],
  }),
  show: (answer) => {
    const struct = responseOf(answer);
    return { text: textIn(struct, 'message'), ends: struct['type'] === 'end' };
  },
};
