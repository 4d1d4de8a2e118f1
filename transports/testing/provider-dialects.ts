import { createHmac } from 'node:crypto';
import type { SeenRequest } from '@vumi/http/testing';
import type { smsProviders } from '../sms/registry.ts';
import { SECRET, type ProviderDialect, type State } from './provider-double.ts';

/** What the double of each provider speaks (spec channels §C). */
export const PROVIDER_DIALECTS: Readonly<Record<keyof typeof smsProviders, ProviderDialect>> = {
  external: {
    config: (url) => ({ send_url: `${url}/in?id={{id}}`, max_length: 1000, headers: { 'X-Key': SECRET } }),
    bring: ({ from, to, content, id }) => ({
      path: '/receive',
      fields: { from, to, text: content, ...(id === undefined ? {} : { id }) },
    }),
    required: ['from', 'text'],
    readSent: (request) =>
      request.path === '/in' && request.headers['x-key'] === SECRET ? readForm(request, 'to', 'text') : null,
    accept: () => 'taken',
    ourId: ({ query }) => query.get('id') ?? '',
    report: (id, state) => ({ path: `/${state === 'pending' ? 'sent' : state}`, fields: { id } }),
  },
  africas_talking: {
    config: (url) => ({ base_url: url, username: 'x', api_key: SECRET }),
    bring: ({ from, to, content }, id) => ({ path: '', fields: { from, to, text: content, id } }),
    required: ['from', 'to', 'text'],
    readSent: (request) =>
      request.path === '/version1/messaging' &&
      request.headers['apikey'] === SECRET &&
      fieldsOf(request)['username'] === 'x'
        ? readForm(request, 'to', 'message')
        : null,
    accept: (messageId) => ({
      SMSMessageData: { Recipients: [{ status: 'Success', statusCode: 101, messageId }] },
    }),
    acceptStatus: 201,
    report: (id, state) => ({
      path: '/receipts',
      fields: { id, status: { pending: 'Buffered', delivered: 'Success', failed: 'Failed' }[state] },
    }),
  },
  twilio: {
    config: (url) => ({ base_url: url, account_sid: 'AC1', auth_token: SECRET }),
    bring: ({ from, to, content }, id) => ({
      path: '/receive',
      fields: { From: from, To: to, Body: content, MessageSid: id },
    }),
    required: ['MessageSid', 'From', 'To'],
    readSent: (request) =>
      request.path === '/2010-04-01/Accounts/AC1/Messages.json' && isBasic(request, 'AC1')
        ? readForm(request, 'To', 'Body')
        : null,
    accept: (sid) => ({ sid, status: 'queued' }),
    acceptStatus: 201,
    report: (id, state) => ({
      path: '/status',
      fields: { MessageSid: id, MessageStatus: state === 'pending' ? 'sent' : state },
    }),
    sign: (url, body) => {
      const pairs = [...new URLSearchParams(body.toString('utf8'))]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flat();
      return {
        'x-twilio-signature': createHmac('sha1', SECRET)
          .update(url + pairs.join(''))
          .digest('base64'),
      };
    },
  },
  infobip: {
    config: (url) => ({ base_url: url, api_key: SECRET }),
    bring: ({ from, to, content }, id) => ({
      path: '',
      fields: { messageId: id, from, to, text: content },
      json: (fields) => ({ results: [fields] }),
    }),
    required: ['messageId', 'from', 'to', 'text'],
    readSent: (request) => {
      const [message] = jsonOf(request)['messages'] as {
        destinations: { to: string }[];
        content?: { text: string };
        text?: string;
      }[];
      // Infobip's own library writes to the older address, which has the text beside the destinations.
      const texts = { '/sms/3/messages': message?.content?.text, '/sms/2/text/advanced': message?.text };
      const content = Object.entries(texts).find(([path]) => path === request.path)?.[1];
      return content !== undefined && request.headers.authorization === `App ${SECRET}`
        ? { to: message?.destinations[0]?.to ?? '', content }
        : null;
    },
    accept: () => ({ messages: [{ status: { groupId: 1 } }] }),
    ourId: (request) => {
      const [message] = jsonOf(request)['messages'] as { destinations: { messageId: string }[] }[];
      return message?.destinations[0]?.messageId ?? '';
    },
    report: (messageId, state) => ({
      path: '/receipts',
      fields: {},
      json: () => ({
        results: [
          {
            messageId,
            status: { groupName: { pending: 'PENDING', delivered: 'DELIVERED', failed: 'REJECTED' }[state] },
          },
        ],
      }),
    }),
  },
  clickatell: {
    config: (url) => ({ base_url: url, api_key: SECRET }),
    bring: ({ from, to, content }, id) => ({
      path: '',
      fields: { messageId: id, fromNumber: from, toNumber: to, text: content },
      json: same,
    }),
    required: ['messageId', 'fromNumber', 'toNumber', 'text'],
    readSent: (request) => {
      const [message] = jsonOf(request)['messages'] as { to: string; content: string; channel: string }[];
      if (message === undefined || request.path !== '/v1/message' || request.headers.authorization !== SECRET)
        return null;
      return { to: message.to, content: message.content };
    },
    accept: (apiMessageId) => ({ messages: [{ apiMessageId, accepted: true }] }),
    report: (messageId, state) => ({
      path: '/receipts',
      fields: { messageId, statusCode: { pending: 3, delivered: 4, failed: 5 }[state] },
      json: same,
    }),
  },
  termii: {
    config: (url) => ({ base_url: url, api_key: SECRET, secret_key: SECRET }),
    bring: ({ from, to, content }, id) => ({
      path: '',
      fields: { type: 'inbound', message_id: id, sender: from, receiver: to, message: content },
      json: same,
    }),
    required: ['message_id', 'sender', 'receiver', 'message'],
    readSent: (request) => {
      const { to, sms, api_key: key } = jsonOf(request) as Record<string, string>;
      return request.path === '/api/sms/send' && key === SECRET ? { to: to ?? '', content: sms ?? '' } : null;
    },
    accept: (id) => ({ code: 'ok', message_id: id }),
    report: (id, state) => ({
      path: '',
      fields: {
        type: 'outbound',
        message_id: id,
        status: { pending: 'Message Sent', delivered: 'Delivered', failed: 'Rejected' }[state],
      },
      json: same,
    }),
    sign: (_url, body) => ({
      'x-termii-signature': createHmac('sha512', SECRET).update(body).digest('hex'),
    }),
  },
  vonage: {
    config: (url) => ({ base_url: url, api_key: 'k', api_secret: SECRET }),
    bring: ({ from, to, content }, id) => ({
      path: '',
      fields: { msisdn: from, to, text: content, messageId: id },
    }),
    required: ['msisdn', 'to', 'messageId'],
    readSent: (request) => {
      // Vonage's own library sends JSON, and its key by Basic.
      const isJson = request.headers['content-type'] === 'application/json';
      const {
        api_secret: secret,
        type,
        to,
        text = '',
      } = (isJson ? jsonOf(request) : fieldsOf(request)) as Partial<Record<string, string>>;
      const isTheirs = request.path === '/sms/json' && (secret === SECRET || isBasic(request, 'k'));
      const isSpelled = type === 'unicode' || (type === 'text' && !/[^\0-\u00ff€]/.test(text));
      return isTheirs && isSpelled && to !== undefined ? { to, content: text } : null;
    },
    accept: (id) => ({ 'message-count': '1', messages: [{ status: '0', 'message-id': id }] }),
    acceptHeaders: () => ({ 'content-type': 'application/json' }),
    report: (messageId, state) => ({
      path: '/receipts',
      fields: { messageId, status: state === 'pending' ? 'buffered' : state },
    }),
  },
  hubtel: {
    config: (url) => ({ base_url: url, client_id: 'i', client_secret: SECRET }),
    // It brings none.
    bring: () => ({ path: '', fields: {} }),
    required: [],
    readSent: (request) => {
      const { To, Content } = jsonOf(request) as Record<string, string>;
      return request.path === '/v1/messages/send' && isBasic(request, 'i')
        ? { to: To ?? '', content: Content ?? '' }
        : null;
    },
    accept: (MessageId) => ({ Status: 0, MessageId }),
  },
  orange: {
    config: (url) => ({ base_url: url, client_id: 'i', client_secret: SECRET, sender: '+2250000' }),
    // It brings none: a place that is asked for receipts stands in for one that takes messages.
    bring: (_text, id) => orangeReceipt(id, 'pending'),
    required: ['callbackData', 'deliveryStatus'],
    tokenPath: '/oauth/v3/token',
    readSent: (request) => {
      const { outboundSMSMessageRequest: sent } = jsonOf(request) as {
        outboundSMSMessageRequest: { address: string; outboundSMSTextMessage: { message: string } };
      };
      return request.path === '/smsmessaging/v1/outbound/tel%3A%2B2250000/requests' && isBearer(request)
        ? { to: sent.address.replace('tel:', ''), content: sent.outboundSMSTextMessage.message }
        : null;
    },
    accept: (id) => ({ outboundSMSMessageRequest: { resourceURL: `https://o.example/requests/${id}` } }),
    report: (id, state) => orangeReceipt(id, state),
  },
  mtn: {
    config: (url) => ({ base_url: url, client_id: 'i', client_secret: SECRET }),
    bring: ({ from, to, content }) => ({
      path: '',
      fields: { senderAddress: from, receiverAddress: to, message: content },
      json: same,
    }),
    required: ['senderAddress', 'receiverAddress', 'message'],
    tokenPath: '/v1/oauth/access_token',
    readSent: (request) => {
      const {
        receiverAddress: [to],
        message,
      } = jsonOf(request) as {
        receiverAddress: string[];
        message: string;
      };
      return request.path === '/v2/messages/sms/outbound' && isBearer(request)
        ? { to: to ?? '', content: message }
        : null;
    },
    accept: (transactionId) => ({ transactionId }),
    report: (transactionId, state) => ({
      path: '',
      fields: {
        transactionId,
        deliveryStatus: { pending: 'ACCEPTD', delivered: 'DELIVRD', failed: 'UNDELIV' }[state],
      },
      json: same,
    }),
  },
  dmark_sms: {
    config: (url) => ({ base_url: url, auth_token: SECRET }),
    bring: ({ from, to, content }) => ({ path: '', fields: { msisdn: from, short_code: to, text: content } }),
    required: ['msisdn', 'short_code', 'text'],
    readSent: (request) =>
      request.path === '/sms/' && request.headers.authorization === `Token ${SECRET}`
        ? readForm(request, 'receiver', 'text')
        : null,
    accept: (sms_id) => ({ sms_id }),
  },
  capcom6: {
    announcedAt: '/webhooks',
    config: (url) => ({
      base_url: url,
      username: 'x',
      password: SECRET,
      signing_key: SECRET,
      poll_states: true,
    }),
    bring: ({ from, to, content }, id) => ({
      path: '',
      fields: { sender: from, recipient: to, message: content },
      json: (payload) => ({ id, event: 'sms:received', payload }),
    }),
    required: ['sender', 'message'],
    readSent: (request) => {
      const { textMessage, phoneNumbers } = jsonOf(request) as {
        textMessage: { text: string };
        phoneNumbers: string[];
      };
      const isKnown = request.path === '/messages' && isBasic(request, 'x');
      return isKnown ? { to: phoneNumbers[0] ?? '', content: textMessage.text } : null;
    },
    accept: (id) => ({ id, state: 'Pending' }),
    ourId: (request) => String(jsonOf(request)['id']),
    report: (messageId, state) => ({
      path: '',
      fields: {},
      json: () => ({
        id: `ev-${messageId}-${state}`,
        event: `sms:${state === 'pending' ? 'sent' : state}`,
        payload: { messageId },
      }),
    }),
    sign: (_url, body) => {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const hmac = createHmac('sha256', SECRET).update(body).update(timestamp);
      return { 'x-timestamp': timestamp, 'x-signature': hmac.digest('hex') };
    },
  },
  yo: {
    config: (url) => ({ base_urls: [url], username: 'x', password: SECRET }),
    bring: ({ from, to, content }) => ({ path: '', fields: { sender: from, code: to, message: content } }),
    required: ['sender', 'message'],
    readSent: ({ path, query }) =>
      path === '/sendsms' && query.get('ybsacctno') === 'x' && query.get('password') === SECRET
        ? { to: query.get('destinations') ?? '', content: query.get('sms_content') ?? '' }
        : null,
    accept: () => 'ybs_autocreate_status=OK',
  },
};

function same(fields: Readonly<Record<string, unknown>>): unknown {
  return fields;
}

function fieldsOf({ body }: SeenRequest): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body));
}

function readForm(request: SeenRequest, to: string, content: string): { to: string; content: string } {
  const fields = fieldsOf(request);
  return { to: fields[to] ?? '', content: fields[content] ?? '' };
}

function jsonOf({ body }: SeenRequest): Record<string, unknown> {
  return JSON.parse(body) as Record<string, unknown>;
}

function isBasic({ headers }: SeenRequest, name: string): boolean {
  return headers.authorization === `Basic ${Buffer.from(`${name}:${SECRET}`).toString('base64')}`;
}

function isBearer({ headers }: SeenRequest): boolean {
  return headers.authorization === `Bearer ${SECRET}`;
}

const ORANGE_STATES = {
  pending: 'MessageWaiting',
  delivered: 'DeliveredToTerminal',
  failed: 'DeliveryImpossible',
} as const;

function orangeReceipt(id: string, state: State): ReturnType<NonNullable<ProviderDialect['report']>> {
  return {
    path: '/receipts',
    fields: { callbackData: id, deliveryStatus: ORANGE_STATES[state] },
    json: ({ callbackData, deliveryStatus }) => ({
      deliveryInfoNotification: { callbackData, deliveryInfo: { deliveryStatus } },
    }),
  };
}
