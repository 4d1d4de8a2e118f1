import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakePlatform, TOKEN } from '../fake-platform.fixture.ts';

const LAUNCHER = fileURLToPath(new URL('../vumi.js', import.meta.url));
const OPTIONS = {
  properties: {
    host: { description: 'Host of the SMSC' },
    password: { description: 'Password to bind with', writeOnly: true },
    system_id: { description: 'Name to bind with' },
    port: { description: 'Port. Default: 2775' },
  },
  required: ['host', 'system_id', 'password'],
};

let platform: FakePlatform;
beforeAll(async () => {
  platform = await FakePlatform.start();
  const kind = { type: 'smpp', summary: 'binds', aliases: ['SmppTransport'], options: OPTIONS };
  platform.answers['GET /transport-types'] = () => ({ json: { items: [kind], next_cursor: null } });
  platform.answers['PUT /transports/mno'] = () => ({
    json: { name: 'mno', type: 'smpp', config: {} },
  });
});
afterAll(() => platform[Symbol.dispose]());

/** Types at a terminal: each answer when its question has come. */
async function atTerminal(answers: Readonly<Record<string, string>>, ...words: string[]) {
  platform.seen = [];
  const command = [process.execPath, '--no-node-snapshot', LAUNCHER, 'transport', 'set', 'mno', ...words];
  const env = { PATH: process.env['PATH'], VUMI_URL: platform.url, VUMI_ADMIN_TOKEN: TOKEN, TERM: 'dumb' };
  const child = spawn('script', ['-qec', command.join(' '), '/dev/null'], { env });
  const asked = Object.entries(answers);
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const [question, answer] = asked[0] ?? ['', ''];
    if (
      asked.length === 0 ||
      !shown.includes(question) ||
      !shown.slice(shown.indexOf(question)).includes('> ')
    )
      return;
    asked.shift();
    child.stdin.write(`${answer}\r`);
  });
  await once(child, 'exit');
  const put = platform.seen.find(({ method }) => method === 'PUT');
  return { shown, put: put === undefined ? null : (JSON.parse(put.body.toString()) as { config: unknown }) };
}

it('what a transport needs is asked for at a terminal, and passwords are not shown', async () => {
  const answers = { 'system_id: Name to bind with': 'me', 'password: Password to bind with': 'hush' };
  const { shown, put } = await atTerminal(answers, '--type', 'smpp', 'host=smsc.example');
  expect(put).toEqual({ type: 'smpp', config: { host: 'smsc.example', system_id: 'me', password: 'hush' } });
  expect(shown).toContain('me');
  expect(shown).not.toContain('hush');
  expect(shown).not.toMatch(/host: |port: /);
  expect(shown).toContain('Transport mno starts');
});

it('nothing is asked for where nobody wants it', async () => {
  const { shown, put } = await atTerminal({}, '--type', 'smpp', '--no-input');
  expect(put).toEqual({ type: 'smpp', config: {} });
  expect(shown).not.toContain('system_id');
});

it('nothing is asked for without a terminal', async () => {
  platform.seen = [];
  expect(await platform.vumi(['transport', 'set', 'mno', '--type', 'smpp'])).toMatchObject({ code: 0 });
  expect(platform.seen.map(({ method }) => method)).toEqual(['PUT']);
});
