import { afterEach, describe, expect, it, vi } from 'vitest';
import { createProgram } from '../program.ts';

const MADE = { account: 'demo', name: 'crm', dialect: 'kannel', active: true };

/** Runs a command against a platform that has an interface and these tokens. */
async function run(tokens: readonly { id: string; label: string }[], ...words: string[]) {
  const requests: { readonly asked: string; readonly sent: unknown }[] = [];
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    const path = new URL(url).pathname.replace('/api/v1/accounts/demo/', '');
    const body = init.body as string | undefined;
    requests.push({ asked: `${init.method} ${path}`, sent: body === undefined ? null : JSON.parse(body) });
    if (init.method === 'DELETE') return new Response(null, { status: 204 });
    if (path.startsWith('interfaces')) return Response.json(MADE);
    if (init.method === 'POST') return Response.json({ id: 't9', label: 'crm', token: 'vumi_made' });
    return Response.json({ items: tokens, next_cursor: null });
  });
  const common = ['--token', 'token', '--account', 'demo', '--url', 'http://127.0.0.1:1'];
  await createProgram(null).parseAsync([...words, ...common], { from: 'user' });
  return { out, requests };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const OTHER = { id: 't1', label: 'ci' };
const OWN = { id: 't2', label: 'crm' };
const SET = ['interface', 'set', 'crm', '--dialect', 'kannel', 'message_url=https://crm.example/?p=%p&a=%a'];

describe('interface set', () => {
  it('opens an interface and shows the token that was issued for it', async () => {
    const { out, requests } = await run([OTHER], ...SET);
    expect(requests.map(({ asked }) => asked)).toEqual(['PUT interfaces/crm', 'GET tokens', 'POST tokens']);
    expect(requests[0]?.sent).toEqual({ dialect: 'kannel', message_url: 'https://crm.example/?p=%p&a=%a' });
    expect(requests[2]?.sent).toEqual({ label: 'crm', scopes: ['messages:send', 'messages:read'] });
    expect(out).toContain('crm serves kannel clients of demo.');
    expect(out).toContain('vumi_made');
  });

  it('leaves one its token', async () => {
    const { out, requests } = await run([OTHER, OWN], ...SET);
    expect(requests.map(({ asked }) => asked)).toEqual(['PUT interfaces/crm', 'GET tokens']);
    expect(out).toBe('crm serves kannel clients of demo.\n');
  });
});

it('interface rm ends the tokens that are called as it is, and no others', async () => {
  const { requests } = await run([OTHER, OWN], 'interface', 'rm', 'crm');
  expect(requests.map(({ asked }) => asked)).toEqual([
    'DELETE interfaces/crm',
    'GET tokens',
    'DELETE tokens/t2',
  ]);
});

it('route set leads to an interface', async () => {
  const words = ['route', 'set', 'crm', '--interface', 'crm', '--transport', 'mno', '--to', '8000'];
  const { requests } = await run([], ...words);
  expect(requests[0]?.sent).toMatchObject({ connector: 'interface:crm', transport: 'mno', to_addr: '8000' });
});
