import type { UserMessage } from '@vumi/core';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel } from '../http/channel.ts';
import { fieldsOf, readObject, textOf } from '../http/json.ts';
import { threadPieces } from '../social/thread-pieces.ts';
import { mastodonConfigSchema, mastodonLimits, type MastodonConfig } from './config.ts';
import { bearerOf, streamOf } from './streams.ts';

/** An account of a Mastodon server (spec channels §A). */
export const mastodonTransport = defineHttpChannel({
  type: 'mastodon',
  aliases: {},
  summary: 'An account of Mastodon: mentions, direct messages, hashtags, words; replies and posts',
  configSchema: mastodonConfigSchema,
  transportType: 'mastodon',
  routes: [],
  streaming: { streams: (config) => [streamOf(config)] },
  sending: {
    options: (config) => config,
    idempotent: true,
    pieces: (message, config) => threadPieces(message, mastodonLimits(config)),
    request: (message, config, { part, before }) => ({
      method: 'POST',
      url: `${config.base_url}/api/v1/statuses`,
      headers: {
        ...bearerOf(config),
        'content-type': 'application/json',
        'idempotency-key': part === 0 ? message.message_id : `${message.message_id}/${part}`,
      },
      body: JSON.stringify(writePost(message, config, before.at(-1)?.remoteId)),
    }),
    verdict: readVerdict,
  },
});

function writePost(
  { content, in_reply_to, transport_metadata }: UserMessage,
  config: MastodonConfig,
  before: string | undefined,
): object {
  const about = in_reply_to === null ? {} : fieldsOf(transport_metadata['mastodon']);
  const answered = before ?? textOf(about['status_id']);
  return {
    status: content,
    visibility: textOf(about['visibility']) ?? config.visibility,
    ...(answered === undefined ? {} : { in_reply_to_id: answered }),
  };
}

function readVerdict({ status, body }: Answered): Verdict | null {
  const fields = readObject(body) ?? {};
  if (status === 200) return { kind: 'accepted', remoteId: textOf(fields['id']) };
  const error = textOf(fields['error']);
  const isRefused = status === 403 || status === 404 || status === 422;
  return isRefused && error !== undefined ? { kind: 'refused', reason: `${status}: ${error}` } : null;
}
