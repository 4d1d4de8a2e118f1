import type { UserMessage } from '@vumi/core';
import type { SentPart } from '../sending/part-result.ts';
import { fieldsOf } from '../http/json.ts';
import { POSTS, readReference, type Reference } from './jetstream.ts';

interface Context {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly before: readonly SentPart[];
}

/** A record of a post: below what it answers, or below the part before it. */
export function writePost(message: UserMessage, { now, before }: Context): object {
  const text = message.content ?? '';
  const facets = facetsOf(text);
  const reply = replyOf(message, before.map(referenceOf));
  return {
    $type: POSTS,
    text,
    createdAt: new Date(now).toISOString(),
    ...(facets.length === 0 ? {} : { facets }),
    ...(reply === null ? {} : { reply }),
  };
}

function referenceOf({ remoteId, note = '' }: SentPart): Reference {
  return { uri: remoteId, cid: note };
}

function replyOf(
  message: UserMessage,
  sent: readonly Reference[],
): { readonly root: Reference; readonly parent: Reference } | null {
  const { in_reply_to, transport_metadata } = message;
  const about = in_reply_to === null ? {} : fieldsOf(transport_metadata['bluesky']);
  const answered = readReference(about);
  const parent = sent.at(-1) ?? answered;
  if (parent === null) return null;
  return { root: readReference(about['root']) ?? answered ?? sent[0] ?? parent, parent };
}

const LINKS = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}']/gu;
const TAGS = /(?<=^|\s)#[\p{L}\p{M}\p{N}_]*[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*/gu;

/** What is a link and what a tag: the network looks for none itself. Places are bytes of UTF-8. */
function facetsOf(text: string): readonly object[] {
  const place = (index: number): number => Buffer.byteLength(text.slice(0, index));
  const facet = ({ index, 0: found }: RegExpExecArray, feature: object): object => ({
    index: { byteStart: place(index), byteEnd: place(index + found.length) },
    features: [feature],
  });
  return [
    ...[...text.matchAll(LINKS)].map((match) =>
      facet(match, { $type: 'app.bsky.richtext.facet#link', uri: match[0] }),
    ),
    ...[...text.matchAll(TAGS)].map((match) =>
      facet(match, { $type: 'app.bsky.richtext.facet#tag', tag: match[0].slice(1) }),
    ),
  ];
}
