import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';

const APP = `export default { async onMessage(message) { await message.reply('yes'); } };`;

let world: TestPlatform;

beforeAll(async () => {
  world = await startTestPlatform();
  const { client } = world;
  const config = { host: '127.0.0.1', port: world.platform.api?.smscPort, system_id: 'x', password: 'x' };
  await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  await client.must('POST', '/accounts', { name: 'demo' });
  for (const app of ['clinic', 'quiz'])
    await client.must('PUT', `/accounts/demo/apps/${app}`, zipOf({ 'workers/worker.js': APP }));
  await client.must('PUT', '/accounts/demo/routes/clinic', route('clinic', {}));
  for (const [index, content] of ['Quiz me', 'quiz', 'hello', 'my foot hurts'].entries()) {
    const message = { from_addr: `+2776123456${index}`, to_addr: '4000', content };
    await client.must('POST', '/simulators/smsc/messages', message);
  }
  await eventually(
    () => client.must('GET', '/accounts/demo/messages?direction=inbound'),
    ({ items }) => items.length === 4,
  );
});

afterAll(() => world[Symbol.asyncDispose]());

function route(app: string, fields: object): object {
  return { app, transport: 'smsc', to_addr: '4000', ...fields };
}

it('a keyword that takes messages from another app is refused with the proof, until that is accepted', async () => {
  const { client } = world;
  const path = '/accounts/demo/routes/quiz';
  const refused = await client.call('PUT', path, route('quiz', { keyword: 'quiz' }));
  expect(refused).toMatchObject({
    status: 409,
    body: {
      code: 'route.moves_messages',
      detail: expect.stringContaining(
        'of 4 messages of the last 30 days 2 would go elsewhere: 2 from clinic to quiz',
      ) as string,
      proof: {
        history: {
          messages: 4,
          sampled: false,
          moved: 2,
          moves: [{ from: 'clinic', to: 'quiz', messages: 2, taken: true }],
        },
      },
    },
  });
  expect((await client.call('GET', path)).status).toBe(404);
  const { proof } = await client.must('PUT', `${path}?accept_moved=true`, route('quiz', { keyword: 'quiz' }));
  expect(proof.history.moves[0].examples.toSorted()).toEqual(['Quiz me', 'quiz']);
  // Without what users wrote.
  const moves = proof.history.moves.map((move: object) => ({ ...move, examples: [] }));
  expect(await client.must('GET', `${path}/proof`)).toEqual({
    proof: { ...proof, history: { ...proof.history, moves } },
  });
  // It moves nothing any more.
  const again = await client.must('PUT', path, route('quiz', { keyword: 'quiz' }));
  expect(again.proof).toEqual({
    warnings: [],
    history: { ...proof.history, moved: 0, moves: [], since: again.proof.history.since },
  });
});

it('what stands in the way of a route is said before what it would take', async () => {
  const { client } = world;
  const conflict = await client.call('PUT', '/accounts/demo/routes/again', route('quiz', {}));
  expect(conflict).toMatchObject({ status: 409, body: { code: 'route.conflict' } });
});

it('a deploy says what stands against the keywords that the app asks for on its numbers', async () => {
  const { client } = world;
  const bundle = zipOf({
    'vumi.json': JSON.stringify({ keywords: ['quiz', 'hello', 'qu1z'] }),
    'workers/worker.js': APP,
  });
  await client.must('PUT', '/accounts/demo/apps/greet', bundle);
  await client.must('PUT', '/accounts/demo/routes/greet', route('greet', { keyword: 'greet' }));
  const { warnings } = await client.must('PUT', '/accounts/demo/apps/greet', bundle);
  expect(warnings).toEqual([
    expect.stringMatching(/^keyword "quiz" at 4000 of smsc: route "quiz" of account "demo" matches/),
    expect.stringMatching(
      /^keyword "hello" at 4000 of smsc: of 4 messages .* 1 from clinic to greet \("hello", …\)$/,
    ),
    expect.stringMatching(/^keyword "qu1z" at 4000 of smsc: "qu1z" looks like "quiz"/),
  ]);
  for (const to_addr of ['4001', '4002', '4003'])
    await client.must('PUT', `/accounts/demo/routes/greet-${to_addr}`, { ...route('greet', {}), to_addr });
  const more = await client.must('PUT', '/accounts/demo/apps/greet', bundle);
  expect(more.warnings.at(-1)).toBe(
    'its keywords were not looked at on 1 more of its numbers: "npx vumi route set" does',
  );
});

it('words that are mistaken for each other are told, and kept with the route', async () => {
  const { client } = world;
  const { proof } = await client.must(
    'PUT',
    '/accounts/demo/routes/near',
    route('clinic', { keyword: 'qu1z' }),
  );
  expect(proof.warnings).toEqual([
    { kind: 'near', message: '"qu1z" looks like "quiz" of route "quiz" (quiz)', route: 'quiz' },
  ]);
  expect(await client.must('GET', '/accounts/demo/routes/near/proof')).toEqual({ proof });
});

it('a keyword that answers a question of another app on the number is told with both places, at route set and at a deploy', async () => {
  const { client } = world;
  const menu = `import { defineApp } from '@vumi/sdk';
export default defineApp({
  interrupts: { nurse: 'Call 0800 111.' },
  async onConversation(app) {
    return app.choose('Which?', { teeth: 'Dentist', eyes: 'Optician' });
  },
});`;
  await client.must('PUT', '/accounts/demo/apps/menu', zipOf({ 'workers/worker.js': menu }));
  await client.must('PUT', '/accounts/demo/routes/menu', { ...route('menu', {}), to_addr: '5000' });
  const asked = (keyword: string) => ({ ...route('quiz', { keyword }), to_addr: '5000' });
  const told = async (keyword: string) =>
    (await client.must('PUT', '/accounts/demo/routes/asked', asked(keyword))).proof.warnings;
  expect(await told('dentist')).toEqual([
    {
      kind: 'near',
      message:
        '"dentist" is taken for an answer by a question of route "menu" (menu): workers/worker.js:5, choose "Dentist"',
      route: 'menu',
    },
  ]);
  expect(await told('nurse')).toMatchObject([
    { message: expect.stringMatching(/menu" \(menu\): workers\/worker\.js:3, interrupts$/) as string },
  ]);
  expect(await told('teeth')).toEqual([]);
  const wanting = zipOf({
    'vumi.json': JSON.stringify({ keywords: ['optic'] }),
    'workers/worker.js': APP,
  });
  const { warnings } = await client.must('PUT', '/accounts/demo/apps/quiz', wanting);
  expect(warnings).toContainEqual(
    'keyword "optic" at 5000 of smsc: "optic" is taken for an answer by a question of route "menu" (menu): workers/worker.js:5, choose "Optician"',
  );
  // The words are those of the version that is live.
  const silent = menu.replace("eyes: 'Optician'", "eyes: 'Glasses'");
  await client.must('PUT', '/accounts/demo/apps/menu', zipOf({ 'workers/worker.js': silent }));
  expect(await told('optic')).toEqual([]);
});
