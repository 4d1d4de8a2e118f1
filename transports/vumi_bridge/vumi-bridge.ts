import { parseEvent, parseUserMessage, type TransportEvent, type UserMessage, VumiError } from '@vumi/core';
import { basicHeader } from '@vumi/http';
import { withModules } from '../aliases.ts';
import { plain } from '../http/answers.ts';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel, type ChannelRequest, type Reading } from '../http/channel.ts';
import { fieldsOf, readObject, textOf } from '../http/json.ts';
import { fillInSecretPath } from '../http/options.ts';
import { bridgeConfigSchema } from './config.ts';

const METHODS = ['POST', 'PUT'];
/** Where a message of theirs keeps the id that they know it by. */
const BRIDGE = 'vumi_bridge';
/** What HTTP says of the others: to wait, to come back, or that nobody knows. */
const OF_HTTP: ReadonlySet<number> = new Set([401, 429, 500, 502, 503, 504]);

/** A conversation of Vumi Go's HTTP API, or of another installation of ours (spec channels §A, core appendix §A). */
export const vumiBridgeTransport = defineHttpChannel({
  type: 'vumi_bridge',
  aliases: withModules(['vumi.transports.vumi_bridge', 'vumi.transports.vumi_bridge.vumi_bridge'], {
    GoConversationTransport: {},
    GoConversationServerTransport: {},
  }),
  summary:
    'A conversation of the HTTP API of Vumi Go, or of another installation: messages and events both ways',
  configSchema: bridgeConfigSchema,
  transportType: BRIDGE,
  fillIn: fillInSecretPath,
  isFoundByUrl: true,
  routes: [
    {
      path: 'messages.json',
      purpose: 'where the conversation pushes messages to',
      methods: METHODS,
      read: (request) => readOr400(request, readMessage),
      answer: () => plain(200, ''),
    },
    {
      path: 'events.json',
      purpose: 'where the conversation pushes events to',
      methods: METHODS,
      read: (request) => readOr400(request, readEvent),
      answer: () => plain(200, ''),
    },
  ],
  sending: {
    options: (config) => ({ ...config, receipt_lifetime: config.message_life_time }),
    receiptsByRemoteId: true,
    request: (message, { base_url, conversation_key, account_key, access_token }) => ({
      method: 'PUT',
      url: `${base_url}/${encodeURIComponent(conversation_key)}/messages.json`,
      headers: {
        authorization: basicHeader(account_key, access_token.reveal()),
        'content-type': 'application/json; charset=utf-8',
      },
      body: JSON.stringify(writeMessage(message)),
    }),
    verdict: readVerdict,
  },
});

function readOr400({ body }: ChannelRequest, read: (json: string) => readonly Reading[]): readonly Reading[] {
  try {
    // What is no UTF-8 is no JSON of theirs.
    return read(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    const why = error instanceof VumiError ? error.message : 'the body is no UTF-8';
    return [{ kind: 'refused', answer: plain(400, why) }];
  }
}

/** As it is, but for the transport's name, which is ours, and its id, which becomes ours. */
function readMessage(json: string): readonly Reading[] {
  const { message_id: id, transport_name: _name, timestamp: _timestamp, ...fields } = parseUserMessage(json);
  const { routing_metadata: _routing, transport_metadata, ...kept } = fields;
  return [
    {
      kind: 'message',
      id,
      fields: { ...kept, transport_metadata: { ...transport_metadata, [BRIDGE]: { message_id: id } } },
    },
  ];
}

function readEvent(json: string): readonly Reading[] {
  const event = parseEvent(json);
  return [{ kind: 'receipt', remoteId: event.user_message_id, ...stateOf(event) }];
}

/** The message was acknowledged when it was taken over there: that its network has it now is news of its way. */
function stateOf(event: TransportEvent): {
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly reason?: string;
} {
  switch (event.event_type) {
    case 'ack':
      return { status: 'pending' };
    case 'nack':
      return { status: 'failed', reason: event.nack_reason };
    default:
      return { status: event.delivery_status };
  }
}

/** What answers a message of theirs calls it by their id. */
function writeMessage(message: UserMessage): object {
  const { to_addr, content, message_id, in_reply_to, session_event, helper_metadata } = message;
  const theirs = textOf(fieldsOf(message.transport_metadata[BRIDGE])['message_id']);
  return {
    to_addr,
    content,
    message_id,
    in_reply_to: in_reply_to === null ? null : (theirs ?? in_reply_to),
    session_event,
    helper_metadata,
  };
}

function readVerdict({ status, body }: Answered): Verdict | null {
  if (status === 200) return { kind: 'accepted', remoteId: textOf(readObject(body)?.['message_id']) };
  if (OF_HTTP.has(status) || (status >= 300 && status < 400)) return null;
  return { kind: 'refused', reason: `Unexpected status code: ${status}` };
}
