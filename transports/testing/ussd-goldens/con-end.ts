import { CLOSE, get, NEW, RESUME, U, type Golden } from './golden.ts';

const AT = { sessionId: 's', serviceCode: '*384#', phoneNumber: '+254711000001', networkCode: '63902' };
const AT_ENDED = {
  date: '2026-11-29 10:00:00',
  cost: 'KES 1.0',
  durationInMillis: '9000',
  hopsCount: '2',
  input: '',
  lastAppResponse: 'CON Name?',
};
const SAFARICOM = { ORIG: U, DEST: '167', SESSION_ID: 's' };

export const CON_END_GOLDENS: Readonly<Record<string, Golden>> = {
  "Africa's Talking": {
    type: 'africastalking_ussd',
    exchanges: [
      {
        ask: { form: { ...AT, text: '' } },
        in: {
          ...NEW,
          content: null,
          to_addr: '*384#',
          from_addr: '+254711000001',
          provider: '63902',
          transport_type: 'ussd',
          transport_metadata: { session_id: 's' },
        },
        out: ['Name?'],
        answer: 'CON Name?',
      },
      {
        ask: { form: { ...AT, text: 'A*B' } },
        in: { ...RESUME, content: 'A*B', to_addr: '*384#' },
        out: ['Age?'],
        answer: 'CON Age?',
      },
      {
        ask: { form: { ...AT, text: 'A*B' } },
        in: null,
        answer: 'CON Age?',
      },
      {
        ask: { form: { ...AT, text: 'A*B*7*' } },
        in: { ...RESUME, content: '7*' },
        out: ['bye', 'close'],
        answer: 'END bye',
      },
      {
        ask: { form: { ...AT, ...AT_ENDED, status: 'Success', input: 'A*B*7*', lastAppResponse: 'END bye' } },
        in: null,
        answer: '',
      },
      { ask: { form: { ...AT, sessionId: 's2', text: '' } }, in: NEW, out: ['Name?'], answer: 'CON Name?' },
      {
        ask: { form: { ...AT, ...AT_ENDED, sessionId: 's2', status: 'Incomplete', errorMessage: 'hung up' } },
        in: {
          ...CLOSE,
          to_addr: '*384#',
          transport_metadata: {
            session_id: 's2',
            africastalking_ussd: { status: 'Incomplete', error: 'hung up' },
          },
        },
        answer: '',
      },
      {
        ask: { form: { ...AT, ...AT_ENDED, sessionId: 's2', status: 'Failed' } },
        in: null,
        answer: '',
      },
    ],
  },
  Advanta: {
    type: 'advanta_ussd',
    exchanges: [
      {
        ask: get({ SESSIONID: 's', USSDCODE: '*415#', MSISDN: U, INPUT: '*415#' }),
        in: { ...NEW, content: null, to_addr: '*415#', from_addr: U },
        out: ['hi'],
        answer: 'CON hi',
      },
      {
        ask: get({ SESSIONID: 's', USSDCODE: '*415#', MSISDN: U, INPUT: '*415*33#' }),
        in: { ...RESUME, content: '33' },
        out: ['hi'],
        answer: 'CON hi',
      },
      {
        ask: get({ SESSIONID: 's', USSDCODE: '*415#', MSISDN: U, INPUT: '*415*33*1#' }),
        in: { ...RESUME, content: '1' },
        out: ['bye', 'close'],
        answer: 'END bye',
      },
    ],
  },
  Bonga: {
    type: 'bonga_ussd',
    exchanges: [
      {
        ask: get({ mobile_number: U, session_id: 's', message: '', service_code: '*5#', network: 'Airtel' }),
        in: { ...NEW, content: null, to_addr: '*5#', provider: 'Airtel' },
        out: ['hi'],
        answer: 'CON hi',
      },
      {
        ask: get({ mobile_number: U, session_id: 's', message: '1', service_code: '*5#', network: 'Airtel' }),
        in: { ...RESUME, content: '1' },
        out: ['bye', 'close'],
        answer: 'END bye',
      },
    ],
  },
  Crossgate: {
    type: 'crossgate_ussd',
    exchanges: [
      {
        ask: get({ session_id: 's', msisdn: U, network_code: '1', ussd_string: '*5#', service_code: '*5#' }),
        in: { ...NEW, content: null, to_addr: '*5#', provider: '1' },
        out: ['yo'],
        answer: 'CON yo',
      },
      {
        ask: get({ session_id: 's', msisdn: U, network_code: '1', ussd_string: '1', service_code: '*5#' }),
        in: { ...RESUME, content: '1', to_addr: '*5#' },
        out: ['bye', 'close'],
        answer: 'END bye',
      },
      {
        ask: get({ session_id: 's', network_code: '1', ussd_string: '1', service_code: '*5#' }),
        in: null,
        status: 400,
        answer: { missing_parameter: ['msisdn'] },
      },
    ],
  },
  Safaricom: {
    type: 'safaricom',
    exchanges: [
      {
        ask: get({ ...SAFARICOM, USSD_PARAMS: '3' }),
        in: {
          ...NEW,
          content: '',
          to_addr: '*167*3#',
          provider: 'safaricom',
          transport_metadata: { session_id: 's', safaricom: { session_id: 's' } },
        },
        out: ['a'],
        answer: 'CON a',
      },
      {
        ask: get({ ...SAFARICOM, USSD_PARAMS: '3*7' }),
        in: { ...RESUME, content: '7', to_addr: '*167*3#' },
        out: ['b', 'close'],
        answer: 'END b',
      },
      { ask: get(SAFARICOM), in: null, status: 400, answer: { missing_parameter: ['USSD_PARAMS'] } },
      {
        ask: get({ ...SAFARICOM, SESSION_ID: 's2', USSD_PARAMS: '' }),
        in: { ...NEW, to_addr: '*167#' },
        out: ['a'],
        answer: 'CON a',
      },
      {
        ask: get({ ...SAFARICOM, SESSION_ID: 's2', USSD_PARAMS: 'x*y' }),
        in: { content: 'x*y' },
        out: ['b'],
        answer: 'CON b',
      },
      {
        ask: get({ ...SAFARICOM, SESSION_ID: 's2', USSD_PARAMS: 'x' }),
        in: { content: 'x' },
        out: ['c'],
        answer: 'CON c',
      },
    ],
  },
};
