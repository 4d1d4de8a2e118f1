import { defineUssd } from '../http/ussd/define-ussd.ts';
import { conEnd } from './con-end.ts';
import { showConEnd, type PhoneStep, type UssdPhone } from './phone.ts';

/**
 * Gateways that ask by GET and are answered CON or END (spec channels §B). They do not say when a session begins: one
 * that is not known does.
 */
export const bongaUssd = defineUssd({
  type: 'bonga_ussd',
  aliases: { olivetree_ussd: {} },
  summary: 'USSD of Bonga and Olivetree (Kenya)',
  methods: ['GET', 'POST'],
  required: ['mobile_number', 'session_id', 'message', 'service_code'],
  optional: ['network'],
  read: ({ mobile_number, session_id, message, service_code, network }) => ({
    session: session_id,
    from: mobile_number,
    to: service_code,
    input: message,
    provider: network,
  }),
  screen: conEnd,
});

export const crossgateUssd = defineUssd({
  type: 'crossgate_ussd',
  summary: 'USSD of Crossgate',
  methods: ['GET', 'POST'],
  required: ['session_id', 'msisdn', 'ussd_string', 'service_code'],
  optional: ['network_code'],
  read: ({ session_id, msisdn, ussd_string, service_code, network_code }) => ({
    session: session_id,
    from: msisdn,
    to: service_code,
    input: ussd_string,
    provider: network_code,
  }),
  screen: conEnd,
});

/** Says the code and all inputs each time, as if they had been dialled: `*415*33*1#`. */
export const advantaUssd = defineUssd({
  type: 'advanta_ussd',
  summary: 'USSD of Advanta (Kenya)',
  methods: ['GET', 'POST'],
  required: ['SESSIONID', 'USSDCODE', 'MSISDN', 'INPUT'],
  read: ({ SESSIONID, USSDCODE, MSISDN, INPUT }) => ({
    session: SESSIONID,
    from: MSISDN,
    to: USSDCODE,
    input: inputsOf(INPUT, USSDCODE),
    cumulative: '*',
  }),
  screen: conEnd,
});

function inputsOf(dialled: string, code: string): string {
  const start = code.replace(/#$/, '');
  const all = dialled.replace(/#$/, '');
  return (all.startsWith(start) ? all.slice(start.length) : all).replace(/^\*/, '');
}

const typed = ({ event, to, input }: PhoneStep): string => (event === 'new' ? to : input);

export const bongaPhone: UssdPhone = {
  ask: (step) => ({
    method: 'GET',
    query: {
      mobile_number: step.from,
      session_id: step.session,
      message: typed(step),
      service_code: step.to,
      network: 'Safaricom',
    },
  }),
  show: showConEnd,
};

export const crossgatePhone: UssdPhone = {
  ask: (step) => ({
    method: 'GET',
    query: {
      session_id: step.session,
      msisdn: step.from,
      network_code: '62120',
      ussd_string: typed(step),
      service_code: step.to,
    },
  }),
  show: showConEnd,
};

export const advantaPhone: UssdPhone = {
  ask: ({ session, from, to, event, input, before }) => ({
    method: 'GET',
    query: {
      SESSIONID: session,
      USSDCODE: to,
      MSISDN: from,
      INPUT: event === 'new' ? to : `${[to.replace(/#$/, ''), ...before, input].join('*')}#`,
    },
  }),
  show: showConEnd,
};
