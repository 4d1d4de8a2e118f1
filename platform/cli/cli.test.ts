import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import AdmZip from 'adm-zip';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

// Each test starts the launcher anew, on whatever else the machine is busy with.
vi.setConfig({ testTimeout: 30_000 });

const LAUNCHER = fileURLToPath(new URL('vumi.js', import.meta.url));
/** With these the launcher need not start Node once more. */
const FLAGS = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'];
const TOKEN = 'token-of-the-administrator';

/** A small platform: answers what a test tells it to and remembers what it was asked. */
interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}
type Answer = (seen: Seen) => { status?: number; json?: unknown; text?: string };

let server: Server;
let url = '';
let folder = '';
let seen: Seen[] = [];
let answers: Record<string, Answer> = {};

beforeAll(async () => {
  server = createServer((request, response) => {
    void record(request).then((entry) => {
      const answer = answers[`${entry.method} ${entry.path}`]?.(entry) ?? {
        status: 404,
        json: { code: 'not_found', detail: `the test has no ${entry.method} ${entry.path}` },
      };
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
      response.end(answer.status === 204 ? undefined : (answer.text ?? JSON.stringify(answer.json)));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = mkdtempSync(join(tmpdir(), 'vumi-cli-'));
  mkdirSync(join(folder, '.vumi'));
  writeFileSync(join(folder, '.vumi', 'admin-token'), `${TOKEN}\n`);
  mkdirSync(join(folder, 'hello', 'workers'), { recursive: true });
  mkdirSync(join(folder, 'hello', 'node_modules'));
  writeFileSync(join(folder, 'hello', 'workers', 'worker.ts'), 'export default {};');
  writeFileSync(join(folder, 'hello', 'README.md'), 'mine');
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  seen = [];
  answers = {
    'GET /accounts': () => page([{ name: 'demo', active: true, created_at: '2026-11-22T08:00:00Z' }]),
  };
});

async function record(request: IncomingMessage): Promise<Seen> {
  const address = new URL(request.url ?? '', 'http://x');
  const entry = {
    method: request.method ?? '',
    path: address.pathname.replace('/api/v1', ''),
    query: Object.fromEntries(address.searchParams),
    authorization: request.headers.authorization,
    body: await buffer(request),
  };
  seen.push(entry);
  return entry;
}

const page = (items: object[], cursor: string | null = null) => ({ json: { items, next_cursor: cursor } });

interface Run {
  code: number | null;
  out: string;
  err: string;
}

async function vumi(
  words: string[],
  options: { input?: string; env?: NodeJS.ProcessEnv; flags?: string[] } = {},
): Promise<Run> {
  const child = spawn(process.execPath, [...(options.flags ?? FLAGS), LAUNCHER, ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], VUMI_URL: url, ...options.env },
  });
  child.stdin.end(options.input ?? '');
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: child.exitCode, out, err };
}

describe('help', () => {
  test('lists every command with examples and the exit codes', async () => {
    const { code, out } = await vumi(['--help']);
    expect(code).toBe(0);
    for (const command of [
      'up',
      'smsc',
      'phone',
      'messages',
      'send',
      'status',
      'app',
      'route',
      'account',
      'token',
      'transport',
    ]) {
      expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
    expect(out).toContain('$ npx vumi up');
    expect(out).toContain('$ npx vumi smsc');
    expect(out).toContain('Exit codes: 0 done, 1');
  });

  test.each([
    ['app', 'deploy'],
    ['route', 'set'],
    ['phone'],
    ['messages'],
    ['account', 'create'],
    ['transport', 'set'],
  ])('of %s %s shows an example', async (...command) => {
    const { code, out } = await vumi([...command.filter((word) => word !== undefined), '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Examples?:\n {2}\$ /);
    expect(out).toContain('--json');
  });
});

describe('exit codes', () => {
  test('2 and a hint for a command that is not there', async () => {
    const { code, err } = await vumi(['acount', 'list']);
    expect(code).toBe(2);
    expect(err).toContain("unknown command 'acount'");
    expect(err).toContain('Did you mean account?');
  });

  test('pass through the launcher that hands over to another Node', async () => {
    expect((await vumi(['nothing'], { flags: [] })).code).toBe(2);
  });

  test('2 for a missing option', async () => {
    expect((await vumi(['route', 'set', 'x', '--app', 'a'])).code).toBe(2);
  });

  test('3 when no platform answers, with the command that starts one', async () => {
    const { code, err } = await vumi(['account', 'list', '--url', 'http://127.0.0.1:9']);
    expect(code).toBe(3);
    expect(err).toContain('npx vumi up');
    expect(err).not.toContain('    at ');
  });

  test('1 when the platform refuses, with its reason on one line', async () => {
    answers['POST /accounts'] = () => ({
      status: 409,
      json: { code: 'request.conflict', detail: 'account "demo" exists already; choose another name' },
    });
    expect(await vumi(['account', 'create', 'demo'])).toEqual({
      code: 1,
      out: '',
      err: 'vumi: account "demo" exists already; choose another name\n',
    });
  });

  test('1 when there is no token, and where one could come from', async () => {
    answers['GET /accounts'] = () => ({ status: 401, json: { code: 'auth.missing_token', detail: 'no' } });
    const { code, err } = await vumi(['account', 'list'], { env: { VUMI_DATA_DIR: '/nowhere' } });
    expect(code).toBe(1);
    expect(err).toContain('VUMI_ADMIN_TOKEN');
  });
});

describe('token and account', () => {
  test("the administrator's token is found in the folder of the platform", async () => {
    await vumi(['account', 'list']);
    expect(seen[0]?.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test('--token wins', async () => {
    await vumi(['account', 'list', '--token', 'mine'], { env: { VUMI_ADMIN_TOKEN: 'other' } });
    expect(seen[0]?.authorization).toBe('Bearer mine');
  });

  test("an account's plan is shown, set and dropped", async () => {
    answers['GET /accounts/demo'] = () => ({ json: { name: 'demo', limits: {} } });
    expect((await vumi(['account', 'limits', 'demo'])).out).toContain("has the platform's limits");
    answers['PATCH /accounts/demo'] = ({ body }) => ({
      json: { name: 'demo', ...(JSON.parse(body.toString()) as object) },
    });
    const set = await vumi(['account', 'limits', 'demo', 'sends=200', 'cpu_ms=600', '--json']);
    expect(JSON.parse(set.out)).toMatchObject({ limits: { sends: 200, cpu_ms: 600 } });
    expect((await vumi(['account', 'limits', 'demo', '--reset'])).out).toContain("has the platform's limits");
  });

  test('the only account is the default', async () => {
    answers['GET /accounts/demo/routes'] = () => page([]);
    const { code, out } = await vumi(['route', 'list']);
    expect(code).toBe(0);
    expect(out).toContain('npx vumi route set');
  });

  test('of several accounts one must be named', async () => {
    answers['GET /accounts'] = () => page([{ name: 'a' }, { name: 'b' }]);
    const { code, err } = await vumi(['route', 'list']);
    expect(code).toBe(2);
    expect(err).toContain('--account or VUMI_ACCOUNT: a, b');
  });
});

describe('lists', () => {
  test('are tables for people and JSON for programs, over all pages', async () => {
    answers['GET /accounts'] = ({ query }) =>
      query['cursor'] === undefined
        ? page([{ name: 'demo', active: true, created_at: '2026-11-22T08:00:00.000Z' }], 'next')
        : page([{ name: 'other-one', active: false, created_at: '2026-11-22T09:00:00.000Z' }]);
    expect((await vumi(['account', 'list'])).out).toBe(
      [
        'ACCOUNT    ACTIVE  CREATED',
        'demo       yes     2026-11-22 08:00:00',
        'other-one  no      2026-11-22 09:00:00',
        '',
      ].join('\n'),
    );
    const { out } = await vumi(['account', 'list', '--json']);
    expect((JSON.parse(out) as { name: string }[]).map(({ name }) => name)).toEqual(['demo', 'other-one']);
  });

  test('messages --all asks for those that belong to no account too', async () => {
    answers['GET /messages'] = () => page([]);
    expect((await vumi(['messages', '--all', '--limit', '5'])).code).toBe(0);
    expect(seen.at(-1)?.query).toEqual({ limit: '5' });
  });

  test('show control characters instead of obeying them', async () => {
    answers['GET /accounts/demo/messages'] = () =>
      page([
        {
          message_id: 'm1',
          direction: 'inbound',
          app: null,
          from_addr: '+27761234567',
          to_addr: '12345',
          content: '\u001b[31mred\nand more',
          timestamp: '2026-11-22T08:00:00Z',
          status: 'received',
        },
      ]);
    const { out } = await vumi(['messages']);
    expect(out).toContain('\\x1b[31mred ⏎ and more');
    expect(out).not.toContain('\u001b');
  });
});

describe('app deploy', () => {
  const deployed = {
    app: 'hello',
    version: 1,
    active: true,
    handlers: ['onMessage'],
    url: 'http://demo--hello.apps.localhost:8000/',
    warnings: [],
  };

  test('zips the parts of a bundle and says what it left out', async () => {
    answers['PUT /accounts/demo/apps/hello'] = () => ({ status: 201, json: deployed });
    const { code, out } = await vumi(['app', 'deploy', 'hello']);
    expect(code).toBe(0);
    expect(out).toContain('demo/hello version 1 is active (onMessage)');
    expect(out).toContain('left out: README.md, node_modules');
    const zip = new AdmZip(seen.at(-1)?.body);
    expect(zip.getEntries().map(({ entryName }) => entryName)).toEqual(['workers/worker.ts']);
  });

  test('makes the same bytes of the same files', async () => {
    answers['PUT /accounts/demo/apps/twice'] = () => ({ status: 201, json: deployed });
    await vumi(['app', 'deploy', 'hello', '--name', 'twice', '--no-activate']);
    await vumi(['app', 'deploy', 'hello', '--name', 'twice']);
    const [first, second] = seen.filter(({ method }) => method === 'PUT');
    expect(first?.query).toEqual({ activate: 'false' });
    expect(first?.body.equals(second?.body ?? Buffer.alloc(0))).toBe(true);
  });

  test('shows every error of a worker that does not compile', async () => {
    answers['PUT /accounts/demo/apps/hello'] = () => ({
      status: 422,
      json: { code: 'bundle.does_not_compile', detail: 'workers/worker.ts:1:7: unexpected "="' },
    });
    expect(await vumi(['app', 'deploy', 'hello'])).toMatchObject({
      code: 1,
      err: 'vumi: workers/worker.ts:1:7: unexpected "="\n',
    });
  });

  test('says what an app is when a folder is none', async () => {
    const { code, err } = await vumi(['app', 'deploy', '.']);
    expect(code).toBe(2);
    expect(err).toContain('workers/worker.js');
  });
});

describe('app', () => {
  test('rollback goes to the version before the active one', async () => {
    answers['GET /accounts/demo/apps/hello/versions'] = () =>
      page([
        { version: 4, active: false },
        { version: 3, active: true },
        { version: 2, active: false },
      ]);
    answers['POST /accounts/demo/apps/hello/versions/2/activate'] = () => ({
      json: { version: 2, active: true },
    });
    expect(await vumi(['app', 'rollback', 'hello'])).toMatchObject({
      code: 0,
      out: 'hello is on version 2.\n',
    });
  });

  test('config set changes what is named and keeps the rest', async () => {
    answers['GET /accounts/demo/apps/quiz'] = () => ({ json: { config: { a: 1, b: 2 }, secrets: [] } });
    answers['PUT /accounts/demo/apps/quiz/config'] = () => ({ json: {} });
    await vumi(['app', 'config', 'set', 'quiz', 'b=3', 'phone=+27761234567', 'greeting=Hello there']);
    expect(JSON.parse(String(seen.at(-1)?.body))).toEqual({
      a: 1,
      b: 3,
      phone: '+27761234567',
      greeting: 'Hello there',
    });
  });

  test('a secret may come from standard input', async () => {
    answers['PUT /accounts/demo/apps/quiz/secrets/KEY'] = () => ({ json: { name: 'KEY' } });
    const { out } = await vumi(['app', 'secret', 'set', 'quiz', 'KEY'], { input: 'hush\n' });
    expect(JSON.parse(String(seen.at(-1)?.body))).toEqual({ value: 'hush' });
    expect(out).not.toContain('hush');
  });

  test('logs -f shows lines as they come, whole', async () => {
    answers['GET /accounts/demo/apps/hello/logs'] = () => ({
      text: '{"timestamp":"2026-11-22T08:00:00Z","level":"info","text":"answered","fields":{"visits":2}}\n\n',
    });
    const { out } = await vumi(['app', 'logs', 'hello', '-f']);
    expect(out).toBe('2026-11-22 08:00:00 info  answered  {"visits":2}\n');
    expect(seen.at(-1)?.query).toEqual({ limit: '100', follow: 'true' });
  });
});

describe('route set', () => {
  test('sends what was said and reads it back', async () => {
    answers['PUT /accounts/demo/routes/join'] = ({ body }) => ({
      json: { name: 'join', prefix: null, ...(JSON.parse(String(body)) as object) },
    });
    const words = [
      'route',
      'set',
      'join',
      '--app',
      'quiz',
      '--transport',
      'smsc',
      '--to',
      '12345',
      '--keyword',
      'join',
    ];
    expect((await vumi(words)).out).toBe('messages that start with "join" to 12345 on smsc → quiz\n');
    answers['GET /transports'] = () => page([{ name: 'smsc' }]);
    expect((await vumi(words)).out).not.toContain('no transport');
    answers['GET /transports'] = () => page([{ name: 'smcs' }]);
    expect((await vumi(words)).out).toContain('There is no transport "smsc" yet');
  });
});

describe('phone', () => {
  /** The simulator with an app behind it that answers in capitals. */
  function simulate(reply: (content: string) => string[]): void {
    const received: object[] = [
      { message_id: 'old', from_addr: '12345', to_addr: '+1', content: 'from yesterday' },
    ];
    answers['GET /simulators/smsc/messages'] = () => page(received);
    answers['POST /simulators/smsc/messages'] = ({ body }) => {
      const { content } = JSON.parse(String(body)) as { content: string };
      for (const text of reply(content)) {
        received.push({ message_id: `${received.length}`, from_addr: '12345', to_addr: '+1', content: text });
      }
      return { status: 201, json: {} };
    };
  }

  test('writes the lines of its input one after the other and shows the replies', async () => {
    simulate((content) => [content.toUpperCase()]);
    const run = await vumi(['phone', '+1', '12345'], { input: 'hi\nagain\n' });
    expect(run).toEqual({ code: 0, out: '12345: HI\n12345: AGAIN\n', err: '' });
  });

  test('writes one message and ends', async () => {
    simulate(() => ['one', 'two']);
    expect((await vumi(['phone', '+1', '12345', 'hello', 'there'])).out).toBe('12345: one\n12345: two\n');
    expect(JSON.parse(String(seen.find(({ method }) => method === 'POST')?.body))).toEqual({
      from_addr: '+1',
      to_addr: '12345',
      content: 'hello there',
    });
  });

  test('exits with 1 when no reply comes in time', async () => {
    simulate(() => []);
    const { code, err } = await vumi(['phone', '+1', '12345', 'hi', '--wait', '0.3']);
    expect(code).toBe(1);
    expect(err).toContain('no reply within 0.3 s');
  });

  test('prints JSON lines for programs', async () => {
    simulate((content) => [content]);
    const { out } = await vumi(['phone', '+1', '12345', 'hi', '--json']);
    expect(JSON.parse(out)).toMatchObject({ from_addr: '12345', content: 'hi' });
  });
});

describe('status', () => {
  test('is for people, with 1 when the platform is not ready', async () => {
    const workers = [
      { name: 'host:1', kind: 'process (api, sandbox)', status: 'ok' },
      { name: 'smsc', kind: 'transport (smpp)', status: 'down', message: 'cannot connect' },
    ];
    answers['GET /status'] = () => ({ json: { ready: false, workers } });
    const { code, out } = await vumi(['status']);
    expect(code).toBe(1);
    expect(out).toContain('not ready');
    expect(out).toContain('host:1  process (api, sandbox)  ok      -');
    expect(out).toContain('smsc    transport (smpp)        down    cannot connect');
  });
});
