import { createUserMessage } from '@vumi/core';
import type { SeenRequest } from '@vumi/http/testing';
import { ProviderDouble, SECRET, type ProviderDialect } from './provider-double.ts';
import { casesOf } from './quiet-double.ts';
import type { Got, TransportSetUp } from './transport-double.ts';

const BASIC = `Basic ${Buffer.from(`account:${SECRET}`).toString('base64')}`;

/** A conversation of an HTTP API. */
const dialect: ProviderDialect = {
  config: (url) => ({
    base_url: `${url}/api/`,
    account_key: 'account',
    conversation_key: 'conversation',
    access_token: SECRET,
  }),
  bring: ({ from, to, content }, id) => ({
    path: '/messages.json',
    fields: { from, to, content },
    json: () =>
      createUserMessage({
        message_id: id,
        from_addr: from,
        to_addr: to,
        content,
        transport_name: 'theirs',
        transport_type: 'sms',
      }),
  }),
  required: [],
  readSent,
  accept: (id) => ({ message_id: id }),
  refusal: () => 'Unexpected status code: 422',
  report: (id, state) => ({
    path: '/events.json',
    fields: {},
    json: () => ({
      message_version: '20110921',
      message_type: 'event',
      timestamp: '2026-11-30 10:00:00.000000',
      event_id: `${id} ${state}`,
      event_type: 'delivery_report',
      user_message_id: id,
      delivery_status: state,
    }),
  }),
};

function readSent({ method, path, headers, body }: SeenRequest): Omit<Got, 'at'> | null {
  const isRight =
    method === 'PUT' &&
    path === '/api/conversation/messages.json' &&
    headers.authorization === BASIC &&
    headers['content-type'] === 'application/json; charset=utf-8';
  if (!isRight) return null;
  const { to_addr: to, content } = JSON.parse(body) as Readonly<Record<string, unknown>>;
  return typeof to === 'string' && typeof content === 'string' ? { to, content } : null;
}

export const VUMI_BRIDGE_SET_UP: TransportSetUp = {
  type: 'vumi_bridge',
  label: 'provider',
  open: (place) => ProviderDouble.open(place, dialect),
  notApplicable: {
    ...casesOf([12, 13, 14, 15, 16, 17, 18], 'no request waits for a reply, and there are no sessions'),
    5: 'nothing is signed',
    6: 'unknown fields are kept, as everywhere in messages of Vumi',
    7: 'the error names the field in words: vumi-bridge.test.ts',
    11: 'a request is one message',
    25: 'each error has a status of its own',
    27: 'it has no limits of length and characters',
    34: 'a dialect keeps nothing between requests, and http_api is held to it on the same base',
  },
};
