import type { Reading } from '../http/channel.ts';
import { fieldsOf, listOf, readJson, textOf } from '../http/json.ts';
import type { ChannelStream, Heard } from '../http/streaming.ts';
import { hasTerm, NO_USER, withoutMention } from '../social/terms.ts';
import type { BlueskyConfig } from './config.ts';
import { didOf } from './session.ts';

type Fields = Readonly<Record<string, unknown>>;

export const POSTS = 'app.bsky.feed.post';
const NAME = 'jetstream';
/** Posts of the same moment may come in any order: what was there before is heard again, and known. */
const REWOUND_US = 5_000_000;
/** Less than a text of a stream may have. */
const MOST_BYTES = 1_000_000;

/** All posts of the network, of which we choose. */
export const jetstream: ChannelStream<BlueskyConfig> = {
  name: NAME,
  open: ({ jetstream_url }, { offset }) => {
    const url = new URL(jetstream_url);
    url.searchParams.set('wantedCollections', POSTS);
    url.searchParams.set('maxMessageSizeBytes', String(MOST_BYTES));
    if (offset !== null) url.searchParams.set('cursor', String(Math.max(0, Number(offset) - REWOUND_US)));
    return { over: 'websocket', url: url.href };
  },
  read: (text, config, { token }) => {
    const event = fieldsOf(readJson(Buffer.from(text)));
    const at = textOf(event['time_us']);
    return at === undefined ? null : heardOf(at, readPost(event, config, didOf(token)));
  },
};

function heardOf(at: string, readings: readonly Reading[]): Heard {
  return { readings, offsets: { [NAME]: at } };
}

/** A post that somebody has written just now. */
interface Post {
  readonly did: string;
  readonly key: string;
  readonly cid: string;
  readonly record: Fields;
}

/** Null: a like, an edit, a deletion, or whatever else. */
function createdPost(event: Fields): Post | null {
  const { operation, collection = POSTS, rkey, cid, record } = fieldsOf(event['commit']);
  if (event['kind'] !== 'commit' || operation !== 'create' || collection !== POSTS) return null;
  const did = textOf(event['did']);
  const key = textOf(rkey);
  if (did === undefined || key === undefined) return null;
  return { did, key, cid: textOf(cid) ?? '', record: fieldsOf(record) };
}

/** Nothing of our own posts, and of those that are neither to us nor have a term. */
function readPost(event: Fields, config: BlueskyConfig, own: string): readonly Reading[] {
  const post = createdPost(event);
  if (post === null || post.did === own) return [];
  const { did, key, cid, record } = post;
  const text = textOf(record['text']) ?? '';
  const isToUs = own !== '' && isAbout(record, own);
  if (!isToUs && !hasTerm(text, config.terms)) return [];
  const uri = `at://${did}/${POSTS}/${key}`;
  const root = readReference(fieldsOf(record['reply'])['root']);
  const bluesky = { uri, cid, ...(root === null ? {} : { root }) };
  const content = withoutMention(text, [config.screen_name]) ?? text;
  const to_addr = isToUs ? config.screen_name : NO_USER;
  const fields = { to_addr, from_addr: did, content, transport_metadata: { bluesky } };
  return [{ kind: 'message', id: `${did}/${key}`, fields }];
}

/** Whether a post mentions an account, or answers one of its posts. */
function isAbout(post: Fields, did: string): boolean {
  const parent = textOf(fieldsOf(fieldsOf(post['reply'])['parent'])['uri']);
  if (parent?.startsWith(`at://${did}/`) === true) return true;
  return listOf(post['facets']).some(({ features }) =>
    listOf(features).some((feature) => feature['did'] === did),
  );
}

/** What names a post for good: where it is, and what it holds. */
export interface Reference {
  readonly uri: string;
  readonly cid: string;
}

export function readReference(value: unknown): Reference | null {
  const { uri, cid } = fieldsOf(value);
  return typeof uri === 'string' && typeof cid === 'string' ? { uri, cid } : null;
}
