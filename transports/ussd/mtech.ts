import { readXml, textsOf, writeXml, xmlNode, type XmlNode } from '../http/xml.ts';
import { XML_HEADERS } from '../http/xml-rpc.ts';
import { withModules } from '../aliases.ts';
import type { HttpAnswer } from '@vumi/http';
import { defineUssd } from '../http/ussd/define-ussd.ts';
import type { UssdPhone } from './phone.ts';

const REFUSED: HttpAnswer = { status: 400, headers: { 'content-type': 'text/plain' }, body: '' };
const LINK = xmlNode('navigation', {}, xmlNode('link', { accesskey: '*', pageId: 'indexX' }));

function page(session: string, ...more: readonly XmlNode[]): HttpAnswer {
  const root = xmlNode('page', { version: '2.0' }, xmlNode('session_id', {}, session), ...more);
  return {
    status: 200,
    headers: XML_HEADERS,
    body: `<?xml version='1.0' encoding='UTF-8'?>${writeXml(root)}`,
  };
}

/** Lines are told by their elements alone. */
function lines(content: string): (XmlNode | string)[] {
  return content.split('\n').flatMap((line, index) => (index === 0 ? [line] : [xmlNode('br', {}), line]));
}

/** Pages of XML. Vumi published nothing for a session that the network says is over; here that is its end. */
export const mtechUssd = defineUssd({
  type: 'mtech_ussd',
  aliases: withModules(['vumi.transports.mtech_ussd', 'vumi.transports.mtech_ussd.mtech_ussd'], {
    MtechUssdTransport: {},
  }),
  summary: 'USSD of MTech (Nigeria, Kenya)',
  methods: ['POST'],
  fieldsOf: ({ body }) => {
    const root = readXml(body);
    return root === null
      ? null
      : new Map(Object.entries(textsOf(root)).map(([name, text]) => [name, [text]]));
  },
  required: ['session_id'],
  optional: ['page_id', 'mobile_number', 'gate', 'data', 'status'],
  initialContent: 'text',
  read: ({ session_id, page_id, mobile_number, gate = '', data = '', status }) => {
    if (status !== undefined) return { session: session_id, event: 'close', input: null };
    return page_id === '0' && mobile_number !== undefined
      ? { session: session_id, from: mobile_number, event: 'new', to: gate, input: data }
      : { session: session_id, event: 'resume', input: data };
  },
  refuse: () => REFUSED,
  screen: ({ content, close, session }) =>
    page(session.id, xmlNode('div', {}, ...lines(content)), ...(close ? [] : [LINK])),
  ended: ({ session }) => page(session.id),
  unknown: () => REFUSED,
});

export const mtechPhone: UssdPhone = {
  ask: ({ session, from, to, event, input }) => {
    const given = {
      new: { page_id: '0', mobile_number: from, gate: to, data: '' },
      resume: { page_id: 'indexX', data: input },
      close: { status: '1' },
    }[event];
    const fields = Object.entries({ session_id: session, ...given });
    return {
      method: 'POST',
      xml: writeXml(xmlNode('page', {}, ...fields.map(([k, v]) => xmlNode(k, {}, v)))),
    };
  },
  show: ({ body }) => {
    const found = /<div>(.*)<\/div>/s.exec(body);
    const root = readXml(Buffer.from((found?.[0] ?? '').replaceAll('<br />', '\n')));
    if (root === null) throw new SyntaxError(`the answer has no div: ${body}`);
    return { text: root.text, ends: !body.includes('pageId="indexX"') };
  },
};
