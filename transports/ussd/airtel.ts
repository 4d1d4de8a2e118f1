import { pythonPattern, secretSchema } from '@vumi/core';
import { isSameSecret } from '@vumi/http';
import { z } from 'zod';
import { json, plain } from '../http/answers.ts';
import { withModules } from '../aliases.ts';
import { defineUssd } from '../http/ussd/define-ussd.ts';
import { patternOption } from './pattern-option.ts';
import type { UssdPhone } from './phone.ts';

const own = {
  airtel_username: z.string().optional().describe('Value that the field userid must have. Default: any'),
  airtel_password: secretSchema.optional().describe('Value that the field password must have. Default: any'),
  airtel_charge: z
    .boolean()
    .default(false)
    .describe('Whether subscribers are charged for a screen. Default: false'),
  airtel_charge_amount: z
    .int()
    .min(0)
    .default(0)
    .describe('What they are charged, in the unit of the contract. Default: 0'),
  to_addr_pattern: patternOption('to_addr_pattern')
    .optional()
    .describe(
      'Regular expression that a code must match to open a session; others are answered 400. Default: every code opens one',
    ),
} as const;

/** Comviva's Flares: a session that is not known is new, and its end is a request with a field `clean`. */
export const airtelUssd = defineUssd({
  type: 'airtel_ussd',
  aliases: withModules(['vumi.transports.airtel', 'vumi.transports.airtel.airtel_ussd'], {
    AirtelUSSDTransport: {},
  }),
  summary: 'USSD of Airtel (Malawi, Kenya) and others with Comviva Flares',
  methods: ['GET', 'POST'],
  required: ['SessionID'],
  optional: ['MSISDN', 'MSC', 'input', 'userid', 'password', 'msisdn', 'clean', 'error'],
  initialContent: 'empty',
  provider: 'airtel',
  own,
  read: (given, _request, { airtel_username: username, airtel_password: password, to_addr_pattern }) => {
    const { SessionID, MSISDN, MSC, input, userid = '', clean, error } = given;
    const isCaller =
      (username === undefined || isSameSecret(userid, username)) &&
      (password === undefined || isSameSecret(given.password ?? '', password.reveal()));
    if (!isCaller) return { kind: 'refused', answer: plain(403, 'Forbidden') };
    if (clean !== undefined)
      return { session: SessionID, event: 'close', input: '', metadata: { airtel: { clean, error } } };
    const missing = Object.entries({ MSISDN, MSC, input }).filter(([, value]) => value === undefined);
    if (missing.length > 0 || input === undefined)
      return {
        kind: 'refused',
        answer: json(400, { missing_parameter: missing.map(([name]) => name) }),
      };
    const code = `*${input}#`;
    const opens =
      to_addr_pattern === undefined || pythonPattern(to_addr_pattern, 'to_addr_pattern')(code) !== null;
    return {
      session: SessionID,
      from: MSISDN,
      ...(opens ? { to: code } : {}),
      input,
      metadata: { airtel: { MSC } },
    };
  },
  screen: ({ content, close, config }) => {
    const answer = plain(200, content.trimStart());
    const headers = {
      Freeflow: close ? 'FB' : 'FC',
      charge: config.airtel_charge ? 'Y' : 'N',
      amount: String(config.airtel_charge_amount),
    };
    return { ...answer, headers: { ...answer.headers, ...headers } };
  },
  unknown: ({ session, request }) =>
    request.fields?.has('clean') === true
      ? plain(200, 'Unknown Session')
      : json(400, { invalid_session: [session.id] }),
});

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export const airtelPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }, config) => ({
    method: 'GET',
    query:
      event === 'close'
        ? { SessionID: session, msisdn: from, clean: 'clean-session', error: '522' }
        : {
            SessionID: session,
            MSISDN: from,
            MSC: 'msc1',
            input: event === 'new' ? to.replace(/^\*(.*)#$/, '$1') : input,
            userid: textOf(config['airtel_username']),
            password: textOf(config['airtel_password']),
          },
  }),
  show: ({ body, headers }) => ({ text: body, ends: headers['freeflow'] !== 'FC' }),
};
