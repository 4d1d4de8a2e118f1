import { z } from 'zod';
import { json } from '../http/answers.ts';
import { withModules } from '../aliases.ts';
import { defineUssd } from '../http/ussd/define-ussd.ts';
import { jsonOf, textIn, type UssdPhone } from './phone.ts';

const own = {
  fix_to_addr: z
    .boolean()
    .default(false)
    .describe('Whether codes get a star before and a hash behind them: `*111#`. Default: false'),
} as const;

export const dmarkUssd = defineUssd({
  type: 'dmark_ussd',
  aliases: withModules(['vumi.transports.dmark', 'vumi.transports.dmark.dmark_ussd'], {
    DmarkUssdTransport: {},
  }),
  summary: 'USSD of Dmark (Uganda)',
  methods: ['GET', 'POST'],
  required: [
    'transactionId',
    'transactionTime',
    'msisdn',
    'ussdServiceCode',
    'ussdRequestString',
    'creationTime',
    'response',
  ],
  provider: 'dmark',
  own,
  read: (given, _request, { fix_to_addr }) => {
    const { transactionId, transactionTime, msisdn, ussdServiceCode, ussdRequestString, creationTime } =
      given;
    return {
      session: transactionId,
      from: msisdn,
      to: fix_to_addr ? `*${ussdServiceCode.replaceAll(/^\*|#$/g, '')}#` : ussdServiceCode,
      input: ussdRequestString,
      metadata: {
        dmark_ussd: {
          transaction_id: transactionId,
          transaction_time: transactionTime,
          creation_time: creationTime,
        },
      },
      helper: { session_id: transactionId },
    };
  },
  screen: ({ content, close }) => json(200, { responseString: content, action: close ? 'end' : 'request' }),
});

export const dmarkPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => ({
    method: 'GET',
    query: {
      transactionId: session,
      transactionTime: '1',
      msisdn: from,
      ussdServiceCode: to,
      ussdRequestString: event === 'new' ? to : input,
      creationTime: '1',
      response: 'false',
    },
  }),
  show: (answer) => {
    const fields = jsonOf(answer);
    return { text: textIn(fields, 'responseString'), ends: textIn(fields, 'action') === 'end' };
  },
};
