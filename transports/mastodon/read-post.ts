import type { ReceivedAttachment } from '@vumi/core';
import type { Reading } from '../http/channel.ts';
import { fieldsOf, listOf, textOf } from '../http/json.ts';
import { plainText } from '../social/plain-text.ts';
import { addressOf, hasTerm, NO_USER, withoutMention } from '../social/terms.ts';
import type { MastodonConfig } from './config.ts';

type Fields = Readonly<Record<string, unknown>>;

const TYPES: Readonly<Record<string, string>> = {
  image: 'image/jpeg',
  gifv: 'video/mp4',
  video: 'video/mp4',
  audio: 'audio/mpeg',
};

/** Of a notification: somebody has mentioned us. */
export function readMention(notification: Fields, config: MastodonConfig): readonly Reading[] {
  return notification['type'] === 'mention' ? readPost(fieldsOf(notification['status']), config) : [];
}

/** A post that the stream of a tag brought, which the server has chosen. */
export function readTagged(post: Fields, config: MastodonConfig): readonly Reading[] {
  return readPost(post, config);
}

/** One of all posts: of interest where it has a word that is listened for. */
export function readPublic(post: Fields, config: MastodonConfig): readonly Reading[] {
  const words = config.terms.filter((term) => !isTag(term));
  return hasTerm(plainText(textOf(post['content']) ?? ''), words) ? readPost(post, config) : [];
}

/** What a term has that is one tag: the server looks for it. */
export function isTag(term: string): boolean {
  return /^#[\p{L}\p{M}\p{N}_]+$/u.test(term.trim());
}

/** Null where it is nobody's: a repeated post, or one of ours. */
export function readPost(post: Fields, config: MastodonConfig): readonly Reading[] {
  const id = textOf(post['id']);
  const account = fieldsOf(post['account']);
  const name = textOf(account['acct']);
  if (id === undefined || name === undefined || (post['reblog'] ?? null) !== null) return [];
  if (addressOf(name).toLowerCase() === config.screen_name.toLowerCase()) return [];
  const { content, isToUs } = readText(post, config);
  const attachments = readFiles(post);
  const mastodon = {
    status_id: id,
    visibility: textOf(post['visibility']),
    in_reply_to_id: textOf(post['in_reply_to_id']),
    url: textOf(post['url']),
    language: textOf(post['language']),
  };
  return [
    {
      kind: 'message',
      id,
      fields: {
        to_addr: isToUs ? config.screen_name : NO_USER,
        from_addr: addressOf(name),
        content,
        transport_metadata: { mastodon: JSON.parse(JSON.stringify(mastodon)) as Fields },
        ...(attachments.length === 0 ? {} : { helper_metadata: { received: { attachments } } }),
      },
    },
  ];
}

/** Without our name in front. It is to us wherever we are mentioned. */
function readText(
  post: Fields,
  { screen_name, base_url }: MastodonConfig,
): { readonly content: string; readonly isToUs: boolean } {
  const text = plainText(textOf(post['content']) ?? '');
  const said = withoutMention(text, [`${screen_name}@${new URL(base_url).hostname}`, screen_name]);
  const isMentioned = listOf(post['mentions']).some(
    ({ acct }) => addressOf(textOf(acct) ?? '').toLowerCase() === screen_name.toLowerCase(),
  );
  return { content: said ?? text, isToUs: said !== null || isMentioned };
}

function readFiles(post: Fields): readonly ReceivedAttachment[] {
  return listOf(post['media_attachments']).flatMap(({ type, url, description }) => {
    const address = textOf(url);
    const caption = textOf(description);
    if (address === undefined) return [];
    const content_type = TYPES[textOf(type) ?? ''] ?? 'application/octet-stream';
    return [{ content_type, url: address, ...(caption === undefined ? {} : { caption }) }];
  });
}
