import type { SeenRequest } from '@vumi/http/testing';
import { passwordOf } from '../aggregators/parlayx.ts';
import { readSoap, writeSoap } from '../http/soap.ts';
import { readCall, writeResponse } from '../http/xml-rpc.ts';
import { childOf, readXml, textsOf, writeXml, xmlNode } from '../http/xml.ts';
import { textAt } from '../http/json.ts';
import { aggregators } from '../aggregators/index.ts';
import { ProviderDouble, SECRET, type ProviderDialect, type State } from './provider-double.ts';
import type { TransportSetUp } from './transport-double.ts';
import { casesOf } from './quiet-double.ts';

type Aggregator = keyof typeof aggregators;

const credentials = { '8000': { username: 'x', password: SECRET, service_id: 's' } };
const TIME = '2026.11.29 10:00:00';

/** XML cannot say a NUL. */
const XML_ODD_TEXT = 'Héllo 😀 שלום \u202e <b> & ]]> 100% a+b&c=d';

/** What the double of each aggregator speaks (spec channels §A, §B). */
const DIALECTS: Partial<Record<Aggregator, ProviderDialect>> = {
  vas2nets: {
    config: (url) => ({
      url,
      username: 'x',
      password: SECRET,
      owner: 'o',
      service: 's',
      default_network_id: 'mtn',
    }),
    bring: ({ from, to, content }, id) => ({
      path: '/receive',
      fields: {
        messageid: id,
        time: TIME,
        destination: to,
        sender: from,
        provider: 'mtn',
        keyword: 'k',
        text: content,
      },
    }),
    required: [],
    readSent: (request) => sentBy(request, 'password', { to: 'call-number', content: 'text' }),
    accept: () => '',
    acceptHeaders: (id) => ({ 'x-nth-smsid': id }),
    report: (smsid, state) => ({
      path: '/receipt',
      fields: {
        smsid,
        messageid: '',
        time: TIME,
        provider: 'mtn',
        sender: '',
        text: '',
        status: STATUSES[state],
      },
    }),
  },
  mediafone: {
    config: (url) => ({ outbound_url: url, username: 'x', password: SECRET }),
    bring: ({ from, to, content }) => ({ path: '', fields: { to, from, sms: content } }),
    required: ['to', 'from', 'sms'],
    readSent: (request) => sentBy(request, 'password', { to: 'phone', content: 'msg' }),
    accept: () => '',
  },
  cellulant_sms: {
    config: (url) => ({ outbound_url: url, credentials: withoutService(credentials) }),
    bring: ({ from, to, content }, id) => ({
      path: '',
      fields: { SOURCEADDR: from, DESTADDR: to, MESSAGE: content, ID: id },
    }),
    required: ['SOURCEADDR', 'DESTADDR', 'MESSAGE', 'ID'],
    readSent: (request) => sentBy(request, 'password', { to: 'destination', content: 'message' }),
    accept: () => '1',
  },
  mtech_kenya: {
    config: (url) => ({ outbound_url: url, mt_username: 'x', mt_password: SECRET }),
    bring: ({ from, to, content }, id) => ({
      path: '',
      fields: { shortCode: to, MSISDN: from, MESSAGE: content, messageID: id },
    }),
    required: ['shortCode', 'MSISDN', 'MESSAGE', 'messageID'],
    readSent: (request) => sentBy(request, 'pass', { to: 'MSISDN', content: 'MESSAGE' }),
    accept: () => '',
  },
  apposit: {
    config: (url) => ({ outbound_url: url, credentials }),
    bring: ({ from, to, content }) => ({
      path: '',
      fields: { from, to, channel: 'SMS', content, isTest: 'false' },
    }),
    required: ['from', 'to', 'channel', 'content', 'isTest'],
    readSent: (request) => sentBy(request, 'password', { to: 'toAddress', content: 'content' }),
    accept: () => '',
  },
  opera: {
    config: (url) => ({ url, channel: 'c', service: 's', password: SECRET }),
    bring: ({ from, to, content }, id) => ({
      path: '/receive',
      fields: { MessageID: id, Local: to, Remote: from, Text: content, MobileNetwork: 'MTNZA' },
      xml: (fields) => {
        const given = Object.entries(fields).map(([name, value]) =>
          xmlNode('field', { name, type: 'string' }, String(value)),
        );
        return `<?xml version="1.0"?><!DOCTYPE bspostevent>${writeXml(xmlNode('bspostevent', {}, ...given))}`;
      },
    }),
    required: [],
    oddText: XML_ODD_TEXT,
    readSent: ({ body }) => {
      const [struct] = readCall(Buffer.from(body))?.params ?? [];
      if (textAt(struct, 'Password') !== SECRET) return null;
      return { to: textAt(struct, 'Numbers') ?? '', content: textAt(struct, 'SMSText') ?? '' };
    },
    accept: (Identifier) => writeResponse({ Identifier }),
    report: (reference, state) => ({
      path: '/receipt',
      fields: { reference, status: { pending: 'P', delivered: 'D', failed: 'F' }[state] },
      xml: (fields) => {
        const given = Object.entries(fields).map(([name, value]) => xmlNode(name, {}, String(value)));
        return writeXml(xmlNode('receipts', {}, xmlNode('receipt', {}, ...given)));
      },
    }),
  },
  integrat: {
    config: (url) => ({ url, username: 'x', password: SECRET }),
    bring: ({ from, to, content }) => ({
      path: '',
      fields: { SessionID: from, NetworkSID: 'n', MSISDN: from, Script: '', ConnStr: to },
      xml: (context) => {
        const given = Object.entries(context).map(([name, value]) => [name, String(value)]);
        const event = xmlNode(
          'OnUSSEvent',
          { Type: 'Request' },
          xmlNode('USSContext', Object.fromEntries(given) as Record<string, string>),
          xmlNode('USSText', { Type: 'TEXT' }, content),
        );
        const response = xmlNode('Response', { Type: 'OnUSSEvent' }, event);
        return writeXml(xmlNode('Message', {}, xmlNode('Version', { Version: '1.0' }), response));
      },
    }),
    required: ['SessionID', 'MSISDN', 'ConnStr'],
    oddText: XML_ODD_TEXT,
    readSent: ({ body }) => {
      const root = readXml(Buffer.from(body));
      const request = root === null ? undefined : childOf(root, 'Request');
      const { Password, USSText = '' } = request === undefined ? {} : textsOf(request);
      return Password === SECRET ? { to: request?.attributes['SessionID'] ?? '', content: USSText } : null;
    },
    accept: () => '<Response status_code="0"/>',
  },
  parlayx: {
    config: (url) => ({
      remote_send_uri: `${url}/send`,
      remote_notification_uri: `${url}/notification`,
      short_code: '8000',
      service_provider_id: 'spid',
      service_provider_service_id: 'sv',
      service_provider_password: SECRET,
    }),
    bring: ({ from, to, content }, id) => ({
      path: '',
      fields: { message: content, senderAddress: `tel:${from}`, smsServiceActivationNumber: to },
      xml: (fields) => {
        const given = Object.entries(fields).map(([name, value]) => xmlNode(name, {}, String(value)));
        const notice = xmlNode('NotifySOAPHeader', {}, xmlNode('traceUniqueID', {}, id));
        return writeSoap(xmlNode('notifySmsReception', {}, xmlNode('message', {}, ...given)), notice);
      },
    }),
    required: [],
    oddText: XML_ODD_TEXT,
    announcedAt: '/notification',
    readSent: ({ path, body }) => {
      const said = readSoap(Buffer.from(body));
      const [header] = said?.header?.children ?? [];
      if (path !== '/send' || header === undefined || said?.body.name !== 'sendSms') return null;
      const { spPassword, timeStamp = '' } = textsOf(header);
      const { addresses = '', message = '' } = textsOf(said.body);
      const isKnown = spPassword === passwordOf('spid', SECRET, timeStamp);
      return isKnown ? { to: addresses.replace('tel:', ''), content: message } : null;
    },
    accept: (id) => writeSoap(xmlNode('sendSmsResponse', {}, xmlNode('result', {}, id))),
    ourId: ({ body }) => /<correlator>(.*?)</.exec(body)?.[1] ?? '',
    report: (correlator, state) => ({
      path: '',
      fields: {
        correlator,
        deliveryStatus: {
          pending: 'MessageWaiting',
          delivered: 'DeliveredToTerminal',
          failed: 'DeliveryImpossible',
        }[state],
      },
      xml: ({ correlator, deliveryStatus }) =>
        writeSoap(
          xmlNode(
            'notifySmsDeliveryReceipt',
            {},
            xmlNode('correlator', {}, String(correlator)),
            xmlNode('deliveryStatus', {}, xmlNode('deliveryStatus', {}, String(deliveryStatus))),
          ),
        ),
    }),
  },
};

const STATUSES: Readonly<Record<State, string>> = { pending: '1', delivered: '2', failed: '-28' };

function withoutService({ 8000: { username, password } }: typeof credentials) {
  return { '8000': { username, password } };
}

/** Query or form; null when the password is not ours. */
function sentBy(
  { query, body }: SeenRequest,
  password: string,
  names: { readonly to: string; readonly content: string },
): { to: string; content: string } | null {
  const fields = new URLSearchParams(body === '' ? query : body);
  if (fields.get(password) !== SECRET) return null;
  return { to: fields.get(names.to) ?? '', content: fields.get(names.content) ?? '' };
}

const GOLDENS = 'its goldens hold it: transports/aggregators';
const ALL = {
  ...casesOf([12, 13, 14, 15, 16, 17, 18], 'no request waits for a reply'),
  ...casesOf([5, 6, 11, 25, 27], GOLDENS),
  34: 'a dialect keeps nothing between requests, and http_api is held to it on the same base',
};
const NO_RECEIPTS = { 26: 'it tells of no deliveries' };
const NO_IDS = { 2: 'it gives messages no ids' };

const SOME: Partial<Record<Aggregator, Record<number, string>>> = {
  vas2nets: casesOf([7, 9], `it names what is missing, and writes numbers, in its own way: ${GOLDENS}`),
  mediafone: { ...NO_IDS, ...NO_RECEIPTS, 24: `it says nothing but a status: ${GOLDENS}` },
  cellulant_sms: NO_RECEIPTS,
  mtech_kenya: { ...NO_RECEIPTS, 23: `its 401 is about one message: ${GOLDENS}` },
  apposit: { ...NO_IDS, ...NO_RECEIPTS },
  opera: casesOf([7, 9], `it names what is missing, and writes numbers, in its own way: ${GOLDENS}`),
  parlayx: casesOf([7, 8, 9], `it says what is wrong, and writes numbers, in its own way: ${GOLDENS}`),
  integrat: {
    ...casesOf([19, 20, 21, 22, 23, 24], `it sends nothing but screens of sessions: ${GOLDENS}`),
    28: 'it sends nothing but screens of sessions, and the base is held to it by others',
    ...NO_IDS,
    ...NO_RECEIPTS,
  },
};

const CASES = 34;

export const AGGREGATOR_SET_UPS: readonly TransportSetUp[] = (Object.keys(aggregators) as Aggregator[]).map(
  (type) => {
    const dialect = DIALECTS[type];
    if (dialect === undefined) {
      const reason = `the base that it is a dialect of is held to it, and ${GOLDENS}`;
      return {
        type,
        label: 'goldens',
        open: () => Promise.reject(new Error('it has no double')),
        notApplicable: casesOf(
          Array.from({ length: CASES }, (_, index) => index + 1),
          reason,
        ),
      };
    }
    return {
      type,
      label: 'aggregator',
      open: (place) => ProviderDouble.open(place, dialect),
      notApplicable: { ...ALL, ...SOME[type] },
    };
  },
);
