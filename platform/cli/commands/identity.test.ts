import { afterEach, expect, it, vi } from 'vitest';
import { createProgram } from '../program.ts';

const ANN = {
  id: 'k1',
  addresses: [
    { type: 'msisdn', address: '+2771' },
    { type: 'irc_nickname', address: 'ann' },
  ],
  merged_ids: [],
};

async function run(answer: unknown, ...words: string[]) {
  let asked = '';
  let sent: unknown;
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    const request = new Request(url, init);
    asked = `${request.method} ${decodeURIComponent(url.pathname.replace('/api/v1/accounts/demo', '') + url.search)}`;
    const text = await request.text();
    sent = text === '' ? undefined : JSON.parse(text);
    return Response.json(answer);
  });
  const common = ['--token', 'token', '--account', 'demo', '--url', 'http://127.0.0.1:1'];
  await createProgram(null).parseAsync(['identity', ...words, ...common], { from: 'user' });
  return { out, sent, asked };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it.each<[string[], string, unknown]>([
  [
    ['create', '+2771', '--name', 'Ann'],
    'POST /identities',
    { name: 'Ann', addresses: [{ type: 'msisdn', address: '+2771' }] },
  ],
  [
    ['link', 'k1', 'ann', '--type', 'irc', '--merge'],
    'PUT /identities/k1/addresses',
    { type: 'irc', address: 'ann', merge: true },
  ],
  [
    ['unlink', 'k1', 'ann', '--type', 'irc'],
    'DELETE /identities/k1/addresses?type=irc&address=ann',
    undefined,
  ],
  [['merge', 'k1', 'k2', '--yes'], 'POST /identities/k1/merge', { other: 'k2' }],
])('identity %j asks for it, and shows who comes of it', async (words, asked, sent) => {
  const out = 'ID  ADDRESSES\nk1  msisdn:+2771  irc_nickname:ann\n';
  expect(await run(ANN, ...words)).toEqual({ asked, sent, out });
});

it('identity find tells whose an address is, or that it is of nobody', async () => {
  const { asked, out } = await run({ items: [ANN], next_cursor: null }, 'find', '+2771');
  expect(asked).toBe('GET /identities?type=msisdn&address=+2771');
  expect(out).toContain('k1  msisdn:+2771');
  await expect(run({ items: [], next_cursor: null }, 'find', '+2772')).rejects.toThrow(
    'nobody is known by +2772',
  );
});
