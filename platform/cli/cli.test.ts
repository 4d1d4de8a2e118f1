import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readEnvironment } from './environment.ts';
import { FakePlatform, page, TOKEN } from './fake-platform.fixture.ts';

let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
});
beforeEach(() => platform.forget());
afterAll(() => platform[Symbol.dispose]());

describe('help', () => {
  test('lists every command with examples and the exit codes', async () => {
    const { code, out } = await platform.vumi(['--help']);
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
    const { code, out } = await platform.vumi([...command.filter((word) => word !== undefined), '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Examples?:\n {2}\$ /);
    expect(out).toContain('--json');
  });
});

describe('exit codes', () => {
  test('2 and a hint for a command that is not there', async () => {
    const { code, err } = await platform.vumi(['acount', 'list']);
    expect(code).toBe(2);
    expect(err).toContain("unknown command 'acount'");
    expect(err).toContain('Did you mean account?');
  });

  test('pass through the launcher that hands over to another Node', async () => {
    expect((await platform.vumi(['nothing'], { flags: [] })).code).toBe(2);
  });

  test('2 for a missing option', async () => {
    expect((await platform.vumi(['route', 'set', 'x', '--app', 'a'])).code).toBe(2);
  });

  test('3 when no platform answers, with the command that starts one', async () => {
    const { code, err } = await platform.vumi(['account', 'list', '--url', 'http://127.0.0.1:9']);
    expect(code).toBe(3);
    expect(err).toContain('npx vumi up');
    expect(err).not.toContain('    at ');
  });

  test('1 when the platform refuses, with its reason on one line', async () => {
    platform.answers['POST /accounts'] = () => ({
      status: 409,
      json: { code: 'request.conflict', detail: 'account "demo" exists already; choose another name' },
    });
    expect(await platform.vumi(['account', 'create', 'demo'])).toEqual({
      code: 1,
      out: '',
      err: 'vumi: account "demo" exists already; choose another name\n',
    });
  });

  test('1 when there is no token, and where one could come from', async () => {
    platform.answers['GET /accounts'] = () => ({
      status: 401,
      json: { code: 'auth.missing_token', detail: 'no' },
    });
    const { code, err } = await platform.vumi(['account', 'list'], { env: { VUMI_DATA_DIR: '/nowhere' } });
    expect(code).toBe(1);
    expect(err).toContain('VUMI_ADMIN_TOKEN');
  });
});

describe('token and account', () => {
  test("the administrator's token is found in the folder of the platform", async () => {
    await platform.vumi(['account', 'list']);
    expect(platform.seen[0]?.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test("the token of vumi dev is for its platform, and no other's while that runs in the same folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vumi-environment-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, '.vumi/dev'), { recursive: true });
    writeFileSync(join(folder, '.vumi/admin-token'), 'of the platform');
    writeFileSync(join(folder, '.vumi/dev/admin-token'), 'of dev');
    writeFileSync(join(folder, '.vumi/dev/dev.yaml'), 'http: { public_url: "http://127.0.0.1:4000" }\n');
    const environment = readEnvironment({}, folder);
    expect(environment.tokenFor('http://127.0.0.1:4000')).toBe('of dev');
    expect(environment.tokenFor('http://127.0.0.1:8000')).toBe('of the platform');
    rmSync(join(folder, '.vumi/admin-token'));
    expect(environment.tokenFor('http://127.0.0.1:8000')).toBeUndefined();
  });

  test('--token wins', async () => {
    await platform.vumi(['account', 'list', '--token', 'mine'], { env: { VUMI_ADMIN_TOKEN: 'other' } });
    expect(platform.seen[0]?.authorization).toBe('Bearer mine');
  });

  test("an account's plan is shown, set and dropped", async () => {
    platform.answers['GET /accounts/demo'] = () => ({ json: { name: 'demo', limits: {} } });
    expect((await platform.vumi(['account', 'limits', 'demo'])).out).toContain("has the platform's limits");
    platform.answers['PATCH /accounts/demo'] = ({ body }) => ({
      json: { name: 'demo', ...(JSON.parse(body.toString()) as object) },
    });
    const set = await platform.vumi(['account', 'limits', 'demo', 'sends=200', 'cpu_ms=600', '--json']);
    expect(JSON.parse(set.out)).toMatchObject({ limits: { sends: 200, cpu_ms: 600 } });
    expect((await platform.vumi(['account', 'limits', 'demo', '--reset'])).out).toContain(
      "has the platform's limits",
    );
  });

  test('for how long an account keeps its messages is shown and set, by a number or a word only', async () => {
    const account = { name: 'demo', retention_days: null };
    platform.answers['GET /accounts/demo'] = () => ({ json: account });
    const run = (...words: string[]) => platform.vumi(['account', 'retention', 'demo', ...words]);
    expect((await run()).out).toContain('as long as the platform does');
    platform.answers['PATCH /accounts/demo'] = ({ body }) => ({
      json: { ...account, ...(JSON.parse(body.toString()) as object) },
    });
    expect((await run('90')).out).toContain('keeps its messages for 90 days');
    expect((await run('default')).out).toContain('as long as the platform does');
    platform.seen = [];
    for (const wrong of ['ninety', '0', '1.5', '']) {
      const { code, err } = await run(wrong);
      expect([code, err]).toEqual([2, expect.stringContaining('is no number of days')]);
    }
    expect(platform.seen).toEqual([]);
  });

  test('what holds of opt-outs is shown and set', async () => {
    const account = { name: 'demo', limits: {}, can_manage_optouts: true, respect_optouts: false };
    platform.answers['GET /accounts/demo'] = () => ({ json: account });
    expect((await platform.vumi(['account', 'optouts', 'demo'])).out).toBe(
      'Its apps may manage opt-outs.\nWho has opted out gets whatever is sent; "npx vumi account history" says who switched that off.\n',
    );
    platform.answers['PATCH /accounts/demo/settings'] = () => ({
      json: { ...account, respect_optouts: true },
    });
    const set = await platform.vumi(['account', 'optouts', 'demo', 'respect_optouts=true']);
    expect(set.out).toContain('gets replies only.');
    expect(JSON.parse(String(platform.seen.at(-1)?.body))).toEqual({ respect_optouts: true });
  });

  test('private services are shown, set and closed', async () => {
    platform.answers['GET /accounts/demo'] = () => ({ json: { name: 'demo', private_services: [] } });
    const shown = await platform.vumi(['account', 'private-services', 'demo']);
    expect(shown.out).toBe('The apps of demo call public hosts only.\n');
    platform.answers['PATCH /accounts/demo'] = ({ body }) => ({
      json: JSON.parse(body.toString()) as object,
    });
    const set = await platform.vumi(['account', 'private-services', 'demo', 'clinic-db:8080', '10.2.0.0/16']);
    expect(set.out).toBe('The apps of demo call public hosts and\n  clinic-db:8080\n  10.2.0.0/16\n');
    await platform.vumi(['account', 'private-services', 'demo', '--none']);
    expect(JSON.parse(String(platform.seen.at(-1)?.body))).toEqual({ private_services: [] });
  });

  test('the only account is the default', async () => {
    platform.answers['GET /accounts/demo/routes'] = () => page([]);
    const { code, out } = await platform.vumi(['route', 'list']);
    expect(code).toBe(0);
    expect(out).toContain('npx vumi route set');
  });

  test('of several accounts one must be named', async () => {
    platform.answers['GET /accounts'] = () => page([{ name: 'a' }, { name: 'b' }]);
    const { code, err } = await platform.vumi(['route', 'list']);
    expect(code).toBe(2);
    expect(err).toContain('--account or VUMI_ACCOUNT: a, b');
  });
});

describe('lists', () => {
  test('are tables for people and JSON for programs, over all pages', async () => {
    platform.answers['GET /accounts'] = ({ query }) =>
      query['cursor'] === undefined
        ? page([{ name: 'demo', active: true, created_at: '2026-11-22T08:00:00.000Z' }], 'next')
        : page([{ name: 'other-one', active: false, created_at: '2026-11-22T09:00:00.000Z' }]);
    expect((await platform.vumi(['account', 'list'])).out).toBe(
      [
        'ACCOUNT    ACTIVE  CREATED',
        'demo       yes     2026-11-22 08:00:00',
        'other-one  no      2026-11-22 09:00:00',
        '',
      ].join('\n'),
    );
    const { out } = await platform.vumi(['account', 'list', '--json']);
    expect((JSON.parse(out) as { name: string }[]).map(({ name }) => name)).toEqual(['demo', 'other-one']);
  });

  test('sms segments tells what a text costs, without a platform', async () => {
    const text = `It’s ${'a'.repeat(70)}`;
    const { code, out } = await platform.vumi(['sms', 'segments', text]);
    expect(code).toBe(0);
    expect(out).toMatch(/^2 segments of ucs2: 75 units of 67 each, 59 left in the last\n/);
    expect(out).toContain(`With these swaps it is 1: "It's aaa`);
    expect(platform.seen).toEqual([]);
    const turkish = await platform.vumi([
      'sms',
      'segments',
      'ğ'.repeat(80),
      '--language',
      'turkish',
      '--json',
    ]);
    expect(JSON.parse(turkish.out)).toMatchObject({ encoding: 'gsm0338', languages: ['turkish'] });
  });

  test('messages --all asks for those that belong to no account too', async () => {
    platform.answers['GET /messages'] = () => page([]);
    expect((await platform.vumi(['messages', '--all', '--limit', '5'])).code).toBe(0);
    expect(platform.seen.at(-1)?.query).toEqual({ limit: '5' });
  });

  test('show control characters instead of obeying them', async () => {
    platform.answers['GET /accounts/demo/messages'] = () =>
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
    const { out } = await platform.vumi(['messages']);
    expect(out).toContain('\\x1b[31mred ⏎ and more');
    expect(out).not.toContain('\u001b');
  });
});

describe('route set', () => {
  test('sends what was said and reads it back', async () => {
    platform.answers['PUT /accounts/demo/routes/join'] = ({ body }) => ({
      json: { name: 'join', prefix: null, endpoint: 'default', ...(JSON.parse(String(body)) as object) },
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
    expect((await platform.vumi(words)).out).toBe(
      'messages that start with "join" to 12345 on smsc → quiz\n',
    );
    expect((await platform.vumi([...words, '--endpoint', 'sms', '--default'])).out).toContain(
      ', endpoint sms → quiz',
    );
    platform.answers['GET /transports'] = () => page([{ name: 'smsc' }]);
    expect((await platform.vumi(words)).out).not.toContain('no transport');
    platform.answers['GET /transports'] = () => page([{ name: 'smcs' }]);
    expect((await platform.vumi(words)).out).toContain('There is no transport "smsc" yet');
  });
});

describe('number', () => {
  test('assign and release say whose a number is and which routes have ended', async () => {
    platform.answers['PUT /numbers'] = ({ body }) => ({
      json: { number: null, range: false, keyword: null, ...(JSON.parse(String(body)) as object) },
    });
    const words = ['number', 'assign', '8000', '--transport', 'mno', '--keyword', 'join'];
    expect((await platform.vumi(words)).out).toBe('the keyword "join" of 8000 on mno belongs to demo.\n');
    const all = ['number', 'assign', '--all', '--transport', 'mno'];
    expect((await platform.vumi(all)).out).toBe('every number on mno belongs to demo.\n');
    expect((await platform.vumi([...all, '8000'])).err).toContain('name the number, or say --all');
    const number = { account: 'demo', transport: 'mno', number: '+27820', range: true, keyword: null };
    platform.answers['DELETE /numbers'] = () => ({
      json: { numbers: [number], stopped: [{ account: 'demo', name: 'join' }] },
    });
    const release = ['number', 'release', '+27820', '--range', '--transport', 'mno'];
    expect((await platform.vumi(release)).out).toBe(
      '+27820… on mno belongs to demo no more.\nRoute join of demo does nothing now.\n',
    );
    platform.answers['GET /numbers'] = () => page([number]);
    expect((await platform.vumi(['number', 'list', '--all'])).out).toMatch(/\+27820… +mno +any +demo/);
  });
});

describe('phone', () => {
  /** The simulator with an app behind it that answers in capitals. */
  function simulate(reply: (content: string) => string[]): void {
    const received: object[] = [
      { message_id: 'old', from_addr: '12345', to_addr: '+1', content: 'from yesterday' },
    ];
    platform.answers['GET /simulators/smsc/messages'] = () => page(received);
    platform.answers['POST /simulators/smsc/messages'] = ({ body }) => {
      const { content } = JSON.parse(String(body)) as { content: string };
      for (const text of reply(content)) {
        received.push({ message_id: `${received.length}`, from_addr: '12345', to_addr: '+1', content: text });
      }
      return { status: 201, json: {} };
    };
  }

  test('writes the lines of its input one after the other and shows the replies', async () => {
    simulate((content) => [content.toUpperCase()]);
    const run = await platform.vumi(['phone', '+1', '12345'], { input: 'hi\nagain\n' });
    expect(run).toEqual({ code: 0, out: '12345: HI\n12345: AGAIN\n', err: '' });
  });

  test('writes one message and ends', async () => {
    simulate(() => ['one', 'two']);
    expect((await platform.vumi(['phone', '+1', '12345', 'hello', 'there'])).out).toBe(
      '12345: one\n12345: two\n',
    );
    expect(JSON.parse(String(platform.seen.find(({ method }) => method === 'POST')?.body))).toEqual({
      from_addr: '+1',
      to_addr: '12345',
      content: 'hello there',
    });
  });

  test('exits with 1 when no reply comes in time', async () => {
    simulate(() => []);
    const { code, err } = await platform.vumi(['phone', '+1', '12345', 'hi', '--wait', '0.3']);
    expect(code).toBe(1);
    expect(err).toContain('no reply within 0.3 s');
  });

  test('prints JSON lines for programs', async () => {
    simulate((content) => [content]);
    const { out } = await platform.vumi(['phone', '+1', '12345', 'hi', '--json']);
    expect(JSON.parse(out)).toMatchObject({ from_addr: '12345', content: 'hi' });
  });
});

describe('phone over a transport of USSD', () => {
  interface Step {
    readonly event: string;
    readonly input: string;
    readonly before: readonly string[];
    readonly session: string;
    readonly next: string | null;
  }
  const steps: Step[] = [];

  function serve(): void {
    steps.length = 0;
    platform.answers['POST /transports/ussd/phone'] = ({ body }) => {
      const step = JSON.parse(String(body)) as Step;
      steps.push(step);
      const screens = ['Name?\n1. None', 'Age?', 'bye'];
      const text = screens[steps.length - 1] ?? '';
      return { status: 200, json: { text, ends: text === 'bye', next: `n${steps.length}` } };
    };
  }

  test('shows screens as a phone does, until the service ends the session', async () => {
    serve();
    const run = await platform.vumi(['phone', '+1', '*384#', '--transport', 'ussd'], {
      input: 'Ada\n7\nmore\n',
    });
    expect(run).toEqual({
      code: 0,
      out: '| Name?\n| 1. None\n| Age?\n| bye\n(the session has ended)\n',
      err: '',
    });
    expect(steps).toMatchObject([
      { event: 'new', input: '', before: [], from_addr: '+1', to_addr: '*384#', number: 1, next: null },
      { event: 'resume', input: 'Ada', before: [], number: 2, next: 'n1' },
      { event: 'resume', input: '7', before: ['Ada'], number: 3, next: 'n2' },
    ]);
    expect(new Set(steps.map(({ session }) => session)).size).toBe(1);
  });

  test('types its arguments, one for each screen, and is JSON for programs', async () => {
    serve();
    const { out } = await platform.vumi(['phone', '+1', '*384#', 'Ada', '--transport', 'ussd', '--json']);
    expect(out).toBe('{"text":"Name?\\n1. None","ends":false}\n{"text":"Age?","ends":false}\n');
  });
});

describe('status', () => {
  test('is for people, with 1 when the platform is not ready', async () => {
    const workers = [
      { name: 'host:1', kind: 'process (api, sandbox)', status: 'ok' },
      { name: 'smsc', kind: 'transport (smpp)', status: 'down', message: 'cannot connect' },
    ];
    platform.answers['GET /status'] = () => ({ json: { ready: false, problems: [], workers } });
    const { code, out } = await platform.vumi(['status']);
    expect(code).toBe(1);
    expect(out).toContain('not ready');
    expect(out).toContain('host:1  process (api, sandbox)  ok      -');
    expect(out).toContain('smsc    transport (smpp)        down    cannot connect');
  });

  test('is 1 and says what is down though the platform is ready', async () => {
    const problems = ['transport "mno" is down: cannot connect', 'no process has the role "sandbox"'];
    platform.answers['GET /status'] = () => ({ json: { ready: true, problems, workers: [] } });
    const { code, err } = await platform.vumi(['status']);
    expect(code).toBe(1);
    expect(err).toBe(`vumi: ${problems[0]}\n      ${problems[1]}\n`);
    const overload = { overloaded: true, lost_share: 0.4, pressure: 0.9 };
    platform.answers['GET /status'] = () => ({ json: { ready: true, problems: [], overload, workers: [] } });
    const busy = await platform.vumi(['status']);
    expect([busy.code, busy.out]).toEqual([0, expect.stringContaining('machine is overloaded')]);
  });
});
