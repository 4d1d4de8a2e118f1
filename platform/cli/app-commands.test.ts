import AdmZip from 'adm-zip';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FakePlatform, page } from './fake-platform.fixture.ts';

let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
});
beforeEach(() => platform.forget());
afterAll(() => platform[Symbol.dispose]());

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
    platform.answers['PUT /accounts/demo/apps/hello'] = () => ({ status: 201, json: deployed });
    const { code, out } = await platform.vumi(['app', 'deploy', 'hello']);
    expect(code).toBe(0);
    expect(out).toContain('demo/hello version 1 is active (onMessage)');
    expect(out).toContain('left out: README.md, node_modules');
    const zip = new AdmZip(platform.seen.at(-1)?.body);
    expect(zip.getEntries().map(({ entryName }) => entryName)).toEqual(['package.json', 'workers/worker.ts']);
  });

  test('is "vumi deploy" after the tests, unless told not to, and nothing is sent where they fail', async () => {
    platform.answers['PUT /accounts/demo/apps/hello'] = () => ({ status: 201, json: deployed });
    const sent = () => platform.seen.filter(({ method }) => method === 'PUT').length;
    const failed = await platform.vumi(['deploy', 'hello']);
    expect([failed.code, sent()]).toEqual([1, 0]);
    expect(failed.err).toContain('vumi: ');
    const { code, out } = await platform.vumi(['deploy', 'hello', '--no-test']);
    expect([code, sent()]).toEqual([0, 1]);
    expect(out).toContain('demo/hello version 1 is active (onMessage)');
  });

  test('makes the same bytes of the same files', async () => {
    platform.answers['PUT /accounts/demo/apps/twice'] = () => ({ status: 201, json: deployed });
    await platform.vumi(['app', 'deploy', 'hello', '--name', 'twice', '--no-activate']);
    await platform.vumi(['app', 'deploy', 'hello', '--name', 'twice']);
    const [first, second] = platform.seen.filter(({ method }) => method === 'PUT');
    expect(first?.query).toEqual({ activate: 'false' });
    expect(first?.body.equals(second?.body ?? Buffer.alloc(0))).toBe(true);
  });

  test('shows every error of a worker that does not compile', async () => {
    platform.answers['PUT /accounts/demo/apps/hello'] = () => ({
      status: 422,
      json: { code: 'bundle.does_not_compile', detail: 'workers/worker.ts:1:7: unexpected "="' },
    });
    expect(await platform.vumi(['app', 'deploy', 'hello'])).toMatchObject({
      code: 1,
      err: 'vumi: workers/worker.ts:1:7: unexpected "="\n',
    });
  });

  test('has the self-test unless told not to, and shows the step at which it failed', async () => {
    const detail =
      'step 2 of transcript.json: to "again" from +27761234567 the app must answer "two", but it answered "one"';
    platform.answers['PUT /accounts/demo/apps/hello'] = ({ query }) =>
      query['self_test'] === 'false'
        ? { status: 201, json: deployed }
        : { status: 422, json: { code: 'app.self_test_failed', detail } };
    expect(await platform.vumi(['app', 'deploy', 'hello'])).toEqual({
      code: 1,
      out: '',
      err: `vumi: ${detail}\n`,
    });
    expect((await platform.vumi(['app', 'deploy', 'hello', '--no-self-test'])).code).toBe(0);
    expect(platform.seen.at(-1)?.query).toEqual({ activate: 'true', self_test: 'false' });
  });

  test('says what an app is when a folder is none', async () => {
    const { code, err } = await platform.vumi(['app', 'deploy', '.']);
    expect(code).toBe(2);
    expect(err).toContain('workers/worker.js');
  });
});

test('deploy says which open conversations can go on with the new version', async () => {
  platform.answers['PUT /accounts/demo/apps/hello'] = () => ({
    status: 201,
    json: {
      app: 'hello',
      version: 8,
      active: true,
      handlers: ['onMessage'],
      url: 'http://demo--hello.apps.localhost:8000/',
      warnings: [],
      talks: {
        open: 1210,
        fit: 1194,
        misfits: [
          {
            screen: 'start',
            question: 'ask "dob"',
            count: 6,
            reason: 'step 7 was ask "dob" and is now ask "id"',
          },
        ],
        unproven: 10,
      },
    },
  });
  const { out } = await platform.vumi(['app', 'deploy', 'hello']);
  expect(out).toContain(
    [
      '  talks  1210 open on other versions: 1194 can move, 6 cannot',
      '         6 at start, ask "dob": step 7 was ask "dob" and is now ask "id"',
      '         10 were not tried',
    ].join('\n'),
  );
});

test('app funnel shows at which questions users leave, versions side by side', async () => {
  platform.answers['GET /accounts/demo/apps/hello/funnel'] = ({ query }) => ({
    json: {
      items:
        query['from'] === undefined
          ? [
              { version: 8, screen: '', question: '', counts: { failed: 2 } },
              { version: 8, screen: 'start', question: '', counts: { began: 10, ended: 3 } },
              {
                version: 8,
                screen: 'start',
                question: 'ask "dob"',
                counts: { shown: 8, answered: 4, hung_up: 3 },
                worse_than: 7,
              },
              {
                version: 8,
                screen: 'start',
                question: 'ask "name"',
                counts: { shown: 10, answered: 8, back: 1 },
              },
              { version: 7, screen: 'start', question: 'ask "name"', counts: { shown: 100, answered: 95 } },
            ]
          : [],
      sent:
        query['from'] === undefined
          ? [
              { version: 8, segments: 25, conversations: 10, messages: 22, more_than: 7 },
              { version: 7, segments: 150, conversations: 100, messages: 190 },
            ]
          : [],
    },
  });
  const { out } = await platform.vumi(['app', 'funnel', 'hello']);
  const lines = out.split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim());
  expect(lines.slice(0, 10)).toEqual([
    'SCREEN QUESTION V8 ASKED ANSWERED LEFT ELSE V7 ASKED ANSWERED LEFT ELSE',
    'start ask "name" 10 8 10 % 1 back 100 95 5 % -',
    'start ask "dob" 8 4 50 % 3 hung_up - - - -',
    'SCREEN V8 V7',
    '(any) 2 failed -',
    'start 10 began 3 ended -',
    'SENT V8 V7',
    'segments 25 150',
    'conversations 10 100',
    'segments of one 2.5 1.5',
  ]);
  expect(out).toContain('A conversation takes more segments with version 8 than with version 7, for sure.');
  expect(out).toContain('At start, ask "dob", version 8 loses more users than version 7, for sure.');
  expect((await platform.vumi(['app', 'funnel', 'hello', '--from', '2026-11-24'])).out).toContain(
    'Nobody was',
  );
});

describe('app talks', () => {
  const TALKS = '/accounts/demo/apps/hello/talks';

  test('lists who is in a conversation, and where', async () => {
    platform.answers[`GET ${TALKS}`] = ({ query }) =>
      page(
        query['version'] === '7'
          ? [
              {
                user: '+27761234567',
                to: '8000',
                version: 7,
                screen: 'start',
                question: 'ask "dob"',
                answered: 3,
                since: '2026-03-01T08:00:00Z',
              },
            ]
          : [],
      );
    const { out } = await platform.vumi(['app', 'talks', 'hello', '--version', '7']);
    expect(out).toMatch(/\+27761234567 +8000 +7 +start +ask "dob" +3 +2026-03-01 08:00/);
    expect((await platform.vumi(['app', 'talks', 'hello'])).out).toBe(
      'Nobody is in a conversation with hello.\n',
    );
  });

  test('ends them where that is said twice', async () => {
    platform.answers[`DELETE ${TALKS}`] = ({ query }) => ({
      json: { ended: query['version'] === '7' ? 1 : 4 },
    });
    expect((await platform.vumi(['app', 'talks', 'hello', '--end', '--version', '7', '--yes'])).out).toBe(
      '1 conversation of hello ended.\n',
    );
    const { code } = await platform.vumi(['app', 'talks', 'hello', '--end']);
    expect(code).not.toBe(0);
    expect(platform.seen.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });
});

describe('app', () => {
  test('activate gives a version all new sessions, or the share that --percent says', async () => {
    platform.answers['POST /accounts/demo/apps/hello/versions/4/activate'] = ({ body }) => {
      const { percent } = JSON.parse(body.toString()) as { percent: number };
      return { json: { version: 4, active: percent === 100, percent } };
    };
    expect(await platform.vumi(['app', 'activate', 'hello', '4'])).toMatchObject({
      code: 0,
      out: 'hello is on version 4.\n',
    });
    expect(await platform.vumi(['app', 'activate', 'hello', '4', '--percent', '30'])).toMatchObject({
      code: 0,
      out: 'hello: version 4 gets 30 % of new sessions; open ones stay on theirs.\n',
    });
  });

  test.each(['0', '101', '12.5', 'half', ''])(
    'activate refuses --percent %j and asks nothing',
    async (share) => {
      const { code, err } = await platform.vumi(['app', 'activate', 'hello', '4', '--percent', share]);
      expect(code).toBe(2);
      expect(err).toContain(`a whole number from 1 to 100, not "${share}"`);
      expect(platform.seen.filter(({ method }) => method === 'POST')).toEqual([]);
    },
  );

  test('activate --rollout gives the version a share that grows, rollouts shows what became of it', async () => {
    const asked: unknown[] = [];
    platform.answers['POST /accounts/demo/apps/hello/versions/4/activate'] = ({ body }) => {
      asked.push(JSON.parse(body.toString()));
      return { json: { version: 4, active: false, percent: 5 } };
    };
    const stages = ['--rollout', '5%,25%,100%', '--each', '2h'];
    const begun = await platform.vumi(['app', 'activate', 'hello', '4', ...stages, '--promote-after', '2d']);
    expect(begun).toMatchObject({ code: 0 });
    expect(begun.out).toContain('version 4 gets 5 % of new sessions, and more by itself');
    expect(asked).toEqual([{ rollout: { stages: [5, 25, 100], each_s: 7200, promote_after_s: 172_800 } }]);
    const at = '2026-11-24T12:00:00Z';
    platform.answers['GET /accounts/demo/apps/hello/rollouts'] = () =>
      page([
        {
          version: 4,
          stable: 3,
          state: 'rolled_back',
          decisions: [
            { at, decision: 'began', percent: 5, reason: 'version 4 beside version 3' },
            {
              at,
              decision: 'held',
              percent: 5,
              reason: 'a conversation takes 2.5 segments',
              numbers: {
                segments: { candidate: { all: 60, segments: 150 }, stable: { all: 900, segments: 900 } },
              },
            },
            { at, decision: 'rolled_back', percent: 0, reason: '50 % leave', numbers: {} },
          ],
        },
      ]);
    const { out } = await platform.vumi(['app', 'rollouts', 'hello']);
    expect(out.split('\n').map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      expect.stringMatching(/^VERSION BESIDE STATE AT DECISION SHARE SEGMENTS REASON/),
      expect.stringMatching(/^4 3 rolled_back .* began 5 % - version 4 beside version 3/),
      expect.stringMatching(/ held 5 % 2\.5, 1 a conversation takes 2\.5 segments/),
      expect.stringMatching(/ rolled_back 0 % - 50 % leave/),
      '',
    ]);
  });

  test.each([
    [['--rollout', '5%,25%,100%'], '--each 2h'],
    [['--each', '2h'], '--rollout 5%,25%,100%'],
    [['--rollout', 'slowly', '--each', '2h'], 'not "slowly"'],
    [['--rollout', '5%,100%', '--each', 'later'], 'not "later"'],
  ])('activate refuses %j and asks nothing', async (options, hint) => {
    const { code, err } = await platform.vumi(['app', 'activate', 'hello', '4', ...options]);
    expect(code).toBe(2);
    expect(err).toContain(hint);
    expect(platform.seen.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  test('rollback ends a rollout: back to the version that everybody came from', async () => {
    platform.answers['GET /accounts/demo/apps/hello/versions'] = () =>
      page([
        { version: 4, active: false, percent: 30 },
        { version: 3, active: true, percent: 70 },
      ]);
    platform.answers['POST /accounts/demo/apps/hello/versions/3/activate'] = () => ({
      json: { version: 3, active: true },
    });
    expect((await platform.vumi(['app', 'rollback', 'hello'])).out).toBe('hello is on version 3.\n');
  });

  test('rollback goes to the version before the active one', async () => {
    platform.answers['GET /accounts/demo/apps/hello/versions'] = () =>
      page([
        { version: 4, active: false },
        { version: 3, active: true },
        { version: 2, active: false },
      ]);
    platform.answers['POST /accounts/demo/apps/hello/versions/2/activate'] = () => ({
      json: { version: 2, active: true },
    });
    expect(await platform.vumi(['app', 'rollback', 'hello'])).toMatchObject({
      code: 0,
      out: 'hello is on version 2.\n',
    });
  });

  test('config set changes what is named and keeps the rest', async () => {
    platform.answers['GET /accounts/demo/apps/quiz'] = () => ({
      json: { config: { a: 1, b: 2 }, secrets: [] },
    });
    platform.answers['PUT /accounts/demo/apps/quiz/config'] = () => ({ json: {} });
    await platform.vumi([
      'app',
      'config',
      'set',
      'quiz',
      'b=3',
      'phone=+27761234567',
      'greeting=Hello there',
    ]);
    expect(JSON.parse(String(platform.seen.at(-1)?.body))).toEqual({
      a: 1,
      b: 3,
      phone: '+27761234567',
      greeting: 'Hello there',
    });
  });

  test('a secret may come from standard input', async () => {
    platform.answers['PUT /accounts/demo/apps/quiz/secrets/KEY'] = () => ({ json: { name: 'KEY' } });
    const { out } = await platform.vumi(['app', 'secret', 'set', 'quiz', 'KEY'], { input: 'hush\n' });
    expect(JSON.parse(String(platform.seen.at(-1)?.body))).toEqual({ value: 'hush' });
    expect(out).not.toContain('hush');
  });

  test('logs -f shows lines as they come, whole', async () => {
    platform.answers['GET /accounts/demo/apps/hello/logs'] = () => ({
      text: '{"timestamp":"2026-11-22T08:00:00Z","level":"info","text":"answered","fields":{"visits":2}}\n\n',
    });
    const { out } = await platform.vumi(['app', 'logs', 'hello', '-f']);
    expect(out).toBe('2026-11-22 08:00:00 info  answered  {"visits":2}\n');
    expect(platform.seen.at(-1)?.query).toEqual({ limit: '100', follow: 'true' });
  });
});

describe('app rm', () => {
  const route = { name: 'join', app: 'hello' };
  beforeEach(() => {
    platform.answers['GET /accounts/demo/apps/hello'] = () => ({ json: { app: 'hello', active_version: 3 } });
    platform.answers['GET /accounts/demo/routes'] = () => page([route, { ...route, name: 'x', app: 'quiz' }]);
    platform.answers['DELETE /accounts/demo/apps/hello'] = () => ({ status: 204 });
  });
  const isRemoved = () => platform.seen.some(({ method }) => method === 'DELETE');

  test('asks, and names what goes with it', async () => {
    const { code, err, out } = await platform.vumi(['app', 'rm', 'hello'], { input: 'yes\n' });
    expect(code).toBe(0);
    expect(err).toContain('Remove demo/hello (version 3) with all of its versions, and its routes: join?');
    expect(out).toContain('demo/hello is gone');
    expect(isRemoved()).toBe(true);
  });

  test.each([
    ['no\n', 1, 'nothing was done'],
    ['', 2, '--yes'],
  ])('answered with %j removes nothing', async (input, exit, says) => {
    const { code, err } = await platform.vumi(['app', 'rm', 'hello'], { input });
    expect(code).toBe(exit);
    expect(err).toContain(says);
    expect(isRemoved()).toBe(false);
  });

  test('with --yes does not ask', async () => {
    expect((await platform.vumi(['app', 'rm', 'hello', '--yes'])).code).toBe(0);
    expect(isRemoved()).toBe(true);
  });
});
