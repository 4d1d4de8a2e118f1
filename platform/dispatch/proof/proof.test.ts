import { takenBy, VumiError, type MenuWord } from '@vumi/core';
import type { RouteInput, Snapshot, WrittenSample } from '@vumi/store';
import { describe, expect, it } from 'vitest';
import { createRouteProver } from './prove-route.ts';
import type { ReadMenuWords } from './taken-words.ts';
import { isOneSlip, plainWord, skeletonOf } from './skeleton.ts';

const NUMBER = '8000';
const route = (name: string, keyword: string | null, fields: Partial<RouteInput> = {}) => ({
  account: 'demo',
  name,
  app: name,
  connector: `app:${name}`,
  transport: 'mno',
  to_addr: NUMBER,
  keyword,
  prefix: null,
  endpoint: 'default',
  default: false,
  weight: null,
  failover: null,
  ...fields,
});
const written = (...contents: string[]): WrittenSample['messages'] =>
  contents.map((content, index) => ({
    transport_name: 'mno',
    to_addr: NUMBER,
    from_addr: `+2776123456${index}`,
    content,
  }));

interface World {
  readonly routes?: readonly object[];
  readonly messages?: WrittenSample['messages'] | null;
  readonly by?: 'operator' | 'account';
  /** Words of apps' questions, by account and app; each of them has versions 1 and, in a rollout, 2. */
  readonly words?: Readonly<Record<string, readonly MenuWord[]>>;
}

/** Account `demo` has the number; `other` has the number 9000, and with `demo` the keyword `news` of 8000. */
function prove(input: object, { routes = [], messages = [], by = 'account', words = {} }: World = {}) {
  const snapshot = {
    accounts: ['demo', 'other'].map((name) => ({ name, active: true })),
    apps: Object.keys(words).map((key) => {
      const [account, app] = key.split('/');
      return { account, app, version: 1, rollout: { version: 2, percent: 10 } };
    }),
    routes,
    numbers: [
      { account: 'demo', transport: 'mno', number: NUMBER, range: false, keyword: null },
      { account: 'other', transport: 'mno', number: NUMBER, range: false, keyword: 'news' },
    ],
    transports: [{ name: 'mno' }],
  };
  const since = '2026-11-01T00:00:00.000Z';
  const store = {
    snapshot: async () => snapshot as unknown as Snapshot,
    messages: {
      written: async () => (messages === null ? null : { messages, sampled: false, since }),
    },
  };
  const menuWords: ReadMenuWords = async ({ account, app }, version) => {
    if (version === 2) throw new VumiError('not_found', 'it went meanwhile');
    return words[`${account}/${app}`] ?? [];
  };
  return createRouteProver(
    { store, clock: () => 0, menuWords },
    by,
  )({ ...input, connector: null } as RouteInput);
}

const said = async (...asked: Parameters<typeof prove>): Promise<string[]> =>
  (await prove(...asked)).warnings.map(({ kind, message }) => `${kind}: ${message}`);

describe('a word', () => {
  it.each([
    ['Qúíz', 'quiz'],
    ['ｑｕｉｚ', 'quiz'],
    ['٤٢', '42'],
    ['१२', '12'],
    ['Ötzi', 'otzi'],
  ])('%s is plainly %s', (word, plain) => {
    expect(plainWord(word)).toBe(plain);
  });

  it.each([
    ['quiz', 'qu1z'],
    ['quiz', 'quіz'],
    ['join', 'jοin'],
    ['BOOK', 'b00k'],
    ['ВОТЕ', 'bote'],
  ])('%s looks like %s', (one, other) => {
    expect(skeletonOf(one)).toBe(skeletonOf(other));
  });

  it.each([
    ['quiz', 'quizz', true],
    ['quiz', 'qiz', true],
    ['quiz', 'quit', true],
    ['quiz', 'qiuz', true],
    ['quiz', 'quiz', false],
    ['quiz', 'quests', false],
    ['quiz', 'ziuq', false],
    ['abc', 'cab', false],
  ])('%s is one slip from %s: %s', (one, other, is) => {
    expect([isOneSlip(one, other), isOneSlip(other, one)]).toEqual([is, is]);
  });
});

describe('a keyword', () => {
  const rest = route('rest', null);

  it.each([
    ['qúiz', 'near: "qúiz" is, but for accents and the like, "quiz" of route "quiz" (quiz)'],
    ['qu1z', 'near: "qu1z" looks like "quiz" of route "quiz" (quiz)'],
    ['quit', 'near: "quit" is one slip away from "quiz" of route "quiz" (quiz)'],
    ['quizmaster', 'near: "quizmaster" begins like "quiz" of route "quiz" (quiz)'],
    ['qu', 'near: "qu" is how somebody begins who writes "quiz" of route "quiz" (quiz)'],
  ])('%s is near another', async (keyword, warning) => {
    expect(await said(route('new', keyword), { routes: [rest, route('quiz', 'quiz')] })).toEqual([warning]);
  });

  it('is not near one that leads to the same app, at another number or over another transport', async () => {
    const others = [
      route('quiz', 'quiz', { app: 'new', connector: 'app:new' }),
      route('there', 'quiz', { to_addr: '9000' }),
      route('thither', 'quiz', { transport: 'web' }),
    ];
    expect(await said(route('new', 'qu1z'), { routes: [rest, ...others] })).toEqual([]);
    expect(await said(route('new', '1'), { routes: [rest, route('two', '2')] })).toEqual([]);
  });

  describe('that a question of another app takes', () => {
    const option = (word: string): MenuWord => ({
      word,
      place: 'workers/worker.js:5',
      by: `choose "${word}"`,
      mayBeCut: true,
    });
    const help = { word: 'help', place: 'workers/worker.js:9', by: 'interrupts', mayBeCut: false };
    const menu = route('menu', 'menu');
    const words = {
      'demo/menu': [option('Farm'), option('Find a clinic'), help],
      'other/news': [option('Sport')],
    };

    it.each([
      ['fárm', 'menu" (menu): workers/worker.js:5, choose "Farm"'],
      ['find', 'menu" (menu): workers/worker.js:5, choose "Find a clinic"'],
    ])('%s: with the place of both', async (keyword, place) => {
      expect(await said(route('new', keyword), { routes: [rest, menu], words })).toEqual([
        `near: "${keyword}" is taken for an answer by a question of route "${place}`,
      ]);
    });

    it.each(['fi', 'hel', 'clinic', 'farmer'])('but not "%s", which no question takes', async (keyword) => {
      expect(await said(route('new', keyword), { routes: [rest, menu], words })).toEqual([]);
    });

    it('is told of once for each app, and not of its own app, nor of another number', async () => {
      const again = route('again', 'list', { app: 'menu', connector: 'app:menu' });
      const own = { 'demo/new': [option('Farm')], ...words };
      const there = route('there', null, { to_addr: '9000', app: 'far', connector: 'app:far' });
      const all = { ...own, 'demo/far': [option('Farm')] };
      const found = await said(route('new', 'farm'), { routes: [rest, menu, again, there], words: all });
      expect(found).toHaveLength(1);
    });

    it("is no text of another account's for anybody, but an operator sees whose it is", async () => {
      const routes = [rest, route('news', 'news', { account: 'other' })];
      expect(await said(route('new', 'sport'), { routes, words })).toEqual([
        'near: "sport" is taken for an answer by a question of another account',
      ]);
      const { warnings } = await prove(route('new', 'sport'), { routes, words, by: 'operator' });
      expect(warnings).toEqual([
        {
          kind: 'near',
          message: '"sport" is taken for an answer by a question of route "news" (other/news)',
          route: null,
        },
      ]);
    });
  });

  it("of another account is named to operators only, and is nobody else's to look at", async () => {
    const routes = [rest, route('news', 'news', { account: 'other' })];
    expect(await said(route('new', 'new'), { routes })).toEqual([
      'near: "new" is one slip away from "news" of another account',
    ]);
    const proof = await prove(route('new', 'new'), { routes, by: 'operator' });
    expect(proof.warnings).toMatchObject([
      { message: expect.stringContaining('"news" of route "news" (other/news)') as string, route: null },
    ]);
  });

  it('that the platform heeds, or people write who are lost, is told', async () => {
    expect(await said(route('new', 'STOP'), { routes: [rest] })).toEqual([
      expect.stringMatching(/^stop_word: by "stop" people opt out/),
    ]);
    expect(await said(route('new', 'Info'), { routes: [rest] })).toEqual([
      expect.stringMatching(/^stop_word: "info" is what people write/),
    ]);
  });

  it('of two words is never met, and without a rule for the rest that is lost', async () => {
    expect(await said(route('new', 'join us'))).toEqual([
      expect.stringMatching(/^unreachable: .*"join us" is more than one/),
      'no_rule: at "8000" no route has what begins with no keyword',
    ]);
  });
});

it('a route whose number is not assigned is never met', async () => {
  expect(await said(route('new', null, { to_addr: '9000' }))).toEqual([
    'unreachable: nothing comes by this route: its number is not assigned to the account',
  ]);
  expect(await said(route('new', null, { to_addr: '9000' }), { by: 'operator' })).toEqual([]);
});

describe('what was written', () => {
  const routes = [route('clinic', null), route('news', 'news', { account: 'other' })];
  const texts = written('quiz me', 'Quiz', 'hello', 'news', 'QUIZ now', 'quiz 4', 'quiz 5');

  it('is routed by the old and by the new table, and counted with examples', async () => {
    const proof = await prove(route('quiz', 'quiz'), { routes, messages: texts });
    expect(proof.history).toEqual({
      since: '2026-11-01T00:00:00.000Z',
      messages: 7,
      sampled: false,
      moved: 5,
      moves: [
        { from: 'clinic', to: 'quiz', messages: 5, examples: ['quiz me', 'Quiz', 'QUIZ now'], taken: true },
      ],
    });
    expect(takenBy(proof)).toBe(5);
  });

  it('of another account is a count', async () => {
    const proof = await prove(route('news2', 'news', { account: 'demo' }), {
      routes: [routes[0] ?? {}, route('all', null, { account: 'demo', prefix: '+99' })],
      messages: written('news'),
    });
    expect(proof.history?.moved).toBe(0);
    const lost = await prove(route('clinic', 'x'), { routes, messages: written('hello', 'news') });
    expect(lost.history?.moves).toEqual([
      { from: 'clinic', to: null, messages: 1, examples: ['hello'], taken: false },
    ]);
  });

  it('and what a route changes that is its own is meant', async () => {
    const changed = route('clinic', null, { app: 'other-app', connector: 'app:other-app' });
    const proof = await prove(changed, { routes, messages: texts });
    expect(proof.history).toMatchObject({ moved: 6, moves: [{ to: 'other-app', taken: false }] });
    expect(takenBy(proof)).toBe(0);
  });

  it('so is a share of what is shared', async () => {
    const share = (name: string) => route(name, null, { weight: 1 });
    const proof = await prove(share('two'), { routes: [share('one')], messages: texts });
    expect(proof.history?.moved).toBeGreaterThan(0);
    expect(takenBy(proof)).toBe(0);
  });

  it('and cannot be read in time is not known', async () => {
    const proof = await prove(route('quiz', 'quiz'), { routes, messages: null });
    expect(proof.history).toBeNull();
    expect(takenBy(proof)).toBe(0);
  });

  it('a hundred thousand of them are compared while nobody waits long', async () => {
    const words = ['quiz', 'hello', 'news', 'one', 'two'];
    const messages = Array.from({ length: 100_000 }, (_none, index) => ({
      transport_name: 'mno',
      to_addr: NUMBER,
      from_addr: `+2776${index}`,
      content: `${words[index % words.length]} ${index}`,
    }));
    const proof = await prove(route('quiz', 'quiz'), { routes, messages });
    expect(proof.history).toMatchObject({ messages: 100_000, moved: 20_000 });
  });
});
