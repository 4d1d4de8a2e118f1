import { json } from '../http/answers.ts';
import { defineUssd, jsonFields } from '../http/ussd/define-ussd.ts';
import { jsonOf, textIn, type UssdPhone } from './phone.ts';

/** The network is a number: `provider` is what Moolre says. */
export const moolreUssd = defineUssd({
  type: 'moolre_ussd',
  summary: 'USSD of Moolre (Ghana)',
  methods: ['POST'],
  fieldsOf: jsonFields,
  required: ['sessionid', 'new', 'msisdn', 'message', 'extension'],
  optional: ['network', 'data'],
  read: ({ sessionid, new: isNew, msisdn, network, message, extension }) => ({
    session: sessionid,
    from: msisdn,
    ...(isNew === 'true' ? { event: 'new', to: extension } : { event: 'resume' }),
    input: message,
    provider: network,
  }),
  screen: ({ content, close }) => json(200, { message: content, reply: !close }),
});

export const moolrePhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => ({
    method: 'POST',
    json: {
      sessionid: session,
      new: event === 'new',
      msisdn: from,
      network: 3,
      message: event === 'new' ? '' : input,
      extension: to,
      data: '',
    },
  }),
  show: (answer) => {
    const fields = jsonOf(answer);
    return { text: textIn(fields, 'message'), ends: fields['reply'] !== true };
  },
};
