import { json } from '../http/answers.ts';
import { defineUssd, jsonFields } from '../http/ussd/define-ussd.ts';
import { jsonOf, textIn, type UssdPhone } from './phone.ts';

export const arkeselUssd = defineUssd({
  type: 'arkesel_ussd',
  summary: 'USSD of Arkesel (Ghana)',
  methods: ['POST'],
  fieldsOf: jsonFields,
  required: ['sessionID', 'userID', 'newSession', 'msisdn', 'userData'],
  optional: ['network'],
  read: ({ sessionID, userID, newSession, msisdn, userData, network }) => ({
    session: sessionID,
    from: msisdn,
    ...(newSession === 'true' ? { event: 'new', to: userData } : { event: 'resume' }),
    input: userData,
    provider: network,
    keep: { userID },
  }),
  screen: ({ content, close, session }) =>
    json(200, {
      sessionID: session.id,
      userID: session.keep['userID'],
      msisdn: session.from,
      message: content,
      continueSession: !close,
    }),
});

export const arkeselPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => ({
    method: 'POST',
    json: {
      sessionID: session,
      userID: 'USSD_1',
      newSession: event === 'new',
      msisdn: from,
      userData: event === 'new' ? to : input,
      network: 'MTN',
    },
  }),
  show: (answer) => {
    const fields = jsonOf(answer);
    return { text: textIn(fields, 'message'), ends: fields['continueSession'] !== true };
  },
};
