import type { UserMessage } from '@vumi/core';
import type { HttpAnswer } from '@vumi/http';
import { plain } from '../http/answers.ts';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel, type ChannelRequest } from '../http/channel.ts';
import { fieldsOf, readObject, textOf } from '../http/json.ts';
import { hmacOf, isFresh, isSigned } from '../http/signatures.ts';
import { slackConfigSchema, type SlackConfig } from './config.ts';
import { readEvent } from './read-event.ts';

const LONGEST_TEXT = 4000;
const UNAUTHORIZED = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
]);

/** An app of Slack (spec channels §C). */
export const slackTransport = defineHttpChannel({
  type: 'slack',
  aliases: {},
  summary: 'An app of Slack: direct messages, mentions, channels, threads',
  configSchema: slackConfigSchema,
  transportType: 'slack',
  isFoundByUrl: true,
  routes: [
    {
      path: '',
      purpose: 'Request URL of the event subscriptions',
      methods: ['POST'],
      verify: verifySlack,
      read: readEvent,
      answer: (_published, { body }) => plain(200, textOf(readObject(body)?.['challenge']) ?? ''),
    },
  ],
  sending: {
    options: (config) => config,
    limits: () => ({ max: LONGEST_TEXT, unit: 'utf16', tooLong: 'split' }),
    request: (message, { base_url, bot_token }) => ({
      method: 'POST',
      url: `${base_url}/api/chat.postMessage`,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        authorization: `Bearer ${bot_token.reveal()}`,
      },
      body: JSON.stringify(writeMessage(message)),
    }),
    verdict: readVerdict,
  },
});

function verifySlack(
  { headers, body }: ChannelRequest,
  { signing_secret }: SlackConfig,
  now: number,
): HttpAnswer | null {
  const at = headers['x-slack-request-timestamp'];
  const seconds = typeof at === 'string' ? at : '';
  const expected = `v0=${hmacOf({ hash: 'sha256', key: signing_secret.reveal() }, `v0:${seconds}:`, body)}`;
  const isSlack = isSigned(headers['x-slack-signature'], expected) && isFresh(seconds, now);
  return isSlack ? null : plain(401, 'Wrong signature');
}

/** A reply goes where the message was, into its thread. */
function writeMessage({ group, to_addr, content, transport_metadata }: UserMessage): object {
  const { channel, thread_ts } = fieldsOf(transport_metadata['slack']);
  const text = (content ?? '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return {
    channel: textOf(channel) ?? group ?? to_addr,
    text,
    ...(typeof thread_ts === 'string' ? { thread_ts } : {}),
  };
}

/** Errors have status 200. */
function readVerdict(answer: Answered): Verdict | null {
  if (answer.status < 200 || answer.status >= 300) return null;
  const { ok, ts, error } = readObject(answer.body) ?? {};
  if (ok === true) return { kind: 'accepted', remoteId: textOf(ts) };
  const reason = textOf(error) ?? 'the answer cannot be read';
  if (reason === 'ratelimited') return { kind: 'throttled' };
  return UNAUTHORIZED.has(reason) ? { kind: 'unauthorized' } : { kind: 'refused', reason };
}
