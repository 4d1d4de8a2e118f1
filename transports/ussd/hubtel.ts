import { json } from '../http/answers.ts';
import { defineUssd, jsonFields } from '../http/ussd/define-ussd.ts';
import { jsonOf, textIn, type UssdPhone } from './phone.ts';

/** Ways in which Hubtel says that a session is over; a purchase ends it too. */
const ENDS = new Set(['release', 'addtocart', 'timeout', 'hijacksession']);

/** Numbers its steps. It waits for two minutes, the phone does not. */
export const hubtelUssd = defineUssd({
  type: 'hubtel_ussd',
  summary: 'USSD of Hubtel (Ghana)',
  methods: ['POST'],
  fieldsOf: jsonFields,
  required: ['Type', 'Mobile', 'SessionId', 'ServiceCode', 'Message', 'Sequence'],
  optional: ['Operator', 'ClientState', 'Platform', 'TrafficSource'],
  read: ({ Type, Mobile, SessionId, Message, Operator, Sequence }) => {
    const step = { session: SessionId, from: Mobile, sequence: Sequence, provider: Operator };
    const kind = Type.toLowerCase();
    if (kind === 'initiation') return { ...step, event: 'new', to: Message, input: Message };
    if (kind === 'response') return { ...step, event: 'resume', input: Message };
    if (ENDS.has(kind)) return { ...step, event: 'close', input: null };
    return { kind: 'ignored', why: `the type "${Type}" is not known` };
  },
  screen: ({ content, close, session }) =>
    json(200, {
      SessionId: session.id,
      Type: close ? 'release' : 'response',
      Message: content,
      Label: content,
      DataType: close ? 'display' : 'input',
      FieldType: 'text',
      ClientState: '',
    }),
});

export const hubtelPhone: UssdPhone = {
  ask: ({ session, from, to, event, input, number }) => ({
    method: 'POST',
    json: {
      Type: { new: 'Initiation', resume: 'Response', close: 'Release' }[event],
      Mobile: from,
      SessionId: session,
      ServiceCode: to.replaceAll(/[*#]/g, ''),
      Message: event === 'new' ? to : input,
      Operator: 'mtn',
      Sequence: number,
      ClientState: '',
      Platform: 'USSD',
    },
  }),
  show: (answer) => {
    const fields = jsonOf(answer);
    return { text: textIn(fields, 'Message'), ends: textIn(fields, 'Type') === 'release' };
  },
};
