import type { SeenRequest } from '@vumi/http/testing';
import { SECRET, type StreamDialect } from './stream-double.ts';
import type { Got } from './transport-double.ts';

const OWN = 'did:plc:8000';
const POSTS = 'app.bsky.feed.post';
const MOST_GRAPHEMES = 300;
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

const coded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token as the network gives it: its own name stands in it, and its signature is a secret. */
export const blueskyToken = (did: string, signature = SECRET): string =>
  [coded({ alg: 'none' }), coded({ sub: did, iat: 0, exp: 7200 }), coded({ signature })].join('.');

const TOKEN = blueskyToken(OWN);

let times = 0;

/** A server of the AT protocol with one account, which is called 8000, and a Jetstream. */
export const blueskyDialect: StreamDialect = {
  config: (url) => ({
    base_url: url,
    jetstream_url: `${url}/subscribe`,
    screen_name: '8000.example',
    app_password: SECRET,
  }),
  over: 'websocket',
  refuse: ({ path, query }) => {
    if (path !== '/subscribe') return 404;
    const cursor = query.get('cursor');
    const isRight = query.get('wantedCollections') === POSTS && (cursor === null || /^\d+$/.test(cursor));
    return isRight ? null : 400;
  },
  bring: ({ from, id, content }) => {
    times += 1;
    const mention = { $type: 'app.bsky.richtext.facet#mention', did: OWN };
    const facets = [{ index: { byteStart: 0, byteEnd: 13 }, features: [mention] }];
    const record = { $type: POSTS, text: `@8000.example ${content}`, facets };
    const commit = { operation: 'create', collection: POSTS, rkey: id, cid: `cid-${id}`, record };
    return { did: `did:plc:${from}`, time_us: 1_700_000_000_000_000 + times, kind: 'commit', commit };
  },
  givesTokens: true,
  tells: ({ method, path, body }) => {
    if (method !== 'POST' || path !== '/xrpc/com.atproto.server.createSession') return null;
    const { identifier, password } = JSON.parse(body) as Readonly<Record<string, unknown>>;
    const isKnown = identifier === '8000.example' && password === SECRET;
    if (!isKnown) return { status: 401, body: '{"error":"AuthenticationRequired"}' };
    return { status: 200, body: JSON.stringify({ accessJwt: TOKEN, did: OWN }) };
  },
  read: readRecord,
  accepted: (id) => ({
    status: 200,
    body: JSON.stringify({ uri: `at://${OWN}/${POSTS}/${id}`, cid: `c-${id}` }),
  }),
  failed: ({ text }) => ({ error: 'InvalidRequest', message: text }),
  refusal: (text) => `InvalidRequest: ${text}`,
  addressOf: () => 'NO_USER',
};

interface WrittenRecord {
  readonly repo?: unknown;
  readonly collection?: unknown;
  readonly record?: {
    readonly $type?: unknown;
    readonly text?: unknown;
    readonly createdAt?: unknown;
    readonly reply?: { readonly parent: { readonly uri: string; readonly cid: string } };
  };
}

function readRecord({ method, path, headers, body }: SeenRequest): Pick<Got, 'to' | 'content'> | null {
  const isRight =
    method === 'POST' &&
    path === '/xrpc/com.atproto.repo.createRecord' &&
    headers.authorization === `Bearer ${TOKEN}` &&
    headers['content-type'] === 'application/json';
  if (!isRight) return null;
  const written = JSON.parse(body) as WrittenRecord;
  const { text, reply } = written.record ?? {};
  if (!isPost(written) || typeof text !== 'string') return null;
  const [, to = ''] = /^at:\/\/did:plc:([^/]+)\//.exec(reply?.parent.uri ?? '') ?? [];
  return { to, content: text };
}

function isPost({ repo, collection, record = {} }: WrittenRecord): boolean {
  const { $type, text, createdAt } = record;
  const isOurs = repo === OWN && collection === POSTS && $type === POSTS && typeof createdAt === 'string';
  return isOurs && [...segmenter.segment(String(text))].length <= MOST_GRAPHEMES;
}
