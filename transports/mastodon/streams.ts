import { readJson, fieldsOf, listOf, textOf } from '../http/json.ts';
import type { Answered, ChannelRequestOut } from '../http/channel-sending.ts';
import type { Reading } from '../http/channel.ts';
import type { ChannelStream, Heard, MissedItem, MissedList } from '../http/streaming.ts';
import type { MastodonConfig } from './config.ts';
import { isTag, readMention, readPost, readPublic, readTagged } from './read-post.ts';

type Fields = Readonly<Record<string, unknown>>;
type Read = (item: Fields, config: MastodonConfig) => readonly Reading[];

const PAGE = 40;
const MENTIONS = 'mentions';
const PUBLIC = 'public';

export function bearerOf({ access_token }: Pick<MastodonConfig, 'access_token'>): Record<string, string> {
  return { authorization: `Bearer ${access_token.reveal()}` };
}

/** One connection with all that is listened for; each list by which what it missed is found has an offset of its own. */
export function streamOf(config: MastodonConfig): ChannelStream<MastodonConfig> {
  return {
    name: 'stream',
    open: ({ base_url, streaming_url = base_url, access_token }) => ({
      over: 'websocket',
      url: `${streaming_url}/api/v1/streaming`,
      headers: bearerOf({ access_token }),
      greetings: subscriptionsOf(config).map((one) => JSON.stringify({ type: 'subscribe', ...one })),
    }),
    read: readText,
    missed: listsOf(config),
  };
}

/** The tag of a term, without its sign. */
function tagsOf({ terms }: MastodonConfig): readonly string[] {
  return terms.filter(isTag).map((term) => term.trim().slice(1).toLowerCase());
}

function hasWords({ terms }: MastodonConfig): boolean {
  return terms.some((term) => !isTag(term));
}

function subscriptionsOf(config: MastodonConfig): readonly object[] {
  return [
    { stream: 'user:notification' },
    { stream: 'direct' },
    ...tagsOf(config).map((tag) => ({ stream: 'hashtag', tag })),
    ...(hasWords(config) ? [{ stream: PUBLIC }] : []),
  ];
}

/** Of an edit, a deletion and whatever else: nothing. */
function readText(text: string, config: MastodonConfig): Heard | null {
  const { event, payload, stream } = fieldsOf(readJson(Buffer.from(text)));
  const item = fieldsOf(readJson(Buffer.from(textOf(payload) ?? '')));
  const id = textOf(item['id']);
  if (id === undefined) return null;
  if (event === 'notification') return { readings: readMention(item, config), offsets: { [MENTIONS]: id } };
  if (event === 'conversation') {
    return { readings: readPost(fieldsOf(item['last_status']), config), offsets: {} };
  }
  if (event !== 'update') return null;
  const [name, tag] = Array.isArray(stream) ? (stream as unknown[]).map(textOf) : [];
  const list = name === 'hashtag' ? listNameOf(tag ?? '') : PUBLIC;
  const read: Read = name === 'hashtag' ? readTagged : readPublic;
  return { readings: read(item, config), offsets: { [list]: id } };
}

function listNameOf(tag: string): string {
  return `tag/${tag.toLowerCase()}`;
}

function listsOf(config: MastodonConfig): readonly MissedList<MastodonConfig>[] {
  return [
    listOfMissed(MENTIONS, '/api/v1/notifications?types[]=mention', readMention),
    ...tagsOf(config).map((tag) =>
      listOfMissed(listNameOf(tag), `/api/v1/timelines/tag/${encodeURIComponent(tag)}?`, readTagged),
    ),
    ...(hasWords(config) ? [listOfMissed(PUBLIC, '/api/v1/timelines/public?', readPublic)] : []),
  ];
}

function listOfMissed(name: string, path: string, read: Read): MissedList<MastodonConfig> {
  return {
    name,
    request: (config, after): ChannelRequestOut => ({
      method: 'GET',
      // The page that follows the known one, and not the newest.
      url: `${config.base_url}${path}&limit=${after === null ? 1 : PAGE}${after === null ? '' : `&min_id=${after}`}`,
      headers: bearerOf(config),
    }),
    read: (answer, config) => readList(answer, (item) => read(item, config)),
  };
}

function readList(
  { body }: Answered,
  read: (item: Fields) => readonly Reading[],
): readonly MissedItem[] | null {
  const items = readJson(body);
  if (!Array.isArray(items)) return null;
  return listOf(items)
    .flatMap((item): readonly MissedItem[] => {
      const id = textOf(item['id']);
      return id === undefined ? [] : [{ id, readings: read(item) }];
    })
    .toReversed();
}
