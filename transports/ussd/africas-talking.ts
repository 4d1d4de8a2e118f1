import { defineUssd } from '../http/ussd/define-ussd.ts';
import { conEnd } from './con-end.ts';
import { showConEnd, type UssdPhone } from './phone.ts';

/** What is told of a session that has ended, beside the fields of its steps (spec channels §C). */
const ENDING = [
  'status',
  'date',
  'cost',
  'durationInMillis',
  'hopsCount',
  'input',
  'lastAppResponse',
  'errorMessage',
] as const;
/** We have ended it ourselves. */
const SUCCESS = 'Success';

/** Says all inputs of a session each time: `1*2*3`. How a session ended may be told to the same URL. */
export const africasTalkingUssd = defineUssd({
  type: 'africastalking_ussd',
  aliases: {
    mobilesasa_ussd: { provider: 'mobilesasa' },
    hellio_ussd: { provider: 'hellio' },
  },
  summary: "USSD of Africa's Talking, Mobilesasa and Hellio",
  methods: ['POST'],
  required: ['sessionId', 'serviceCode', 'phoneNumber'],
  optional: ['networkCode', 'text', ...ENDING],
  read: ({ sessionId, serviceCode, phoneNumber, networkCode, text = '', status, errorMessage }) => {
    if (status === SUCCESS) return { kind: 'ignored', why: 'the end of a session that we have ended' };
    const step = { session: sessionId, from: phoneNumber, to: serviceCode, provider: networkCode };
    if (status !== undefined) {
      const metadata = { africastalking_ussd: { status, error: errorMessage ?? null } };
      return { ...step, event: 'close', input: null, metadata };
    }
    return { ...step, event: text === '' ? 'new' : 'resume', input: text, cumulative: '*' };
  },
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
