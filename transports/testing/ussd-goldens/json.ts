import { get, NEW, RESUME, CLOSE, U, type Golden } from './golden.ts';

const HUBTEL = { Mobile: '233200000001', SessionId: 's', ServiceCode: '713', Operator: 'mtn' };
const ARKESEL = { sessionID: 's', userID: 'x', msisdn: '233200000001' };
const NALO = { USERID: 'N', MSISDN: '233200000001', NETWORK: 'MTN', SESSIONID: 's' };
const MOOLRE = { sessionid: 's', msisdn: U, network: 3, extension: '9', data: '' };
const HOLLATAGS = { session_msisdn: U, session_id: 's', session_from: '9', session_mno: 'MTN' };
const MADAPI = { sessionId: 's', msisdn: U, serviceCode: '*123#' };
const DMARK = {
  transactionId: 's',
  msisdn: U,
  ussdServiceCode: '111',
  transactionTime: '1',
  creationTime: '1',
  response: 'false',
};
const arkesel = (message: string, continueSession: boolean) => ({
  ...ARKESEL,
  message,
  continueSession,
});
const nalo = (MSG: string, MSGTYPE: boolean) => ({ USERID: 'N', MSISDN: NALO.MSISDN, MSG, MSGTYPE });
const hubtel = (Message: string, Type: string, DataType: string) => ({
  SessionId: 's',
  Type,
  Message,
  Label: Message,
  DataType,
  FieldType: 'text',
  ClientState: '',
});
const madapi = (inboundResponse: string, userInputRequired: boolean, messageType: string) => ({
  statusCode: '0000',
  statusMessage: 'Success',
  transactionId: 's',
  data: {
    inboundResponse,
    userInputRequired,
    messageType,
    serviceCode: '*123#',
    msisdn: U,
  },
  _link: { self: { href: 'https://vumi.example/hooks/net' } },
});
const hollatags = (session_msg: string, session_operation: string) => ({
  session_operation,
  session_type: 1,
  session_id: 's',
  session_msg,
});
const SUCCESS = { responseExitCode: 200, responseMessage: '' };

export const JSON_GOLDENS: Readonly<Record<string, Golden>> = {
  Hubtel: {
    type: 'hubtel_ussd',
    exchanges: [
      {
        ask: { json: { ...HUBTEL, Type: 'Initiation', Message: '*713#', Sequence: 1 } },
        in: { ...NEW, content: null, to_addr: '*713#', provider: 'mtn', from_addr: HUBTEL.Mobile },
        out: ['hi'],
        answer: hubtel('hi', 'response', 'input'),
      },
      {
        ask: { json: { ...HUBTEL, Type: 'Response', Message: '2', Sequence: 2 } },
        in: { ...RESUME, content: '2', to_addr: '*713#' },
        out: ['more'],
        answer: hubtel('more', 'response', 'input'),
      },
      {
        ask: { json: { ...HUBTEL, Type: 'Response', Message: '2', Sequence: 2 } },
        in: null,
        answer: hubtel('more', 'response', 'input'),
      },
      {
        ask: { json: { ...HUBTEL, Type: 'Release', Message: '', Sequence: 3 } },
        in: { ...CLOSE, to_addr: '*713#' },
        answer: '',
      },
      {
        ask: { json: { ...HUBTEL, SessionId: 's2', Type: 'Initiation', Message: '*713#', Sequence: 1 } },
        in: NEW,
        out: ['bye', 'close'],
        answer: { ...hubtel('bye', 'release', 'display'), SessionId: 's2' },
      },
    ],
  },
  Arkesel: {
    type: 'arkesel_ussd',
    exchanges: [
      {
        ask: { json: { ...ARKESEL, newSession: true, userData: '*9#', network: 'MTN' } },
        in: { ...NEW, content: null, to_addr: '*9#', provider: 'MTN' },
        out: ['hi'],
        answer: arkesel('hi', true),
      },
      {
        ask: { json: { ...ARKESEL, newSession: false, userData: '1' } },
        in: { ...RESUME, content: '1', to_addr: '*9#' },
        out: ['bye', 'close'],
        answer: arkesel('bye', false),
      },
    ],
  },
  Nalo: {
    type: 'nalo_ussd',
    exchanges: [
      {
        ask: { json: { ...NALO, MSGTYPE: true, USERDATA: '*9#' } },
        in: { ...NEW, content: null, to_addr: '*9#', provider: 'MTN' },
        out: ['hi'],
        answer: nalo('hi', true),
      },
      {
        ask: { json: { ...NALO, MSGTYPE: false, USERDATA: '1' } },
        in: { ...RESUME, content: '1' },
        out: ['bye', 'close'],
        answer: nalo('bye', false),
      },
    ],
  },
  Moolre: {
    type: 'moolre_ussd',
    exchanges: [
      {
        ask: { json: { ...MOOLRE, new: true, message: '' } },
        in: { ...NEW, content: null, to_addr: '9', provider: '3' },
        out: ['hi'],
        answer: { message: 'hi', reply: true },
      },
      {
        ask: { json: { ...MOOLRE, new: false, message: '1' } },
        in: { ...RESUME, content: '1' },
        out: ['bye', 'close'],
        answer: { message: 'bye', reply: false },
      },
    ],
  },
  HollaTags: {
    type: 'hollatags_ussd',
    exchanges: [
      {
        ask: get({ ...HOLLATAGS, session_operation: 'begin', session_msg: '*9#' }),
        in: { ...NEW, content: null, to_addr: '*9#', provider: 'MTN' },
        out: ['hi'],
        answer: hollatags('hi', 'continue'),
      },
      {
        ask: get({ ...HOLLATAGS, session_operation: 'continue', session_msg: '1' }),
        in: { ...RESUME, content: '1' },
        out: ['bye', 'close'],
        answer: hollatags('bye', 'end'),
      },
    ],
  },
  'HollaTags, left by the user': {
    type: 'hollatags_ussd',
    exchanges: [
      {
        ask: get({ ...HOLLATAGS, session_operation: 'begin', session_msg: '*9#' }),
        in: NEW,
        out: ['hi'],
        answer: hollatags('hi', 'continue'),
      },
      { ask: get({ ...HOLLATAGS, session_operation: 'end', session_msg: '' }), in: CLOSE, answer: '' },
      { ask: get({ ...HOLLATAGS, session_operation: 'end', session_msg: '' }), in: null, answer: '' },
      { ask: get({ ...HOLLATAGS, session_operation: 'odd', session_msg: '' }), in: null, answer: '' },
    ],
  },
  'MTN MADAPI': {
    type: 'mtn_madapi_ussd',
    config: { api_key: 'key' },
    exchanges: [
      {
        ask: { json: { ...MADAPI, messageType: '0', ussdString: '*123*1#' } },
        in: null,
        status: 401,
        answer: 'Not Authorized',
      },
      {
        ask: {
          json: { ...MADAPI, messageType: '0', ussdString: '*123*1#' },
          headers: { 'x-api-key': 'key' },
        },
        in: { ...NEW, content: null, to_addr: '*123*1#', provider: 'mtn' },
        out: ['hi'],
        answer: madapi('hi', true, '1'),
        headers: { 'x-api-key': 'key' },
      },
      {
        ask: { json: { ...MADAPI, messageType: 1, ussdString: '7' }, headers: { 'x-api-key': 'key' } },
        in: { ...RESUME, content: '7', to_addr: '*123*1#' },
        out: ['bye', 'close'],
        answer: madapi('bye', false, '2'),
      },
      {
        ask: { json: { ...MADAPI, messageType: '3' }, headers: { 'x-api-key': 'key' } },
        in: null,
        answer: '',
      },
    ],
  },
  'MTN MADAPI, ended by time': {
    type: 'mtn_madapi_ussd',
    exchanges: [
      {
        ask: { json: { ...MADAPI, messageType: '0', ussdString: '*123#' } },
        in: NEW,
        out: ['hi'],
        answer: madapi('hi', true, '1'),
      },
      { ask: { json: { ...MADAPI, messageType: '5' } }, in: CLOSE, answer: '' },
    ],
  },
  Infobip: {
    type: 'infobip_ussd',
    exchanges: [
      {
        ask: { path: '/s1/start', json: { msisdn: U, text: 'hi', shortCode: '*1#', ussdGwId: 'gw' } },
        in: {
          ...NEW,
          content: 'hi',
          to_addr: '*1#',
          provider: 'gw',
          transport_metadata: { session_id: 's1' },
        },
        out: ['yo'],
        answer: { shouldClose: false, ussdMenu: 'yo', ...SUCCESS },
      },
      {
        ask: { method: 'GET', path: '/s1/status' },
        in: null,
        answer: { sessionActive: true, ...SUCCESS },
      },
      {
        ask: { path: '/s1/response', json: { text: '1' } },
        in: { ...RESUME, content: '1', from_addr: U, to_addr: '*1#' },
        out: ['more'],
        answer: { shouldClose: false, ussdMenu: 'more', ...SUCCESS },
      },
      { ask: { path: '/s1/end', json: { exitCode: 200 } }, in: CLOSE, answer: SUCCESS },
      {
        ask: { method: 'GET', path: '/s1/status' },
        in: null,
        answer: { sessionActive: false, ...SUCCESS },
      },
      {
        ask: { path: '/s9/response', json: { text: '1' } },
        in: null,
        answer: { responseExitCode: 400, responseMessage: "Invalid USSD session 's9'" },
      },
      {
        ask: { path: '/s9/start', json: { text: '1' } },
        in: null,
        answer: { responseExitCode: 400, responseMessage: 'Missing required JSON field: msisdn' },
      },
      {
        ask: { path: '/s9/start', body: '{' },
        in: null,
        answer: { responseExitCode: 400, responseMessage: 'Invalid JSON' },
      },
    ],
  },
  Dmark: {
    type: 'dmark_ussd',
    exchanges: [
      {
        ask: get({ ...DMARK, ussdRequestString: 'x' }),
        in: {
          ...NEW,
          content: null,
          to_addr: '111',
          provider: 'dmark',
          transport_metadata: {
            session_id: 's',
            dmark_ussd: { transaction_id: 's', transaction_time: '1', creation_time: '1' },
          },
          helper_metadata: { session_id: 's' },
        },
        out: ['hi'],
        answer: { responseString: 'hi', action: 'request' },
      },
      {
        ask: get({ ...DMARK, ussdRequestString: '1' }),
        in: { ...RESUME, content: '1' },
        out: ['yo', 'close'],
        answer: { responseString: 'yo', action: 'end' },
      },
    ],
  },
  'Dmark, with codes as they are dialled': {
    type: 'dmark_ussd',
    config: { fix_to_addr: true },
    exchanges: [
      {
        ask: get({ ...DMARK, ussdRequestString: 'x' }),
        in: { to_addr: '*111#' },
        out: ['yo'],
        answer: { responseString: 'yo', action: 'request' },
      },
    ],
  },
};
