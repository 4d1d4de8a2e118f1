import { plain } from '../http/answers.ts';
import { withModules } from '../aliases.ts';
import { defineUssd } from '../http/ussd/define-ussd.ts';
import type { PhoneAnswer, UssdPhone } from './phone.ts';

const EMPTY = plain(200, '');

/** A session is the phone and the network's name for it. An answer has six parts between bars (spec vumi-core §5.4). */
export const cellulantUssd = defineUssd({
  type: 'cellulant',
  aliases: withModules(['vumi.transports.cellulant', 'vumi.transports.cellulant.cellulant'], {
    CellulantTransport: {},
  }),
  summary: 'USSD of Cellulant (Kenya, Nigeria)',
  methods: ['GET', 'POST'],
  required: ['MSISDN', 'INPUT', 'opCode', 'sessionID', 'ABORT'],
  optional: ['URL'],
  read: ({ MSISDN, INPUT, opCode, sessionID, ABORT }) => {
    const step = { session: `${MSISDN}:${sessionID}`, from: MSISDN, metadata: { session_id: sessionID } };
    const isAborted = ABORT !== '0' && ABORT !== 'null';
    if (opCode === 'ABO' || isAborted) return { ...step, event: 'close', input: INPUT };
    return opCode === 'BEG'
      ? { ...step, event: 'new', to: INPUT, input: INPUT }
      : { ...step, event: 'resume', input: INPUT };
  },
  // A bar in a text would end its part.
  screen: ({ content, close }) =>
    plain(200, `1|${content.replaceAll('|', '/')}|null|null|${close ? 'end' : 'null'}|null`),
  unknown: () => EMPTY,
});

export const cellulantPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => ({
    method: 'GET',
    query: {
      MSISDN: from,
      INPUT: event === 'new' ? to : input,
      opCode: { new: 'BEG', resume: 'INP', close: 'ABO' }[event],
      sessionID: session,
      ABORT: event === 'close' ? '1' : '0',
    },
  }),
  show: ({ body }: PhoneAnswer) => {
    // It says nothing of a session that it does not know.
    if (body === '') return { text: '', ends: true };
    const parts = body.split('|');
    if (parts.length !== 6) throw new SyntaxError(`the answer has ${parts.length} parts and not 6: ${body}`);
    return { text: parts[1] ?? '', ends: parts[4] === 'end' };
  },
};
