import { withModules } from '../aliases.ts';
import { defineUssd } from '../http/ussd/define-ussd.ts';
import { conEnd } from './con-end.ts';
import { showConEnd, type UssdPhone } from './phone.ts';

/** Says the inputs since the code was dialled, and with them what was dialled behind it. */
export const safaricomUssd = defineUssd({
  type: 'safaricom',
  aliases: withModules(['vumi.transports.safaricom', 'vumi.transports.safaricom.safaricom'], {
    SafaricomTransport: {},
  }),
  summary: 'USSD of Safaricom (Kenya)',
  methods: ['GET', 'POST'],
  required: ['ORIG', 'DEST', 'SESSION_ID', 'USSD_PARAMS'],
  initialContent: 'empty',
  provider: 'safaricom',
  read: ({ ORIG, DEST, SESSION_ID, USSD_PARAMS }) => ({
    session: SESSION_ID,
    from: ORIG,
    to: USSD_PARAMS === '' ? `*${DEST}#` : `*${DEST}*${USSD_PARAMS}#`,
    input: USSD_PARAMS,
    cumulative: '*',
    metadata: { safaricom: { session_id: SESSION_ID } },
  }),
  screen: conEnd,
});

export const safaricomPhone: UssdPhone = {
  ask: ({ session, from, to, event, input, before }) => ({
    method: 'GET',
    query: {
      ORIG: from,
      DEST: to.replaceAll(/[*#]/g, ''),
      SESSION_ID: session,
      USSD_PARAMS: event === 'new' ? '' : [...before, input].join('*'),
    },
  }),
  show: showConEnd,
};
