import { basicHeader } from '@vumi/http';
import { withModules } from '../aliases.ts';
import { json, plain, wantsJson } from '../http/answers.ts';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel } from '../http/channel.ts';
import { fillInSecretPath } from '../http/options.ts';
import { httpApiConfigSchema, type HttpApiConfig } from './config.ts';
import { readMessage } from './read-message.ts';
import { readReceipt } from './read-receipt.ts';

/**
 * Messages by HTTP from any program (spec vumi-core §5.2, channels §A). Beyond Vumi: JSON both ways, an
 * `Idempotency-Key`, and with `outbound_url` messages and receipts the other way. A message that is no reply where none
 * can be pushed is refused by a nack; Vumi said nothing.
 */
export const httpApiTransport = defineHttpChannel({
  type: 'http_api',
  aliases: withModules(['vumi.transports.api', 'vumi.transports.api.api'], { HttpApiTransport: {} }),
  summary: 'Messages by HTTP requests; the reply of the app as their response, or posted to a URL',
  configSchema: httpApiConfigSchema,
  transportType: 'http_api',
  fillIn: fillInSecretPath,
  routes: [
    {
      path: '',
      purpose: 'send a message: to_addr, from_addr, content as query, form or JSON',
      methods: ['GET', 'POST', 'PUT'],
      read: readMessage,
      answer: ([message]) => json(200, { message_id: message?.message_id }),
    },
    {
      path: 'receipts',
      purpose: 'say what became of a message: message_id, delivery_status as query, form or JSON',
      methods: ['GET', 'POST', 'PUT'],
      isOpen: ({ outbound_url }) => outbound_url !== undefined,
      read: readReceipt,
      answer: () => json(200, {}),
    },
  ],
  reply: {
    waits: ({ reply_expected }) => reply_expected,
    answer: ({ message_id, in_reply_to, content, session_event }, { headers }) =>
      wantsJson(headers.accept)
        ? json(200, { message_id, in_reply_to, content, session_event })
        : plain(200, content ?? ''),
  },
  sending: {
    options: (config) => (config.outbound_url === undefined ? null : config),
    request: ({ message_id, in_reply_to, to_addr, from_addr, content, session_event, group }, config) => ({
      method: 'POST',
      url: config.outbound_url ?? '',
      headers: { 'content-type': 'application/json', 'idempotency-key': message_id, ...credentials(config) },
      body: JSON.stringify({ message_id, in_reply_to, to_addr, from_addr, content, session_event, group }),
    }),
    verdict: readVerdict,
  },
});

function credentials({ outbound_username, outbound_password }: HttpApiConfig): Record<string, string> {
  if (outbound_username === undefined) return {};
  return { authorization: basicHeader(outbound_username, outbound_password?.reveal() ?? '') };
}

/** A receiver that has an id of its own for the message may say so. */
function readVerdict({ status, body }: Answered): Verdict | null {
  if (status < 200 || status >= 300) return null;
  try {
    const answer = JSON.parse(body.toString('utf8')) as { message_id?: unknown } | null;
    const remoteId = answer?.message_id;
    return typeof remoteId === 'string' && remoteId !== '' ? { kind: 'accepted', remoteId } : null;
  } catch {
    return null;
  }
}
