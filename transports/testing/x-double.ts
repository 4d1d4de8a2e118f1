import type { SeenRequest } from '@vumi/http/testing';
import { SECRET, type StreamDialect } from './stream-double.ts';
import type { Got } from './transport-double.ts';

const BEARER = `Bearer ${SECRET}`;
const STREAM = '/2/tweets/search/stream';

/** X, with one account, which is called 8000, and a key that is paid for. */
export const xDialect: StreamDialect = {
  config: (url) => ({
    base_url: url,
    screen_name: '@8000',
    bearer_token: SECRET,
    consumer_key: 'key',
    consumer_secret: SECRET,
    access_token: 'token',
    access_token_secret: SECRET,
  }),
  over: 'lines',
  refuse: ({ path, headers }) => {
    if (path !== STREAM) return 404;
    return headers.authorization === BEARER ? null : 401;
  },
  bring: ({ id, from, content }) => ({
    data: { id, text: `@8000 ${escapeHtml(content)}`, author_id: `id-${from}` },
    includes: { users: [{ id: `id-${from}`, username: from }] },
    matching_rules: [{ id: '1', tag: 'vumi' }],
  }),
  tells: ({ method, path, headers, query }) => {
    if (method === 'POST' && path === '/2/tweets') return null;
    if (headers.authorization !== BEARER) return { status: 401 };
    if (method === 'POST' && path === `${STREAM}/rules`) return { status: 201, body: '{}' };
    const isSearch = method === 'GET' && path === '/2/tweets/search/recent' && query.has('query');
    return isSearch ? { status: 200, body: '{"meta":{"result_count":0}}' } : { status: 404 };
  },
  read: readPost,
  accepted: (id) => ({ status: 201, body: JSON.stringify({ data: { id } }) }),
  failed: ({ text }) => ({ detail: text }),
  refusal: (text) => `422: ${text}`,
};

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function readPost({ headers, body }: SeenRequest): Pick<Got, 'to' | 'content'> | null {
  const isSigned = /^OAuth .*oauth_consumer_key="key".*oauth_signature="[^"]+"/.test(
    headers.authorization ?? '',
  );
  if (!isSigned || headers['content-type'] !== 'application/json') return null;
  const { text } = JSON.parse(body) as Readonly<Record<string, unknown>>;
  if (typeof text !== 'string') return null;
  const [, to = '', content = ''] = /^@(\S+) ([\s\S]*)$/.exec(text) ?? [];
  return { to, content };
}
