import { json } from '../http/answers.ts';
import { defineUssd } from '../http/ussd/define-ussd.ts';
import { jsonOf, textIn, type UssdPhone } from './phone.ts';

const EVENTS = { begin: 'new', continue: 'resume', end: 'close' } as const;

export const hollatagsUssd = defineUssd({
  type: 'hollatags_ussd',
  summary: 'USSD of HollaTags (Nigeria)',
  methods: ['GET', 'POST'],
  required: ['session_msisdn', 'session_operation', 'session_msg', 'session_id'],
  optional: ['session_from', 'session_mno', 'session_type'],
  read: ({ session_msisdn, session_operation, session_msg, session_id, session_mno }) => {
    const event = isOperation(session_operation) ? EVENTS[session_operation] : null;
    if (event === null) return { kind: 'ignored', why: `the operation "${session_operation}" is not known` };
    return {
      session: session_id,
      from: session_msisdn,
      event,
      ...(event === 'new' ? { to: session_msg } : {}),
      input: event === 'close' ? null : session_msg,
      provider: session_mno,
    };
  },
  screen: ({ content, close, session }) =>
    json(200, {
      session_operation: close ? 'end' : 'continue',
      session_type: 1,
      session_id: session.id,
      session_msg: content,
    }),
});

function isOperation(text: string): text is keyof typeof EVENTS {
  return Object.hasOwn(EVENTS, text);
}

export const hollatagsPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => ({
    method: 'GET',
    query: {
      session_operation: { new: 'begin', resume: 'continue', close: 'end' }[event],
      session_msisdn: from,
      session_id: session,
      session_msg: event === 'new' ? to : input,
      session_from: to.replaceAll(/[*#]/g, ''),
      session_mno: 'MTN',
    },
  }),
  show: (answer) => {
    const fields = jsonOf(answer);
    return { text: textIn(fields, 'session_msg'), ends: textIn(fields, 'session_operation') === 'end' };
  },
};
