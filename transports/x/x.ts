import { withoutControls, type UserMessage } from '@vumi/core';
import { withModules } from '../aliases.ts';
import type { Answered, SendContext, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel } from '../http/channel.ts';
import { fieldsOf, readObject, textOf } from '../http/json.ts';
import { threadPieces } from '../social/thread-pieces.ts';
import { xConfigSchema, xLimits, type XConfig } from './config.ts';
import { oauthHeader } from './oauth.ts';
import { ruleRequest, streamOf } from './stream.ts';

/** An account of X, by a key that is paid for (spec channels §A, vumi-core §5.4). */
export const xTransport = defineHttpChannel({
  type: 'x',
  aliases: withModules(['vumi.transports.twitter', 'vumi.transports.twitter.twitter'], {
    TwitterTransport: {},
  }),
  summary:
    'An account of X (Twitter), by a key of its API that is paid for: mentions, terms; replies and posts',
  configSchema: xConfigSchema,
  transportType: 'twitter',
  routes: [],
  announce: ruleRequest,
  streaming: { streams: (config) => [streamOf(config)] },
  sending: {
    options: (config) => config,
    pieces: (message, config) => threadPieces(message, xLimits(config)),
    request: writeRequest,
    verdict: readVerdict,
  },
});

function writeRequest(message: UserMessage, config: XConfig, context: SendContext) {
  const url = `${config.base_url}/2/tweets`;
  const { part, attempt, now, before } = context;
  const nonce = [message.message_id, part, attempt, now].join('').replace(/\W/g, '');
  const keys = {
    consumerKey: config.consumer_key,
    consumerSecret: config.consumer_secret.reveal(),
    token: config.access_token,
    tokenSecret: config.access_token_secret.reveal(),
  };
  const signed = { method: 'POST', url, parameters: {}, nonce, timestamp: Math.floor(now / 1000) };
  return {
    method: 'POST',
    url,
    headers: { authorization: oauthHeader(signed, keys), 'content-type': 'application/json' },
    body: JSON.stringify(writePost(message, before.at(-1)?.remoteId)),
  };
}

function writePost(
  { content, in_reply_to, transport_metadata }: UserMessage,
  before: string | undefined,
): object {
  const about = in_reply_to === null ? {} : fieldsOf(transport_metadata['twitter']);
  const answered = before ?? textOf(about['status_id']);
  return {
    text: content,
    ...(answered === undefined ? {} : { reply: { in_reply_to_tweet_id: answered } }),
  };
}

function readVerdict({ status, body }: Answered): Verdict | null {
  const { data, title, detail } = readObject(body) ?? {};
  if (status === 201 || status === 200) return { kind: 'accepted', remoteId: textOf(fieldsOf(data)['id']) };
  const said = textOf(detail) ?? textOf(title);
  const isRefused = status === 400 || status === 403 || status === 422;
  return isRefused && said !== undefined
    ? { kind: 'refused', reason: withoutControls(`${status}: ${said}`) }
    : null;
}
