import { childOf, readXml, textsOf, writeXml, xmlNode } from '../http/xml.ts';
import { defineUssd } from '../http/ussd/define-ussd.ts';
import type { UssdPhone } from './phone.ts';

const XML = { 'content-type': 'text/xml; charset=utf-8' };
const [NEW, RESPONSE, RELEASE, TIMEOUT, NOT_CHARGED] = ['1', '2', '3', '4', '10'];
const [ASK, END] = ['2', '3'];

/** What became of TruTeq's USSD: XML over HTTP. */
export const trurouteUssd = defineUssd({
  type: 'truroute_ussd',
  summary: 'USSD of TruRoute (South Africa)',
  methods: ['POST'],
  fieldsOf: ({ body }) => {
    const root = readXml(body);
    if (root?.name !== 'ussd') return null;
    return new Map(Object.entries(textsOf(root)).map(([name, text]) => [name, [text]]));
  },
  required: ['msisdn', 'sessionid', 'type', 'msg'],
  read: ({ msisdn, sessionid, type, msg }) => {
    const step = { session: sessionid, from: msisdn };
    if (type === NEW) return { ...step, event: 'new', to: msg, input: msg };
    if (type === RESPONSE) return { ...step, event: 'resume', input: msg };
    const ends = [RELEASE, TIMEOUT, NOT_CHARGED].includes(type);
    return ends
      ? { ...step, event: 'close', input: null }
      : { kind: 'ignored', why: `the type "${type}" is not known` };
  },
  screen: ({ content, close }) => ({
    status: 200,
    headers: XML,
    body: writeXml(xmlNode('ussd', {}, xmlNode('type', {}, close ? END : ASK), xmlNode('msg', {}, content))),
  }),
});

export const truroutePhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => ({
    method: 'POST',
    xml: `<?xml version="1.0"?>${writeXml(
      xmlNode(
        'ussd',
        {},
        xmlNode('msisdn', {}, from),
        xmlNode('sessionid', {}, session),
        xmlNode('type', {}, { new: '1', resume: '2', close: '3' }[event]),
        xmlNode('msg', {}, event === 'new' ? to : input),
      ),
    )}`,
  }),
  show: ({ body }) => {
    const root = readXml(Buffer.from(body));
    const text = root === null ? undefined : childOf(root, 'msg')?.text;
    if (root === null || text === undefined) throw new SyntaxError(`the answer has no msg: ${body}`);
    return { text, ends: childOf(root, 'type')?.text === '3' };
  },
};
