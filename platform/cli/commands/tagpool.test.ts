import { afterEach, describe, expect, it, vi } from 'vitest';
import { createProgram } from '../program.ts';

const TAG = {
  pool: 'numbers',
  tag: '8001',
  acquired_at: '2026-11-22T08:00:00Z',
  owner: 'ann',
  reason: { a: 1 },
};

/** Runs a command against a platform that answers everything with the same. */
async function run(answer: unknown, ...words: string[]) {
  const asked: string[] = [];
  let sent: unknown;
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    const request = new Request(url, init);
    asked.push(`${request.method} ${decodeURIComponent(url.pathname.replace('/api/v1', '') + url.search)}`);
    const text = await request.text();
    sent = text === '' ? undefined : JSON.parse(text);
    return Response.json(answer);
  });
  const common = ['--token', 'token', '--account', 'demo', '--url', 'http://127.0.0.1:1'];
  await createProgram(null).parseAsync(['tagpool', ...words, ...common], { from: 'user' });
  return { out, sent, asked: asked.at(-1) };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('tagpool', () => {
  it.each<[string, string[], { asked: string; sent: unknown; out: string }, unknown]>([
    [
      'declares tags and what is said of the pool',
      ['declare', 'короткие', '8001', '8002', '--metadata', 'country=za', 'rate=2'],
      {
        asked: 'PUT /accounts/demo/tagpools/короткие',
        sent: { tags: ['8001', '8002'], metadata: { country: 'za', rate: 2 } },
        out: 'короткие: 2 free, 0 in use.\n',
      },
      { name: 'короткие', free: 2, in_use: 0, metadata: {} },
    ],
    [
      'takes a tag of the platform for somebody',
      ['acquire', 'numbers', '--platform', '--owner', 'ann', '--reason', 'a=1'],
      { asked: 'POST /tagpools/numbers/acquire', sent: { owner: 'ann', reason: { a: 1 } }, out: '8001\n' },
      TAG,
    ],
    [
      'gives it back',
      ['release', 'numbers', '8001'],
      {
        asked: 'POST /accounts/demo/tagpools/numbers/release',
        sent: { tag: '8001' },
        out: '8001 is free.\n',
      },
      TAG,
    ],
    [
      'purges without asking when it is told to',
      ['purge', 'numbers', '--yes'],
      { asked: 'DELETE /accounts/demo/tagpools/numbers', sent: undefined, out: 'numbers is gone.\n' },
      {},
    ],
  ])('%s', async (_, words, expected, answer) => {
    expect(await run(answer, ...words)).toEqual(expected);
  });

  it('lists what somebody has, or the tags of a pool, but not both', async () => {
    const page = { items: [TAG], next_cursor: null };
    const { out, asked } = await run(page, 'tags', '--owner', 'ann');
    expect(asked).toBe('GET /accounts/demo/tags?owner=ann');
    expect(out).toBe(
      'TAG   POOL     OWNER  SINCE                REASON\n8001  numbers  ann    2026-11-22 08:00:00  {"a":1}\n',
    );
    expect((await run(page, 'tags', 'numbers', '--in-use')).asked).toBe(
      'GET /accounts/demo/tagpools/numbers/tags?state=in_use',
    );
    await expect(run(page, 'tags')).rejects.toThrow('name a pool, or an --owner');
  });
});
