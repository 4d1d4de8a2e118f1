import { json } from '../http/answers.ts';
import { defineUssd, jsonFields } from '../http/ussd/define-ussd.ts';
import { jsonOf, textIn, type UssdPhone } from './phone.ts';

export const naloUssd = defineUssd({
  type: 'nalo_ussd',
  summary: 'USSD of Nalo Solutions (Ghana)',
  methods: ['POST'],
  fieldsOf: jsonFields,
  required: ['USERID', 'MSISDN', 'USERDATA', 'MSGTYPE', 'SESSIONID'],
  optional: ['NETWORK'],
  read: ({ USERID, MSISDN, USERDATA, MSGTYPE, NETWORK, SESSIONID }) => ({
    session: SESSIONID,
    from: MSISDN,
    ...(MSGTYPE === 'true' ? { event: 'new', to: USERDATA } : { event: 'resume' }),
    input: USERDATA,
    provider: NETWORK,
    keep: { USERID },
  }),
  screen: ({ content, close, session }) =>
    json(200, { USERID: session.keep['USERID'], MSISDN: session.from, MSG: content, MSGTYPE: !close }),
});

export const naloPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => ({
    method: 'POST',
    json: {
      USERID: 'NALOTEST',
      MSISDN: from,
      USERDATA: event === 'new' ? to : input,
      MSGTYPE: event === 'new',
      NETWORK: 'MTN',
      SESSIONID: session,
    },
  }),
  show: (answer) => {
    const fields = jsonOf(answer);
    return { text: textIn(fields, 'MSG'), ends: fields['MSGTYPE'] !== true };
  },
};
