import { pythonPattern } from '@vumi/core';
import { z } from 'zod';
import { json, plain } from '../http/answers.ts';
import type { HttpAnswer } from '@vumi/http';
import { withModules } from '../aliases.ts';
import { defineUssd } from '../http/ussd/define-ussd.ts';
import { patternOption } from './pattern-option.ts';
import type { UssdPhone } from './phone.ts';

const own = {
  suffix_to_addrs: z
    .record(z.string(), z.string())
    .default({})
    .describe('Codes by the last part of the path that the network asks for them. Default: none'),
  user_terminated_session_message: patternOption('user_terminated_session_message')
    .default('^Map Dialog User Abort User Reason')
    .describe(
      'Regular expression for texts by which the network tells that a user has left. Default: `^Map Dialog User Abort User Reason`',
    ),
  user_terminated_session_response: z
    .string()
    .default('Session Ended')
    .describe('What the network is answered then. Default: `Session Ended`'),
} as const;

function screen(content: string, goesOn: boolean): HttpAnswer {
  const answer = plain(200, content);
  return { ...answer, headers: { ...answer.headers, 'X-USSD-SESSION': goesOn ? '1' : '0' } };
}

/** Names no sessions: a phone has one at a time. */
export const imimobileUssd = defineUssd({
  type: 'imimobile_ussd',
  aliases: withModules(['vumi.transports.imimobile', 'vumi.transports.imimobile.imimobile_ussd'], {
    ImiMobileUssdTransport: {},
  }),
  summary: 'USSD of IMImobile (India)',
  methods: ['GET', 'POST'],
  below: true,
  required: ['msisdn', 'msg', 'code', 'tid', 'dcs'],
  initialContent: 'text',
  provider: 'imimobile',
  own,
  read: ({ msisdn, msg, code, tid, dcs }, { path }, config) => {
    const suffix = path.split('/').findLast((part) => part !== '') ?? '';
    const to = config.suffix_to_addrs[suffix];
    if (to === undefined) return { kind: 'refused', answer: json(400, { unknown_suffix: suffix }) };
    const step = { from: msisdn, to, metadata: { imimobile_ussd: { tid, code, dcs } } };
    const left = pythonPattern(config.user_terminated_session_message, 'user_terminated_session_message');
    return left(msg) !== null ? { ...step, event: 'close', input: null } : { ...step, input: msg };
  },
  screen: ({ content, close }) => screen(content, !close),
  ended: ({ config }) => screen(config.user_terminated_session_response, false),
});

/** The last part of the path that stands for a code. */
function suffixOf(code: string, suffixes: unknown): string {
  const known = Object.entries((suffixes ?? {}) as Record<string, unknown>);
  return known.find(([, to]) => to === code)?.[0] ?? code.replaceAll(/[*#]/g, '');
}

export const imimobilePhone: UssdPhone = {
  ask: ({ from, to, event, input }, config) => ({
    method: 'GET',
    path: `/${suffixOf(to, config['suffix_to_addrs'])}`,
    query: {
      msisdn: from,
      msg: { new: to, resume: input, close: 'Map Dialog User Abort User Reason: user' }[event],
      code: to,
      tid: '1',
      dcs: '15',
    },
  }),
  show: ({ body, headers }) => ({ text: body, ends: headers['x-ussd-session'] !== '1' }),
};
