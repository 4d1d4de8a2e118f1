import { afterEach, expect, it, vi } from 'vitest';
import { createProgram } from '../program.ts';

const grant = (scope: string, granted: boolean) => ({
  scope,
  audience: 'members',
  lets: 'see the numbers of people in full',
  shows_numbers: scope === 'contacts:number',
  asked: true,
  granted_at: granted ? '2026-11-30T08:00:00.000Z' : null,
  granted_by: granted ? 'administrator' : null,
});
const BEFORE = { items: [grant('contacts:number', false), grant('contacts:read', false)] };
const AFTER = { items: [grant('contacts:number', true), grant('contacts:read', false)] };

async function run(...words: string[]) {
  const asked: string[] = [];
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    const request = new Request(url, init);
    const path = decodeURIComponent(url.pathname.replace('/api/v1/accounts/demo/apps/', '') + url.search);
    asked.push(`${request.method} ${path} ${await request.text()}`.trim());
    if (request.method === 'DELETE') return new Response(null, { status: 204 });
    return Response.json(request.method === 'POST' ? AFTER : BEFORE);
  });
  const common = ['--token', 'token', '--account', 'demo', '--url', 'http://127.0.0.1:1'];
  await createProgram(null).parseAsync(['app', ...words, ...common], { from: 'user' });
  return { out, asked };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('app grants lists what is asked for, and what has no effect yet', async () => {
  const { out } = await run('grants', 'desk');
  expect(out).toBe(
    [
      'SCOPE            FOR      GRANTED  BY  LETS THEM',
      'contacts:number  members  no       -   see the numbers of people in full',
      'contacts:read    members  no       -   see the numbers of people in full',
      '',
    ].join('\n'),
  );
});

it('app grant says what numbers in full are before it grants them', async () => {
  const { out, asked } = await run('grant', 'desk', 'contacts:number', '--for', 'members', '--yes');
  expect(out).toContain(
    'contacts:number lets members of the page of desk see the numbers of people in full.',
  );
  expect(out).toContain('npx vumi app number-uses desk');
  expect(out).toContain('2026-11-30 08:00:00  administrator');
  expect(asked).toEqual([
    'GET desk/grants',
    'POST desk/grants {"scopes":["contacts:number"],"audience":"members"}',
  ]);
});

it('app grant warns of nothing where no number is shown', async () => {
  const { out } = await run('grant', 'desk', 'contacts:read');
  expect(out).not.toContain('Each use is counted');
});

it('app withdraw takes each away', async () => {
  const { out, asked } = await run('withdraw', 'desk', 'contacts:number', 'contacts:read', '--for', 'links');
  expect(asked).toEqual([
    'DELETE desk/grants/contacts:number?audience=links',
    'DELETE desk/grants/contacts:read?audience=links',
  ]);
  expect(out).toBe('The page of desk has no more: contacts:number, contacts:read.\n');
});

it('an audience that is none is refused before anything is asked', async () => {
  await expect(run('grant', 'desk', 'contacts:read', '--for', 'everybody')).rejects.toThrow(
    '--for is members or links',
  );
});
