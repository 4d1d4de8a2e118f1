import { withoutControls, type UserMessage } from '@vumi/core';
import type { Answered, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel } from '../http/channel.ts';
import { fieldsOf, readObject, textOf } from '../http/json.ts';
import { readOrRefuse } from '../sending/rich-pieces.ts';
import { fitText } from '../sending/text-limits.ts';
import { NO_USER } from '../social/terms.ts';
import { blueskyConfigSchema, blueskyLimits, type BlueskyConfig } from './config.ts';
import { jetstream, POSTS, readReference } from './jetstream.ts';
import { blueskySession, didOf } from './session.ts';
import { writePost } from './write-post.ts';

const EXPIRED: ReadonlySet<unknown> = new Set(['ExpiredToken', 'InvalidToken']);

/** An account of Bluesky (spec channels §A). */
export const blueskyTransport = defineHttpChannel({
  type: 'bluesky',
  aliases: {},
  summary: 'An account of Bluesky: mentions, answers, hashtags, words; replies and posts',
  configSchema: blueskyConfigSchema,
  transportType: 'bluesky',
  routes: [],
  streaming: { streams: () => [jetstream], token: blueskySession },
  sending: {
    options: (config) => config,
    token: blueskySession,
    pieces: piecesOf,
    request: (message, { base_url }, { token, now, before }) => ({
      method: 'POST',
      url: `${base_url}/xrpc/com.atproto.repo.createRecord`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        repo: didOf(token),
        collection: POSTS,
        record: writePost(message, { now, before }),
      }),
    }),
    verdict: readVerdict,
  },
});

/** Whoever wrote is answered below his post; nobody is written to of our own accord but all. */
function piecesOf(
  message: UserMessage,
  config: BlueskyConfig,
): readonly UserMessage[] | { readonly refused: string } {
  const rich = readOrRefuse(message);
  if ('refused' in rich) return rich;
  const { to_addr: to, in_reply_to, transport_metadata } = message;
  const isAnswer = in_reply_to !== null && readReference(fieldsOf(transport_metadata['bluesky'])) !== null;
  if (!isAnswer && to !== null && to !== NO_USER)
    return { refused: `only who has written can be answered; a post for all is to ${NO_USER}` };
  if ((message.content ?? '').trim() === '') return { refused: 'the message has no text' };
  const fitted = fitText(message.content, blueskyLimits(config));
  if (fitted.kind === 'refused') return { refused: fitted.reason };
  // oxlint-disable-next-line oxc/no-map-spread -- a message belongs to whoever gave it
  return fitted.parts.map((content) => ({ ...message, content }));
}

function readVerdict({ status, body }: Answered): Verdict | null {
  const { uri, cid, error, message } = readObject(body) ?? {};
  if (status === 200) return { kind: 'accepted', remoteId: textOf(uri), note: textOf(cid) };
  if (EXPIRED.has(error)) return { kind: 'unauthorized' };
  const name = textOf(error);
  const isRefused = status === 400 || status === 403 || status === 413 || status === 422;
  if (!isRefused || name === undefined) return null;
  return { kind: 'refused', reason: withoutControls(`${name}: ${textOf(message) ?? ''}`) };
}
