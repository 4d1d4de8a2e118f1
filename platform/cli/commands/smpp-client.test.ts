import { afterEach, describe, expect, it, vi } from 'vitest';
import { createProgram } from '../program.ts';

/** Runs a command against a platform that answers everything with what it was sent. */
async function run(...words: string[]): Promise<{ out: string; asked: Request | undefined; sent: unknown }> {
  const requests: Request[] = [];
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    requests.push(new Request(url, init));
    return Response.json({ system_id: 'acme', account: 'demo', active: true, password: 'made4you' });
  });
  const common = ['--token', 'token', '--account', 'demo', '--url', 'http://127.0.0.1:1'];
  await createProgram(null).parseAsync([...words, ...common], { from: 'user' });
  const asked = requests.at(-1);
  return { out, asked, sent: await asked?.json() };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('smpp-client set', () => {
  it('sends what differs from the defaults and shows a password that was made', async () => {
    const { out, asked, sent } = await run(
      'smpp-client',
      'set',
      'acme',
      'max_binds=4',
      'source_addrs=["ACME"]',
    );
    expect(asked).toMatchObject({ method: 'PUT' });
    expect(asked?.url).toBe('http://127.0.0.1:1/api/v1/accounts/demo/smpp-clients/acme');
    expect(sent).toEqual({ max_binds: 4, source_addrs: ['ACME'] });
    expect(out).toBe('acme may bind for demo.\nIts password, shown this once: made4you\n');
  });

  it('takes a password as it is written, though it reads as a number', async () => {
    expect((await run('smpp-client', 'set', 'acme', '--password', '1e5')).sent).toEqual({ password: '1e5' });
  });
});

describe('route set', () => {
  it('leads to an app or to an SMPP client, not to both or none', async () => {
    const words = ['route', 'set', 'acme', '--transport', 'smsc'];
    await expect(run(...words)).rejects.toThrow('--smpp-client');
    await expect(run(...words, '--app', 'a', '--smpp-client', 'acme')).rejects.toThrow('--smpp-client');
  });
});
