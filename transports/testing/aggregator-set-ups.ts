import type { SeenRequest } from '@vumi/http/testing';
import { aggregators } from '../aggregators/index.ts';
import { ProviderDouble, SECRET, type ProviderDialect, type State } from './provider-double.ts';
import type { TransportSetUp } from './transport-double.ts';
import { casesOf } from './quiet-double.ts';

type Aggregator = keyof typeof aggregators;

const credentials = { '8000': { username: 'x', password: SECRET, service_id: 's' } };
const TIME = '2026.11.29 10:00:00';

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
