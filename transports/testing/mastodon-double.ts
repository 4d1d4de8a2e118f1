import type { SeenRequest } from '@vumi/http/testing';
import { SECRET, type Said, type StreamDialect } from './stream-double.ts';
import type { Got } from './transport-double.ts';

const BEARER = `Bearer ${SECRET}`;
const STREAMS: ReadonlySet<unknown> = new Set(['user', 'user:notification', 'direct', 'public', 'hashtag']);
const VISIBILITIES: ReadonlySet<unknown> = new Set(['public', 'unlisted', 'private', 'direct']);
const LISTS = /^\/api\/v1\/(?:notifications|timelines\/(?:public|tag\/[^/]+))$/;

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A post as the API gives it. */
export function mastodonPost(fields: {
  readonly id: string;
  readonly from: string;
  readonly text: string;
  readonly mentions?: readonly string[];
  readonly more?: object;
}): object {
  const { id, from, text, mentions = [], more = {} } = fields;
  return {
    id,
    account: { id: '1', acct: from },
    content: `<p>${escapeHtml(text)}</p>`,
    visibility: 'public',
    reblog: null,
    mentions: mentions.map((acct) => ({ id: '2', acct })),
    media_attachments: [],
    ...more,
  };
}

/** An event as the stream has it: its payload is JSON in a string. */
export function mastodonEvent(stream: readonly string[], event: string, payload: object): object {
  return { stream, event, payload: JSON.stringify(payload) };
}

function mentionOf({ id, from, content }: Said): object {
  const status = mastodonPost({ id, from, text: `@8000 ${content}`, mentions: ['8000'] });
  return { id, type: 'mention', status };
}

/** The newest first: those that follow an id, or the newest of all. */
function pageOf(said: readonly Said[], query: URLSearchParams): readonly Said[] {
  const limit = Number(query.get('limit') ?? 20);
  const after = query.get('min_id');
  const page =
    after === null ? said.slice(-limit) : said.filter(({ id }) => Number(id) > Number(after)).slice(0, limit);
  return page.toReversed();
}

/** A server of Mastodon with one account, which is called 8000. */
export const mastodonDialect: StreamDialect = {
  config: (url) => ({ base_url: url, access_token: SECRET, screen_name: '@8000' }),
  over: 'websocket',
  refuse: ({ path, headers }) => {
    if (path !== '/api/v1/streaming') return 404;
    return headers.authorization === BEARER ? null : 401;
  },
  greeted: (said) => {
    const asked = said as readonly { readonly type?: unknown; readonly stream?: unknown }[];
    if (asked.some(({ type, stream }) => type !== 'subscribe' || !STREAMS.has(stream))) return false;
    return asked.some(({ stream }) => stream === 'user:notification') ? true : null;
  },
  bring: (text) => mastodonEvent(['user:notification'], 'notification', mentionOf(text)),
  tells: ({ method, path, query, headers }, said) => {
    if (method !== 'GET') return null;
    if (headers.authorization !== BEARER) return { status: 401 };
    if (!LISTS.test(path)) return { status: 404 };
    const mentions = path === '/api/v1/notifications' ? pageOf(said, query).map(mentionOf) : [];
    return { status: 200, body: JSON.stringify(mentions) };
  },
  read: readStatus,
  accepted: (id) => ({
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ id }),
  }),
  failed: ({ text }) => ({ error: text }),
  refusal: (text) => `422: ${text}`,
};

function readStatus({ method, path, headers, body }: SeenRequest): Pick<Got, 'to' | 'content'> | null {
  const isRight =
    method === 'POST' &&
    path === '/api/v1/statuses' &&
    headers.authorization === BEARER &&
    headers['content-type'] === 'application/json' &&
    headers['idempotency-key'] !== undefined;
  if (!isRight) return null;
  const { status, visibility } = JSON.parse(body) as Readonly<Record<string, unknown>>;
  if (typeof status !== 'string' || !VISIBILITIES.has(visibility)) return null;
  const [, to = '', content = ''] = /^@(\S+) ([\s\S]*)$/.exec(status) ?? [];
  return { to, content };
}
