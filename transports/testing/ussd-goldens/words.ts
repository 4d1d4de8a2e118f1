import { get, NEW, RESUME, CLOSE, U, type Golden } from './golden.ts';

const AIRTEL = { SessionID: 's', MSISDN: U, MSC: 'm' };
const IMIMOBILE = { msisdn: U, code: 'c', tid: '1', dcs: '15' };
const CELLULANT = { MSISDN: U, sessionID: 's', ABORT: '0' };

export const WORDS_GOLDENS: Readonly<Record<string, Golden>> = {
  Cellulant: {
    type: 'cellulant',
    exchanges: [
      {
        ask: get({ ...CELLULANT, opCode: 'BEG', INPUT: '*120#' }),
        in: { ...NEW, content: null, to_addr: '*120#', transport_metadata: { session_id: 's' } },
        out: ['hi'],
        answer: '1|hi|null|null|null|null',
      },
      {
        ask: get({ ...CELLULANT, opCode: 'INP', INPUT: '1' }),
        in: { ...RESUME, content: '1', to_addr: '*120#' },
        out: ['a|b', 'close'],
        answer: '1|a/b|null|null|end|null',
      },
      { ask: get({ ...CELLULANT, opCode: 'INP', INPUT: '1', sessionID: 'x' }), in: null, answer: '' },
      {
        ask: get({ ...CELLULANT, opCode: 'BEG', INPUT: '*120#' }),
        in: NEW,
        out: ['hi'],
        answer: '1|hi|null|null|null|null',
      },
      {
        ask: get({ ...CELLULANT, opCode: 'ABO', INPUT: '1', ABORT: '1' }),
        in: { session_event: 'close', content: '1' },
        answer: '',
      },
    ],
  },
  Airtel: {
    type: 'airtel_ussd',
    config: { to_addr_pattern: '\\*12\\d#' },
    exchanges: [
      {
        ask: get({ ...AIRTEL, input: '121' }),
        in: {
          ...NEW,
          content: '',
          to_addr: '*121#',
          provider: 'airtel',
          transport_metadata: { session_id: 's', airtel: { MSC: 'm' } },
        },
        out: ['\n hi'],
        answer: 'hi',
        headers: { Freeflow: 'FC', charge: 'N', amount: '0' },
      },
      {
        ask: get({ ...AIRTEL, input: '7' }),
        in: { ...RESUME, content: '7', to_addr: '*121#' },
        out: ['bye', 'close'],
        answer: 'bye',
        headers: { Freeflow: 'FB', charge: 'N', amount: '0' },
      },
      {
        ask: get({ SessionID: 's', msisdn: U, clean: 'clean-session', error: '522' }),
        in: null,
        answer: 'Unknown Session',
      },
      { ask: get({ ...AIRTEL, input: '555' }), in: null, status: 400, answer: { invalid_session: ['s'] } },
      {
        ask: get({ SessionID: 's', MSISDN: U }),
        in: null,
        status: 400,
        answer: { missing_parameter: ['MSC', 'input'] },
      },
    ],
  },
  'Airtel, left by the user': {
    type: 'airtel_ussd',
    config: { airtel_username: 'u', airtel_password: 'p', airtel_charge: true, airtel_charge_amount: 5 },
    exchanges: [
      {
        ask: get({ ...AIRTEL, input: '121', userid: 'u', password: 'x' }),
        in: null,
        status: 403,
        answer: 'Forbidden',
      },
      {
        ask: get({ ...AIRTEL, input: '121', userid: 'u', password: 'p' }),
        in: NEW,
        out: ['hi'],
        answer: 'hi',
        headers: { charge: 'Y', amount: '5' },
      },
      {
        ask: get({
          SessionID: 's',
          msisdn: U,
          clean: 'clean-session',
          error: '522',
          userid: 'u',
          password: 'p',
        }),
        in: {
          session_event: 'close',
          content: '',
          to_addr: '*121#',
          transport_metadata: { session_id: 's', airtel: { clean: 'clean-session', error: '522' } },
        },
        answer: '',
      },
    ],
  },
  IMImobile: {
    type: 'imimobile_ussd',
    config: { suffix_to_addrs: { a: '*1#' } },
    exchanges: [
      {
        ask: get({ ...IMIMOBILE, msg: 'hi' }, '/a'),
        in: {
          ...NEW,
          content: 'hi',
          to_addr: '*1#',
          provider: 'imimobile',
          transport_metadata: { imimobile_ussd: { tid: '1', code: 'c', dcs: '15' } },
        },
        out: ['yo'],
        answer: 'yo',
        headers: { 'X-USSD-SESSION': '1' },
      },
      {
        ask: get({ ...IMIMOBILE, msg: '2' }, '/a'),
        in: { ...RESUME, content: '2' },
        out: ['more'],
        answer: 'more',
        headers: { 'X-USSD-SESSION': '1' },
      },
      {
        ask: get({ ...IMIMOBILE, msg: 'Map Dialog User Abort User Reason: x' }, '/a'),
        in: CLOSE,
        answer: 'Session Ended',
        headers: { 'X-USSD-SESSION': '0' },
      },
      {
        ask: get({ ...IMIMOBILE, msg: 'hi' }, '/a'),
        in: NEW,
        out: ['bye', 'close'],
        answer: 'bye',
        headers: { 'X-USSD-SESSION': '0' },
      },
      {
        ask: get({ ...IMIMOBILE, msg: 'hi' }, '/zz'),
        in: null,
        status: 400,
        answer: { unknown_suffix: 'zz' },
      },
    ],
  },
};
