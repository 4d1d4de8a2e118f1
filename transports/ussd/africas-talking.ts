import { defineUssd } from '../http/ussd/define-ussd.ts';
import { conEnd } from './con-end.ts';
import { showConEnd, type UssdPhone } from './phone.ts';

/** Says all inputs of a session each time: `1*2*3`. What a session ended with is told to another URL, if to any. */
export const africasTalkingUssd = defineUssd({
  type: 'africastalking_ussd',
  aliases: {
    mobilesasa_ussd: { provider: 'mobilesasa' },
    hellio_ussd: { provider: 'hellio' },
  },
  summary: "USSD of Africa's Talking, Mobilesasa and Hellio",
  methods: ['POST'],
  required: ['sessionId', 'serviceCode', 'phoneNumber'],
  optional: ['networkCode', 'text'],
  read: ({ sessionId, serviceCode, phoneNumber, networkCode, text = '' }) => ({
    session: sessionId,
    from: phoneNumber,
    event: text === '' ? 'new' : 'resume',
    to: serviceCode,
    input: text,
    cumulative: '*',
    provider: networkCode,
  }),
  screen: conEnd,
});

export const africasTalkingPhone: UssdPhone = {
  ask: ({ session, from, to, event, input, before }) => ({
    method: 'POST',
    form: {
      sessionId: session,
      serviceCode: to,
      phoneNumber: from,
      networkCode: '99999',
      text: event === 'new' ? '' : [...before, input].join('*'),
    },
  }),
  show: showConEnd,
};
