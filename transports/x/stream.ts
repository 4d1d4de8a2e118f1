import type { ChannelRequestOut } from '../http/channel-sending.ts';
import type { Reading } from '../http/channel.ts';
import { fieldsOf, listOf, readJson, readObject, textOf } from '../http/json.ts';
import type { ChannelStream, MissedList } from '../http/streaming.ts';
import { plainText } from '../social/plain-text.ts';
import { addressOf, hasTerm, NO_USER, withoutMention } from '../social/terms.ts';
import type { XConfig } from './config.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Marks our rules among those that others have made for the same app. */
const TAG = 'vumi';
const RECENT = 'recent';
const FIELDS = 'expansions=author_id&user.fields=username&tweet.fields=conversation_id,lang';
/** A sign of life comes every 20 s. */
const BEAT_MS = 10_000;
/** Of a query for what was missed. */
const LONGEST_QUERY = 512;
/** So far back the network looks, less an hour. */
const REACH_MS = 7 * 24 * 3_600_000 - 3_600_000;
/** The first of the ids that have their time in them, milliseconds since the epoch, in all but the last 22 bits. */
const FIRST_ID_MS = 1_288_834_974_657;

function bearerOf({ bearer_token }: XConfig): Record<string, string> {
  return { authorization: `Bearer ${bearer_token.reveal()}` };
}

/** What is listened for: what is to us, and the terms; nothing that we or others only repeat. */
function rulesOf({ screen_name, terms }: XConfig): readonly string[] {
  return [screen_name, ...terms].map((one) => `(${one}) -from:${screen_name.slice(1)} -is:retweet`);
}

/** Tells the network what is listened for. It knows rules for good: those that it has already are not made twice. */
export function ruleRequest(config: XConfig): ChannelRequestOut {
  const add = rulesOf(config).map((value) => ({ value, tag: TAG }));
  return {
    method: 'POST',
    url: `${config.base_url}/2/tweets/search/stream/rules`,
    headers: { ...bearerOf(config), 'content-type': 'application/json' },
    body: JSON.stringify({ add }),
  };
}

export function streamOf(config: XConfig): ChannelStream<XConfig> {
  const query = rulesOf(config)
    .map((rule) => `(${rule})`)
    .join(' OR ');
  return {
    name: 'stream',
    open: (given) => ({
      over: 'lines',
      url: `${given.base_url}/2/tweets/search/stream?${FIELDS}`,
      headers: bearerOf(given),
      beatMs: BEAT_MS,
    }),
    read: (text, given) => {
      const { data, includes, matching_rules: rules } = fieldsOf(readJson(Buffer.from(text)));
      const id = textOf(fieldsOf(data)['id']);
      if (id === undefined || !listOf(rules).some(({ tag }) => tag === TAG)) return null;
      return { readings: readPost(fieldsOf(data), fieldsOf(includes), given), offsets: { [RECENT]: id } };
    },
    missed: query.length > LONGEST_QUERY ? [] : [recentOf(query)],
  };
}

/** One page of the newest: more than that may have been missed. */
function recentOf(query: string): MissedList<XConfig> {
  return {
    name: RECENT,
    request: (config, after, now) => {
      const isKnown = after !== null && timeOf(after) > now - REACH_MS;
      const since = isKnown ? `&since_id=${after}` : '';
      const text = encodeURIComponent(query);
      return {
        method: 'GET',
        url: `${config.base_url}/2/tweets/search/recent?query=${text}&max_results=100&${FIELDS}${since}`,
        headers: bearerOf(config),
      };
    },
    read: ({ body }, config) => {
      const answer = readObject(body);
      if (answer === null) return null;
      return listOf(answer['data'])
        .flatMap((post) => {
          const id = textOf(post['id']);
          return id === undefined
            ? []
            : [{ id, readings: readPost(post, fieldsOf(answer['includes']), config) }];
        })
        .toReversed();
    },
  };
}

function timeOf(id: string): number {
  return /^\d{1,19}$/.test(id) ? Number(BigInt(id) >> 22n) + FIRST_ID_MS : 0;
}

/** Rules that were made for other terms go on: what they find is nobody's. */
function readPost(post: Fields, includes: Fields, config: XConfig): readonly Reading[] {
  const id = textOf(post['id']);
  const author = textOf(post['author_id']);
  if (id === undefined || author === undefined) return [];
  const name = textOf(listOf(includes['users']).find((user) => user['id'] === author)?.['username']);
  const from_addr = addressOf(name ?? author);
  const text = plainText(textOf(post['text']) ?? '');
  const { screen_name, terms } = config;
  const isWanted = hasTerm(text, [screen_name, ...terms]);
  if (!isWanted || from_addr.toLowerCase() === screen_name.toLowerCase()) return [];
  const said = withoutMention(text, [screen_name]);
  return [
    {
      kind: 'message',
      id,
      fields: {
        to_addr: said === null ? NO_USER : screen_name,
        from_addr,
        content: said ?? text,
        to_addr_type: 'twitter_handle',
        from_addr_type: 'twitter_handle',
        transport_metadata: { twitter: { status_id: id } },
      },
    },
  ];
}
